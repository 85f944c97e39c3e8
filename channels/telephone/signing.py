"""The signature that a webhook's body carries: an HMAC over its time and its bytes."""

import hashlib
import hmac
from datetime import datetime

WINDOW = 300  # seconds that a signature's time may lie from ours


def sign(secret: str, time: int | str, body: bytes) -> str:
    """What X-Hotline-Signature holds for a body sent at `time` (unix seconds)."""
    told = f"{time}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def fault(secret: str, time: str, signature: str, body: bytes, now: datetime) -> str:
    """Why a body is not believed: unset, unsigned, stale, forged; empty when it is."""
    if not secret:
        return "unset"
    if not signature or not (time.isascii() and time.isdigit() and len(time) <= 12):
        return "unsigned"
    if abs(int(time) - now.timestamp()) > WINDOW:
        return "stale"
    right = sign(secret, time, body)
    if not hmac.compare_digest(right.encode(), signature.strip().encode("utf-8", "replace")):
        return "forged"
    return ""
