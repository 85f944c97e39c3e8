"""Marks on our own letters: signed Message-IDs that are known again in References, the loop header."""

import hashlib
import hmac
import re
from collections.abc import Iterable

LOOP = "X-Hotline-Loop"
SIGNED = re.compile(r"<?(\d{8}-\d{6})\.([A-Za-z0-9-]{1,60})\.([0-9a-f]{16})@[^<>\s@]{1,255}>?")

RATING = re.compile(r"(\d{8}-\d{6})\.(\d{1,6})\.[0-9a-f]{32}", re.ASCII)


def sign_message_id(case_number: str, notice: str, key: bytes, domain: str) -> str:
    """The same notice has the same id every time; only who holds the key can make one."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", notice).strip("-")[-30:].strip("-")
    told = f"{slug}-{hashlib.sha256(notice.encode()).hexdigest()[:10]}".strip("-")
    return f"<{case_number}.{told}.{_mark(f'{case_number}.{told}', key)}@{domain}>"


def case_of(message_id: str, key: bytes) -> str | None:
    """The number of the case, if the id is one of ours."""
    found = SIGNED.fullmatch(message_id.strip()) if key else None
    if found is None:
        return None
    number, told, mark = found.groups()
    return number if hmac.compare_digest(mark, _mark(f"{number}.{told}", key)) else None


def case_among(message_ids: Iterable[str], key: bytes) -> str | None:
    """The case of the newest id that is ours; References has the oldest first."""
    made = (case_of(one, key) for one in reversed(list(message_ids)))
    return next((number for number in made if number), None)


def rating_mark(case_number: str, entry: int, key: bytes) -> str:
    """What a letter's link carries to rate one answer: `entry` is the answer's place in the case."""
    told = f"{case_number}.{entry}"
    return f"{told}.{_mark(f'rating {told}', key, 32)}"


def rated_of(mark: str, key: bytes) -> tuple[str, int] | None:
    """Number and entry that the mark was made for; None: nobody here made it."""
    found = RATING.fullmatch(mark) if key else None
    if found is None:
        return None
    number, entry = found[1], int(found[2])
    ours = rating_mark(number, entry, key)
    return (number, entry) if hmac.compare_digest(mark, ours) else None


def loop_mark(key: bytes, domain: str) -> str:
    """The loop header's value: whose letter it is, in a way that nobody else can claim."""
    return f"{domain} {_mark(f'loop {domain}', key)}"


def is_own_loop(value: str, key: bytes, domain: str) -> bool:
    return bool(key) and hmac.compare_digest(
        value.strip().encode("utf-8", "replace"), loop_mark(key, domain).encode()
    )


def _mark(told: str, key: bytes, letters: int = 16) -> str:
    """Four bits a letter; what lets somebody in by itself has 128."""
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()[:letters]
