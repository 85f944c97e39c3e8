"""The keys that lie outside the database, and what they lock: fields, look-ups, query codes."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# What people misread, read as what was meant (Crockford's own rule).
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
NONCE = 12


class Unreadable(Exception):
    """A value that none of our keys opens, or that lies in another row than it was written to."""


@dataclass(frozen=True)
class Keys:
    """Secrets of one installation: numbered field keys, a look-up key, a code key."""

    current: str
    fields: dict[str, bytes]
    lookup: bytes
    codes: bytes

    @classmethod
    def load_or_make(cls, folder: Path) -> "Keys":
        path = folder / "keys.json"
        if not path.exists():
            cls._make(path)
        stored = json.loads(path.read_text("ascii"))
        return cls(
            current=stored["current"],
            fields={name: base64.b64decode(key) for name, key in stored["fields"].items()},
            lookup=base64.b64decode(stored["lookup"]),
            codes=base64.b64decode(stored["codes"]),
        )

    @staticmethod
    def _make(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "current": "k1",
            "fields": {"k1": _random_key()},
            "lookup": _random_key(),
            "codes": _random_key(),
        }
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            json.dump(made, out)
            out.flush()
            os.fsync(out.fileno())
        try:
            # A link refuses to replace: of two nodes that start at once, one set of keys stays.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


class Cipher:
    """AES-256-GCM per field, bound to table, column and row; keyed hashes for look-up."""

    def __init__(self, keys: Keys) -> None:
        self._current = keys.current
        self._open = {name: AESGCM(key) for name, key in keys.fields.items()}
        self._lookup = keys.lookup
        self._codes = keys.codes

    def lock(self, value: str, place: str) -> bytes:
        """`place` is table.column.row: a value moved elsewhere does not open."""
        return self.seal(value.encode("utf-8", "surrogatepass"), place)

    def unlock(self, value: bytes, place: str) -> str:
        return self.unseal(value, place).decode("utf-8", "surrogatepass")

    def seal(self, body: bytes, place: str) -> bytes:
        """Bytes that are no text, locked in the same way."""
        nonce = secrets.token_bytes(NONCE)
        locked = self._open[self._current].encrypt(nonce, body, place.encode())
        return self._current.encode("ascii") + b":" + nonce + locked

    def unseal(self, value: bytes, place: str) -> bytes:
        name, _, body = value.partition(b":")
        key = self._open.get(name.decode("ascii", "replace"))
        if key is None:
            raise Unreadable("an unknown key")
        try:
            return key.decrypt(body[:NONCE], body[NONCE:], place.encode())
        except InvalidTag as error:
            raise Unreadable(place) from error

    def blind(self, kind: str, value: str) -> str:
        """Keyed hash by which an encrypted phone or mail address is found again."""
        return hmac.new(self._lookup, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def signing_key(self, purpose: str) -> bytes:
        """A key of its own for what leaves the house signed: ids of letters, links in them."""
        return hmac.new(self._codes, f"signs:{purpose}".encode(), hashlib.sha256).digest()

    def hash_code(self, number: str, code: str) -> str:
        return hmac.new(self._codes, f"{number}:{code}".encode(), hashlib.sha256).hexdigest()

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
