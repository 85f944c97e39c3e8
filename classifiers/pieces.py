"""A text in pieces of so many characters, each as the hash of it: no dictionary knows every name."""

import re
from zlib import crc32

RUN = re.compile(r"[一-鿿A-Za-z0-9]+")
# A lettered area (A3区, K4县), as forms and masked records write them; with one letter it is coarse.
LETTERED = re.compile(r"[A-Z]\d{0,2}[市县区]")


def hashed(piece: str) -> int:
    return crc32(piece.encode("utf-8", "surrogatepass"))


def pieces(text: str, size: int) -> list[int]:
    """Every run of so many characters, hashed, in its order; areas are compared by themselves."""
    return [
        hashed(run[n : n + size])
        for run in RUN.findall(LETTERED.sub(" ", text).lower())
        for n in range(len(run) - size + 1)
    ]
