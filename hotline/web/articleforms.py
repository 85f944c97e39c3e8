"""The forms of the knowledge base: what an author writes, what a reviewer says, what is asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from channels.forms import BadForm, Form, line, optional, problems, words
from hotline.domain.article import Draft

NAMES = {
    "number": "诉求编号",
    "title": "标题",
    "body": "正文",
    "topic": "事项",
    "department": "负责单位",
    "place": "适用区县",
    "basis": "依据",
    "keywords": "关键词",
    "questions": "常见问法",
    "public": "对公众开放",
    "effective_on": "生效日期",
    "expires_on": "失效日期",
    "attachments": "附件",
    "revision": "修改次数",
    "verdict": "审核意见",
    "note": "说明",
    "reason": "原因",
    "content": "内容",
    "helpful": "是否有用",
    "kind": "用途",
    "article": "知识编号",
}
NUMBER = 999_999_999
T = TypeVar("T", bound=Form)


class ArticleForm(Form):
    """What an author writes."""

    title: line(128, needed=True)  # type: ignore[valid-type]
    body: words(20000, needed=True)  # type: ignore[valid-type]
    topic: line(120) = ""  # type: ignore[valid-type]
    department: line(40) = ""  # type: ignore[valid-type]
    place: line(40) = ""  # type: ignore[valid-type]
    basis: words(500) = ""  # type: ignore[valid-type]
    keywords: tuple[line(20), ...] = Field((), max_length=30)  # type: ignore[valid-type]
    questions: tuple[line(100), ...] = Field((), max_length=30)  # type: ignore[valid-type]
    public: bool = True
    effective_on: optional(date) = None  # type: ignore[valid-type]
    expires_on: optional(date) = None  # type: ignore[valid-type]
    attachments: tuple[line(64), ...] = Field((), max_length=10)  # type: ignore[valid-type]

    def draft(self) -> Draft:
        told = self.model_dump(exclude={"attachments", "revision"})
        for name in ("keywords", "questions"):
            told[name] = tuple(dict.fromkeys(one for one in told[name] if one))
        return Draft(**told, files=self.attachments)


class RewriteForm(ArticleForm):
    """With the revision that was read: nobody writes over another's work."""

    revision: int = Field(ge=1, le=NUMBER)


class ReviewForm(Form):
    verdict: Literal["release", "return"]
    note: words(500) = ""  # type: ignore[valid-type]


class ReasonForm(Form):
    reason: words(500, needed=True)  # type: ignore[valid-type]


class TypedForm(Form):
    """What is typed so far; nothing of it is kept."""

    title: words(200) = ""  # type: ignore[valid-type]
    content: words(20000) = ""  # type: ignore[valid-type]
    place: line(40) = ""  # type: ignore[valid-type]


class UsefulForm(Form):
    helpful: bool


class UseForm(Form):
    """What staff say of an article: told to a citizen, or of no help."""

    kind: Literal["used", "helpful", "unhelpful"] = "used"


class GapForm(Form):
    """Which article answers it now; none: it will not be answered."""

    article: int | None = Field(None, ge=1, le=NUMBER)


def read(form: type[T], values: Mapping[str, Any]) -> T:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None


def typed(posted: Mapping[str, list[str]]) -> dict[str, Any]:
    """A page's flat fields as the form's: lists are written a line each, or parted by commas."""
    values: dict[str, Any] = {name: found[-1] for name, found in posted.items() if found}
    for name in ("keywords", "questions"):
        text = values.get(name, "").replace("，", "\n").replace("、", "\n").replace(",", "\n")
        lines = text if name == "keywords" else values.get(name, "")
        values[name] = [one.strip() for one in lines.splitlines() if one.strip()]
    values["public"] = values.get("public") == "on"
    values["attachments"] = posted.get("attachments", [])
    named = {*ArticleForm.model_fields, "revision"}
    return {name: value for name, value in values.items() if name in named}
