"""How a field of an act is asked for, and the kinds of field that several acts share."""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Ask:
    """A field's names, its longest text in characters, and the widget that asks for it."""

    zh: str
    en: str
    longest: int = 200
    # line, text, department, departments, topic, attachments, number, date, moment, order, part,
    # request, parts; the empty word leaves it to the field's type.
    widget: str = ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is done; subclasses add what must be told. No default: required."""


Reason = Annotated[str, Ask("理由", "reason", 2000, "text")]
Text = Annotated[str, Ask("内容", "text", 5000, "text")]
Attachments = Annotated[tuple[str, ...], Ask("附件", "attachments", 64, "attachments")]
Topic = Annotated[str | None, Ask("事项分类", "topic", 100, "topic")]
DepartmentCode = Annotated[str, Ask("承办单位", "department", 40, "department")]
