"""What score sheets are scored by: the city's own criteria where it has some, else the shipped ones.

A city puts `inspection.toml` into the data folder; what is drawn from then on is scored by it. A sheet
that was drawn before keeps the criteria it was drawn with.
"""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

from hotline import seed
from hotline.domain import scoresheet
from hotline.domain.errors import NotPossible
from hotline.domain.inspection import Subject
from hotline.domain.scoresheet import BadRubric, Rubric
from hotline.store import bundle

NAME = bundle.RUBRIC
BAD = (BadRubric, tomllib.TOMLDecodeError, UnicodeDecodeError)


async def current(folder: Path, subject: Subject) -> Rubric:
    """Raises NotPossible with what to mend in the city's own file."""
    try:
        return await asyncio.to_thread(read, folder, subject)
    except BAD as error:
        zh = f"数据目录的 {NAME} 不能使用：{error} 请系统管理员改正后再抽取。"
        raise NotPossible(zh, f"{NAME} in the data folder cannot be used: {error}") from error


def read(folder: Path, subject: Subject) -> Rubric:
    """Raises one of BAD; says what it is in words."""
    path = folder / NAME
    text = path.read_text("utf-8") if path.is_file() else seed.inspection()
    told: dict[str, Any] = tomllib.loads(text)
    return scoresheet.rubric(told, subject)
