"""The knowledge base at the terminal: list it, export it, import XLSX, CSV and DOCX as drafts."""

import csv
import os
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from channels.forms import BadForm
from hotline.commands import articlefiles
from hotline.commands.articlefiles import COLUMNS, Written
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.config import Settings
from hotline.domain.article import Stage
from hotline.domain.cells import harmless
from hotline.domain.errors import Refused
from hotline.domain.people import OPERATOR
from hotline.flow import drafting, knowledge
from hotline.flow.centre import Centre
from hotline.flow.offers import CENTRE
from hotline.store import articles
from hotline.web.articleforms import ArticleForm, read

PAGE = 200
REJECTED = ("line", "title", "problem")


@dataclass(frozen=True)
class Asked:
    """What is to be done, with which file, and where what cannot be taken is told."""

    doing: str
    file: Path | None = None
    rejects: Path | None = None


def asked(told: Namespace) -> Asked:
    return Asked(told.doing, getattr(told, "file", None), getattr(told, "rejects", None))


async def run(settings: Settings, wanted: Asked) -> int:
    """0: done, nothing rejected; 1: something was rejected, and says why."""
    async with centre_of(settings, make=False) as centre:
        if wanted.doing == "list":
            return await _list(centre)
        if wanted.file is None:
            raise Failed("请写明文件 / name a file")
        if wanted.doing == "export":
            return await _export(centre, wanted.file)
        return await _import(centre, wanted.file, wanted.rejects)


async def _list(centre: Centre) -> int:
    below: int | None = None
    while rows := await knowledge.listed(centre, {}, below, PAGE):
        for row in rows:
            owner, stage = centre.rules.tree.top(row.department), Stage(row.stage).zh
            say(f"{row.id}\t{stage}\t{owner}\t{row.title}\t复核 {row.review_on or '—'}")
        below = rows[-1].id
    return 0


async def _export(centre: Centre, path: Path) -> int:
    async with centre.look() as look:
        rows = await articles.exported(look.connection)
    names = {code: unit.name for code, unit in centre.rules.tree.departments.items()}
    try:
        articlefiles.write(path, [_cells(row, names) for row in rows])
    except OSError as error:
        raise Failed(f"写不了 {path}：{error.strerror} / cannot be written") from None
    say(f"已导出 {len(rows)} 篇 / articles exported: {path}")
    return 0


def _cells(row: Any, names: dict[str, str]) -> dict[str, str]:
    told = {name: str(getattr(row, name) or "") for name in COLUMNS if hasattr(row, name)}
    return told | {
        "department": names.get(row.department, row.department),
        "keywords": "|".join(row.keywords),
        "questions": "|".join(row.questions),
        "public": "是" if row.public else "否",
    }


async def _import(centre: Centre, path: Path, rejects: Path | None) -> int:
    """Each by itself: one that cannot be taken keeps no other from being handed in for review."""
    codes = {unit.name: code for code, unit in centre.rules.tree.departments.items()}
    taken, rejected = 0, []
    for written in articlefiles.read(path):
        problem = written.problem or await _taken(centre, written, codes, path.name)
        if problem:
            rejected.append((str(written.line), written.values.get("title", "")[:128], problem))
        else:
            taken += 1
    say(f"已导入并提交审核 {taken} 篇，退回 {len(rejected)} 篇 / handed in, rejected")
    _tell(rejected, rejects)
    return int(bool(rejected))


async def _taken(centre: Centre, written: Written, codes: dict[str, str], name: str) -> str:
    """Empty: it is kept and waits for its review; otherwise why not."""
    values: dict[str, Any] = {key: told for key, told in written.values.items() if told}
    for many in ("keywords", "questions"):
        values[many] = articlefiles.parted(values.get(many, ""))
    values["public"] = written.values.get("public", "") not in ("否", "no", "false", "0", "内部")
    unit = values.get("department", "")
    values["department"] = codes.get(unit, unit) or CENTRE
    try:
        draft = replace(read(ArticleForm, values).draft(), origin=f"{name}:{written.line}"[:200])
        async with centre.work() as work:
            article_id = await drafting.begin(centre, work, OPERATOR, draft)
            await drafting.hand_in(work, OPERATOR, article_id)
    except BadForm as error:
        return "；".join(one.zh for one in error.problems)
    except Refused as error:
        return error.zh
    return ""


def _tell(rejected: Iterable[tuple[str, str, str]], path: Path | None) -> None:
    rows = list(rejected)
    for line, title, problem in rows[:20]:
        say(f"✗ {line}\t{title}\t{problem}")
    if path is None or not rows:
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
            sheet = csv.writer(out)
            sheet.writerow(REJECTED)
            sheet.writerows([[harmless(cell) for cell in row] for row in rows])
    except OSError as error:
        raise Failed(f"写不了 {path}：{error.strerror} / cannot be written") from None
    say(f"退回清单 / rejects: {path}")
