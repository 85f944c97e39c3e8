"""The privacy notice 隐私说明 in all its versions: the city's own where it has one, else the shipped one.

A city puts `privacy/2027-01-01.zh.md` (and `.en.md`) into the data folder. The name is the version that
every receipt keeps and the day from which it is in force; once a start has read it its words stay as they
were, held to by their hash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

from hotline import seed
from hotline.domain.people import OPERATOR
from hotline.store import acts, catalogue
from hotline.store.work import Work

FOLDER, KEPT = "privacy", "privacy_notices"
NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(zh|en)\.md")
LONGEST = 20_000  # signs


class BadNotice(ValueError):
    """A notice that cannot be used: which file, and what to do, in Chinese and in English."""


@dataclass(frozen=True)
class Notices:
    """By version and language. The city's own come before the shipped ones, each from its day on."""

    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def until(self, day: date) -> tuple[str, ...]:
        """Every version that is or was in force on a day, the newest first."""
        begun = (one for one in self.own if one <= day.isoformat())
        return (*sorted(begun, reverse=True), *seed.notices())

    def text(self, language: str, version: str) -> str:
        """Of a known version; in Chinese where it is in no other language."""
        told = self.own.get(version)
        if told is None:
            return seed.privacy(language, version)[1]
        return told.get("en" if language == "en" else "zh", told["zh"])


def read(folder: Path) -> Notices:
    """The city's own from the data folder. Raises BadNotice."""
    own: dict[str, dict[str, str]] = {}
    for path in sorted((folder / FOLDER).glob("*")):
        found = NAME.fullmatch(path.name)
        if found is None or not _a_day(found[1]):
            raise _bad(path, "文件名应如 2027-01-01.zh.md", "must be named so")
        if found[1] in seed.notices():
            raise _bad(
                path, "这个日期是随附说明的版本，请换一个", "is a shipped version: take another"
            )
        own.setdefault(found[1], {})[found[2]] = _words(path)
    for version, told in own.items():
        if "zh" not in told:
            raise _bad(folder / FOLDER / f"{version}.zh.md", "缺少中文版，请补上", "is missing")
    return Notices(own)


def _a_day(version: str) -> bool:
    try:
        return bool(date.fromisoformat(version))
    except ValueError:
        return False


def _words(path: Path) -> str:
    try:
        text = path.read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise _bad(path, "不能读取，须为 UTF-8 文本", "cannot be read as UTF-8") from None
    if not text or len(text) > LONGEST:
        raise _bad(path, f"应有内容，且不超过 {LONGEST} 字", "is empty or too long")
    return text


def _bad(path: Path, zh: str, en: str) -> BadNotice:
    return BadNotice(f"隐私说明 {path}：{zh} / privacy notice: {en}")


async def unseen(look: Work, notices: Notices) -> dict[str, str]:
    """Versions that are not on record yet, with the hash of their words. Raises BadNotice where one
    that is was changed or taken away."""
    known = await catalogue.setting(look.connection, KEPT) or {}
    found = {version: _hash(told) for version, told in notices.own.items()}
    for version, told in known.items():
        if found.get(version) != told:
            path = Path(FOLDER) / f"{version}.*.md"
            zh = "已有诉求按这一版提交，请放回原文；要改动请另存为新日期的版本"
            raise _bad(path, zh, "was changed or taken away: put it back, and write a new version")
    return {version: told for version, told in found.items() if version not in known}


def _hash(told: Mapping[str, str]) -> str:
    return sha256("\n".join(f"{one}:{told[one]}" for one in sorted(told)).encode()).hexdigest()


async def keep(work: Work, fresh: Mapping[str, str]) -> None:
    """From now on these are held to."""
    for version in sorted(fresh):
        await acts.record(work.connection, work.at, OPERATOR, "notice", {"version": version})
    known = await catalogue.setting(work.connection, KEPT) or {}
    await catalogue.put_setting(work.connection, KEPT, {**known, **fresh})
