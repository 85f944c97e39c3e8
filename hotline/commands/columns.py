"""What the columns of a file mean: their names in both languages, dates, yes and no."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from escalation.calendar import ZONE

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "序号", "留言编号"),
    "title": ("title", "subject", "标题", "主题", "留言主题"),
    "content": ("body", "content", "text", "内容", "正文", "诉求内容", "留言详情"),
    "sent_at": ("sent_at", "date", "时间", "日期", "留言时间", "来信时间"),
    "sender": ("sender", "user", "用户", "留言用户"),
    "name": ("name", "姓名", "联系人"),
    "phone": ("phone", "tel", "电话", "手机", "联系电话"),
    "email": ("email", "mail", "邮箱", "电子邮箱"),
    "address": ("address", "地址", "地点"),
    "district": ("district", "区县"),
    "type": ("type", "类型", "诉求类型"),
    "anonymous": ("anonymous", "匿名"),
    "confidential": ("confidential", "保密"),
    "party": ("party", "诉求主体"),
    "language": ("language", "语言", "方言", "语言或方言"),
    "reply": ("reply", "答复", "答复意见"),
    "replied_at": ("replied_at", "答复时间"),
}
MEANING = {alias: name for name, aliases in NAMES.items() for alias in aliases}
TEXT = frozenset({"title", "content"})
YES = frozenset({"1", "true", "yes", "y", "是", "匿名", "保密"})

MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时点](\d{1,2})(?:分(?!\d)|[:分](\d{1,2})(?:\.\d+)?秒?)?)?"
)


class BadMoment(ValueError):
    """A date that cannot be read."""


def understood(values: Mapping[str, str]) -> dict[str, str]:
    """The cells under the names we know; the first column of a meaning that is not empty wins."""
    found: dict[str, str] = {}
    for column, value in values.items():
        name = MEANING.get(column.strip().strip("\ufeff").lower())
        if name and value.strip():
            found.setdefault(name, value.strip())
    return found


def known(names: Iterable[str]) -> set[str]:
    """What the columns of a file mean, of the meanings that we know."""
    return set(understood(dict.fromkeys(names, "there")))


def moment(text: str) -> datetime:
    """A date as people and programs write it; without a zone it is the city's time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        match = MOMENT.fullmatch(text)
        if match is None:
            raise BadMoment(text) from None
        parts = [int(part or 0) for part in match.groups()]
        try:
            found = datetime(*parts, tzinfo=ZONE)  # type: ignore[misc, arg-type]
        except ValueError:
            raise BadMoment(text) from None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def yes(text: str) -> bool:
    return text.strip().lower() in YES


def row_key(cells: Mapping[str, str], line: int) -> str:
    """A row's id, else its line, and a hash of what it says: the same row is the same receipt."""
    body = json.dumps(dict(sorted(cells.items())), ensure_ascii=False)
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    name = cells.get("id") or f"line {line}"
    if len(name) > 80:
        name = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"file:{name}:{digest}"
