"""Our own letters' marks: signed Message-IDs that are known again in References, the loop header."""

import hashlib
import hmac
import re

LOOP = "X-Hotline-Loop"
SIGNED = re.compile(r"<?(\d{8}-\d{6})\.([A-Za-z0-9-]{1,60})\.([0-9a-f]{16})@[^<>\s@]+>?")


def sign_message_id(case_number: str, notice: str, key: bytes, domain: str) -> str:
    """The same notice has the same id every time; only who holds the key can make one."""
    told = re.sub(r"[^A-Za-z0-9]+", "-", notice).strip("-")[:40] or "n"
    return f"<{case_number}.{told}.{_mark(case_number, told, key)}@{domain}>"


def case_of(message_id: str, key: bytes) -> str | None:
    """The number of the case, if the id is one of ours."""
    found = SIGNED.fullmatch(message_id.strip())
    if found is None or not key:
        return None
    number, told, mark = found.groups()
    return number if hmac.compare_digest(mark, _mark(number, told, key)) else None


def _mark(number: str, notice: str, key: bytes) -> str:
    return hmac.new(key, f"{number}.{notice}".encode(), hashlib.sha256).hexdigest()[:16]
