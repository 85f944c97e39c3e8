"""What our letters say: plain and HTML, from templates that an office edits with any editor.

A template is a text: its first line is the subject, then a blank line, then the letter. The shipped
ones lie in `letters/`; one of the same name under `mail/` in the data folder goes before it, and
`<name>.html` there replaces the page that is else made of the text.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from channels.mailbox.folding import REPLY_ABOVE
from channels.mailbox.marks import case_of, sign_message_id

__all__ = [
    "BadTemplate",
    "Facts",
    "Notice",
    "Words",
    "case_of",
    "compose",
    "fill",
    "sign_message_id",
]

LONGEST = 200_000  # signs of a letter; a template that makes more is broken


class Notice(StrEnum):
    """The letters that a citizen gets."""

    RECEIPT = "receipt"  # 回执: number and query code
    PROGRESS = "progress"  # 进展
    REPLY = "reply"  # 公开答复
    RATING = "rating"  # 满意度


class BadTemplate(ValueError):
    """A template that cannot be used: which, and what is wrong with it."""


@dataclass(frozen=True)
class Facts:
    """What a template may name; what does not apply is empty."""

    number: str
    hotline: str = "12345政务服务便民热线"
    title: str = ""
    query_code: str = ""
    link: str = ""  # the case's page for the citizen
    rating_link: str = ""
    state: str = ""
    progress: str = ""
    department: str = ""
    answer: str = ""
    due: str = ""
    supplement: bool = False  # the letter joined a case that was there
    reply_above: str = REPLY_ABOVE


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    html: str


_PLAIN = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)
_PAGE = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True, trim_blocks=True)


def compose(notice: Notice, facts: Facts, folder: Path | None = None) -> Words:
    """The office's own words where it has any; raises BadTemplate with what is wrong."""
    named = _named(facts)
    told = _rendered(_PLAIN, f"{notice.value}.txt", named, folder)
    subject, _, text = told.strip().partition("\n")
    subject = " ".join(subject.split())[:200]
    if not subject or not text.strip():
        raise BadTemplate(
            f"邮件模板 {notice.value}.txt 应为：首行主题，空一行，再写正文"
            " / subject line, blank line, then the letter"
        )
    text = text.strip() + "\n"
    paragraphs = [part.split("\n") for part in text.strip().split("\n\n")]
    of_page = {**named, "subject": subject, "paragraphs": paragraphs}
    own = folder is not None and (folder / "mail" / f"{notice.value}.html").is_file()
    page = f"{notice.value}.html" if own else "letter.html"
    return Words(subject, text, _rendered(_PAGE, page, of_page, folder))


PLAIN_PARTS = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """A wording of an office's own, from a form: in the letters' sandbox, and nothing but names in it.

    Raises BadTemplate for anything that computes, loops or asks for what `facts` does not name:
    whoever may write a wording may not keep a server busy with it.
    """
    try:
        parsed = _PLAIN.parse(text)
    except TemplateError as error:
        raise BadTemplate(str(error)) from error
    for node in parsed.find_all(nodes.Node):
        if not isinstance(node, PLAIN_PARTS):
            raise BadTemplate(type(node).__name__)
        if isinstance(node, nodes.Name) and node.name not in facts:
            raise BadTemplate(node.name)
    return _PLAIN.from_string(text).render(facts)


def _named(facts: Facts) -> dict[str, object]:
    """On one line but for what is written at length: a title's second line is no header."""
    long = ("answer", "progress")
    return {
        name: " ".join(value.split()) if isinstance(value, str) and name not in long else value
        for name, value in asdict(facts).items()
    }


def _rendered(
    environment: ImmutableSandboxedEnvironment,
    name: str,
    facts: dict[str, object],
    folder: Path | None,
) -> str:
    try:
        made = environment.from_string(_template(name, folder)).render(facts)
    except (TemplateError, OSError, ValueError, TypeError, ArithmeticError, MemoryError) as error:
        raise BadTemplate(f"邮件模板 {name} 有误：{error} / bad mail template") from error
    if len(made) > LONGEST:
        raise BadTemplate(f"邮件模板 {name} 生成的内容过长 / makes too long a letter")
    return made


def _template(name: str, folder: Path | None) -> str:
    own = folder / "mail" / name if folder is not None else None
    if own is not None and own.is_file():
        return own.read_text("utf-8-sig")
    return _shipped(name)


@cache
def _shipped(name: str) -> str:
    return (resources.files("channels.mailbox") / "letters" / name).read_text("utf-8")
