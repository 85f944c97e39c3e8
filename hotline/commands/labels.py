"""People's corrections as training rows for `python -m classifiers train`.

Masked text, not hashed words: a hash of a single word is undone by trying a dictionary, so it
would only look safe. What is confidential and every 举报 stays here; the export is on record.
"""

import csv
import os
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.catalogue import label_of, topics
from hotline.commands.failing import Failed
from hotline.commands.opening import ready_store, say
from hotline.config import Settings
from hotline.domain.people import OPERATOR, Tree
from hotline.store import acts, catalogue, decisions
from hotline.wiring import system_clock

COLUMNS = ("id", "title", "body", "label", "departments", "type", "urgency", "topic")


@dataclass(frozen=True)
class Asked:
    """Where the rows go."""

    file: Path


def asked(told: Namespace) -> Asked:
    return Asked(told.file)


async def run(settings: Settings, wanted: Asked) -> int:
    async with ready_store(settings, make=False) as (store, _):
        async with store.read() as connection:
            tree = Tree.of(await catalogue.departments(connection))
            last: dict[tuple[int, str], dict[str, Any]] = {}
            withheld: set[int] = set()
            async for one in decisions.labels(connection):
                if one["confidential"] or one["kind"] == "report":
                    withheld.add(one["case_id"])
                else:  # of several corrections of one field the last one holds
                    last[one["case_id"], one["field"]] = one
        rows = [_row(one, tree) for one in last.values()]
        _write(wanted.file, rows)
        told = {"rows": len(rows), "withheld_cases": len(withheld), "file": wanted.file.name}
        async with store.write() as connection:
            await acts.record(connection, system_clock(), OPERATOR, "labels_exported", told)
    say(f"已导出 {len(rows)} 行到 {wanted.file}（已打码，仅本人可读） / rows exported, masked")
    if withheld:
        say(f"保密件和举报 {len(withheld)} 件未导出 / confidential cases left out")
    return 0


def _row(one: Mapping[str, Any], tree: Tree) -> dict[str, str]:
    """A row says one field only: the trainer knows a row by the column that is filled."""
    row = {"id": str(one["id"]), "title": one["title"], "body": one["content"]}
    field, chosen = one["field"], one["chosen"]
    if field == "topic":
        by_path = {topic.path: topic for topic in topics()}
        label = label_of(by_path[chosen]) if chosen in by_path else None
        return {**row, "topic": chosen, "label": label or ""}
    if field == "department":
        unit = tree.departments.get(chosen)
        return {**row, "departments": (unit.kind or unit.name) if unit else chosen}
    return {**row, field: chosen}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    """For its owner's eyes only, from the first byte on."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            sheet = csv.DictWriter(out, COLUMNS)
            sheet.writeheader()
            sheet.writerows(rows)
    except OSError as error:
        raise Failed(f"写不了 {path}：{error.strerror} / cannot be written") from None
