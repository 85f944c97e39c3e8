"""What the keys lock: fields, look-ups, query codes."""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline.domain import chaining
from hotline.store.keys import FILE, Keys
from hotline.store.suites import SM4GCM, keyed_hash

__all__ = ["Cipher", "Keys", "Unreadable", "new_query_code", "plain_code", "secret_hash"]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# What people misread, read as what was meant (Crockford's own rule).
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
NONCE = 12


class Unreadable(Exception):
    """A value that none of our keys opens, or that lies in another row than it was written to."""


class Sealer(Protocol):
    """Authenticated encryption of one field under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class Cipher:
    """Authenticated encryption per field, bound to table, column and row; keyed hashes for look-up.

    A key that `hotline keys rotate` adds is taken up by whoever runs, at the next value.
    """

    def __init__(self, keys: Keys, folder: Path | None = None) -> None:
        self._path = folder / FILE if folder else None
        self._seen = self._changed()
        self._take(keys)

    def _take(self, keys: Keys) -> None:
        self.current = keys.current
        self._open: dict[str, Sealer] = {
            name: SM4GCM(key) if keys.suites.get(name) == "sm" else AESGCM(key)
            for name, key in keys.fields.items()
        }
        self._keys = keys
        self.suite = keys.suites.get(keys.current, "intl")
        chaining.choose(self.suite)

    def _changed(self) -> int:
        try:
            return self._path.stat().st_mtime_ns if self._path else 0
        except FileNotFoundError:
            return 0

    def refresh(self) -> None:
        changed = self._changed()
        if self._path is not None and changed != self._seen:
            self._seen = changed
            self._take(Keys.load(self._path))

    def lock(self, value: str, place: str) -> bytes:
        """`place` is table.column.row: a value moved elsewhere does not open."""
        return self.seal(value.encode("utf-8", "surrogatepass"), place)

    def unlock(self, value: bytes, place: str) -> str:
        return self.unseal(value, place).decode("utf-8", "surrogatepass")

    def seal(self, body: bytes, place: str) -> bytes:
        """Bytes that are no text, locked in the same way."""
        self.refresh()
        nonce = secrets.token_bytes(NONCE)
        locked = self._open[self.current].encrypt(nonce, body, place.encode())
        return self.current.encode("ascii") + b":" + nonce + locked

    def unseal(self, value: bytes, place: str) -> bytes:
        name, _, body = value.partition(b":")
        if name.decode("ascii", "replace") not in self._open:
            self.refresh()
        key = self._open.get(name.decode("ascii", "replace"))
        if key is None:
            raise Unreadable("an unknown key")
        try:
            return key.decrypt(body[:NONCE], body[NONCE:], place.encode())
        except InvalidTag as error:
            raise Unreadable(place) from error

    def is_current(self, value: bytes) -> bool:
        return value.partition(b":")[0] == self.current.encode("ascii")

    def _keyed(self, key: bytes, text: str) -> str:
        return keyed_hash(self._keys.suite, key, text.encode())

    def blind(self, kind: str, value: str) -> str:
        """Keyed hash by which an encrypted phone or mail address is found again."""
        return self._keyed(self._keys.lookup, f"{kind}:{value}")

    def vouch(self, kind: str, body: str) -> str:
        """A keyed hash by the present suite, for what lies outside the database."""
        return keyed_hash(self.suite, self._keys.lookup, f"{kind}:{body}".encode())

    def vouches(self, kind: str, body: str, kept: str) -> bool:
        """Whether it is ours: by the suite of today or of the day that it was made on."""
        told = f"{kind}:{body}".encode()
        made = (keyed_hash(suite, self._keys.lookup, told) for suite in chaining.SUITES)
        return any([hmac.compare_digest(one, kept) for one in made])

    def signing_key(self, purpose: str) -> bytes:
        """A key of its own for what leaves the house signed: ids of letters, links in them."""
        return hmac.new(self._keys.codes, f"signs:{purpose}".encode(), hashlib.sha256).digest()

    def hash_code(self, number: str, code: str) -> str:
        return self._keyed(self._keys.codes, f"{number}:{code}")

    def same_code(self, number: str, code: str, kept: str) -> bool:
        return hmac.compare_digest(self.hash_code(number, code), kept)


def new_query_code() -> str:
    """Eight characters of Crockford's alphabet in two groups of four (查询码)."""
    code = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


def plain_code(code: str) -> str:
    """The code as it is hashed: what people add or misread is taken away."""
    typed = code.strip().upper().translate(MISREAD)
    return f"{typed[:4]}-{typed[4:]}"


def secret_hash(secret: str) -> str:
    """For secrets of full entropy (session and token strings): a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
