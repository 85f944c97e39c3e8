"""What the chains of the record are hashed with: SHA-256, or SM3 where the site chose 国密.

Both give 64 signs. A unit of work chooses by the suite of the present key; what was written before
the choice changed stays as it was written, so an entry holds when either of the two made its hash.
"""

import hashlib
from contextvars import ContextVar

from cryptography.hazmat.primitives import hashes

SUITES = ("intl", "sm")
_chosen: ContextVar[str] = ContextVar("suite of the chains", default="intl")


def choose(suite: str) -> None:
    """For what is chained from here on, in this task."""
    _chosen.set(suite)


def chosen() -> str:
    return _chosen.get()


def hashed(body: bytes, suite: str) -> bytes:
    """SM3 as GB/T 32905-2016 has it, else SHA-256."""
    if suite != "sm":
        return hashlib.sha256(body).digest()
    made = hashes.Hash(hashes.SM3())
    made.update(body)
    return made.finalize()


def link(body: str) -> str:
    """The hash of a record that is added now, over its text and the hash before it."""
    return hashed(body.encode("utf-8", "surrogatepass"), chosen()).hex()


def holds(body: str, kept: str) -> bool:
    """Whether a kept hash is that of the record, by the suite that was chosen when it was added."""
    told = body.encode("utf-8", "surrogatepass")
    return any(hashed(told, suite).hex() == kept for suite in SUITES)
