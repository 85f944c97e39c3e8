"""How rare a two-character piece is among complaints: fitted on a corpus, kept as numbers by hash.

Names of estates, roads and firms are rare, what complaints are made of ("希望有关部门") is not: sharing
the one says much, sharing the other little. `python -m classifiers.rarity DATA… ` fits it anew.
"""

import csv
import gzip
import hashlib
import json
import math
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from classifiers.pieces import pieces

SIZE = 1 << 17  # places; two pieces in one make both look a little commoner
STEP = 32  # parts of a unit of ln(texts / texts that have it)
HERE = Path(__file__).parent
NUMBERS, MANIFEST = HERE / "rarity.bin", HERE / "rarity.json"
CUT = 4000  # characters of a text


def fit(texts: Iterable[str]) -> bytes:
    """Of each place how rare its pieces are, a byte each."""
    seen, many = [0] * SIZE, 0
    for text in texts:
        many += 1
        for place in {piece % SIZE for piece in pieces(text[:CUT], 2)}:
            seen[place] += 1
    return bytes(min(255, round(STEP * math.log((many + 1) / (n + 1)))) for n in seen)


@cache
def table() -> bytes:
    """The shipped numbers; refused when they are not those of the manifest."""
    numbers = NUMBERS.read_bytes()
    told = json.loads(MANIFEST.read_text("utf-8"))
    if len(numbers) != SIZE or hashlib.sha256(numbers).hexdigest() != told["sha256"]:
        raise ValueError(f"{NUMBERS.name} does not match its manifest")
    return numbers


def read(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return [f"{row['title']}\n{row['body']}" for row in csv.DictReader(lines)]


def main(paths: Sequence[str]) -> None:
    files = sorted(Path(path) for path in paths)
    texts = [text for path in files for text in read(path)]
    numbers = fit(texts)
    told = {
        "data_sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "rows": len(texts),
        "sha256": hashlib.sha256(numbers).hexdigest(),
        "size": SIZE,
        "step": STEP,
    }
    NUMBERS.write_bytes(numbers)
    MANIFEST.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    print(json.dumps(told))


if __name__ == "__main__":
    csv.field_size_limit(2**27)
    main(sys.argv[1:])
