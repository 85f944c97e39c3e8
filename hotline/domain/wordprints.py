"""Replies that are nearly the same words: a small print of each, and which prints go together; pure.

A print holds, for each of 32 shares of a text's three-character pieces, the least of their hashes
(Li, Owen, Zhang: One Permutation Hashing, 2012): how many of them two texts have in common is how
much of their words they have. Numbers count as one sign: the same words of another day are alike.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

PARTS = 32
PIECE = 3  # characters
LEAST = 16  # characters; of fewer words nobody makes new ones
# Parts in common: of a reply of 70 signs its street, its day and a word may differ.
ALIKE = 20
# Those that are alike have three parts side by side in common, nearly always.
BANDS, WIDTH = 10, 3
MANY = 3  # as many of a unit's replies as are no answers of their own

NUMBER = re.compile(r"\d+")
SIGN = re.compile(r"\W+")
Print = bytes


def printed(text: str) -> str | None:
    """64 hexadecimal digits; None: too few words to tell."""
    plain = NUMBER.sub("0", SIGN.sub("", text))
    if len(plain) < LEAST:
        return None
    told = plain.encode("utf-32-le", "surrogatepass")
    least: list[int | None] = [None] * PARTS
    for start in range(0, len(told) - 4 * (PIECE - 1), 4):
        mixed = zlib.crc32(told[start : start + 4 * PIECE]) * 0x9E3779B1 & 0xFFFFFFFF
        part, rest = mixed & (PARTS - 1), mixed >> 5
        known = least[part]
        if known is None or rest < known:
            least[part] = rest
    return bytes(_filled(least)).hex()


def _filled(least: Sequence[int | None]) -> list[int]:
    """A byte a part; one that no piece fell into takes the next one's that has any."""
    found = []
    for part in range(PARTS):
        away = next(n for n in range(PARTS) if least[(part + n) % PARTS] is not None)
        value = least[(part + away) % PARTS] or 0
        found.append((value ^ value >> 9 ^ value >> 18) + 37 * away & 0xFF)
    return found


def alike(one: Print, other: Print) -> bool:
    return sum(a == b for a, b in zip(one, other, strict=True)) >= ALIKE


def gathered(rows: Iterable[tuple[str, int, str]]) -> dict[str, list[int]]:
    """By unit the cases whose reply goes with two others or more; rows: unit, case, print."""
    units: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for unit, case_id, told in rows:
        units[unit][told].append(case_id)
    found = {}
    for unit, prints in units.items():
        cases = [one for group in _groups(prints) for one in group if len(group) >= MANY]
        if cases:
            found[unit] = sorted(cases)
    return found


def _groups(prints: dict[str, list[int]]) -> list[list[int]]:
    """Each print joins the first one that it is alike; those are looked for by bands."""
    groups: list[list[int]] = []
    bands: dict[tuple[int, bytes], list[tuple[Print, int]]] = defaultdict(list)
    for told, cases in prints.items():
        own = bytes.fromhex(told)
        keys = [(n, own[n * WIDTH : (n + 1) * WIDTH]) for n in range(BANDS)]
        seen = (pair for key in keys for pair in bands.get(key, ()))
        place = next((place for other, place in seen if alike(own, other)), None)
        if place is not None:
            groups[place] += cases
            continue
        groups.append(list(cases))
        for key in keys:
            bands[key].append((own, len(groups) - 1))
    return groups
