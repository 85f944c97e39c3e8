"""国密: SM4-GCM for fields and HMAC-SM3 for look-ups, by the same library as AES and SHA-256."""

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TAG = 16


class SM4GCM:
    """SM4 in Galois/Counter Mode (RFC 8998), used as the library's AESGCM is."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        made = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        made.authenticate_additional_data(associated_data)
        return made.update(data) + made.finalize() + made.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Raises InvalidTag for what was changed, moved or made with another key."""
        mode = modes.GCM(nonce, data[-TAG:].rjust(TAG, b"\0"))
        made = Cipher(self._cipher, mode).decryptor()
        made.authenticate_additional_data(associated_data)
        return made.update(data[:-TAG]) + made.finalize()


def keyed_hash(suite: str, key: bytes, text: bytes) -> str:
    if suite != "sm":
        return hmac.new(key, text, hashlib.sha256).hexdigest()
    made = keyed.HMAC(key, hashes.SM3())
    made.update(text)
    return made.finalize().hex()
