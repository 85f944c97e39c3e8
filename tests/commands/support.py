"""What the tests of commands share: settings in a folder of their own, small files."""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hotline.config import Settings


def settings_in(folder: Path, url: str = "") -> Settings:
    return Settings(database_url=url or f"sqlite:///{folder}/hotline.db", data=folder)


def a_table(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
        sheet.writeheader()
        sheet.writerows(rows)
    return path


def every(nth: int, path: Path, to: Path) -> tuple[Path, int]:
    """Some of a long record, evenly taken; the whole of it is for the benchmarks."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::nth]
    return a_table(to, rows), len(rows)


def told(text: str) -> Any:
    """The JSON object that a command printed last."""
    return json.loads(text.strip().splitlines()[-1])
