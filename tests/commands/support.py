"""What the tests of commands share: settings in a folder of their own, small files."""

import csv
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


def told(text: str) -> Any:
    """The JSON object that a command printed last."""
    return json.loads(text.strip().splitlines()[-1])
