"""The papers an office signs (文书): which there are, their words from a template, their blocks.

A template is a Markdown text with places for facts. The shipped ones lie in `hotline/seed/papers`;
one of the same name under `papers/` in the data folder goes before it, so an office changes its
words with any editor, and both the Word file and the PDF follow.

A paper is made on demand, from facts that are committed: nothing is queued, leased or kept, so
nothing can be lost or made twice. The same facts under the same template give the same paper.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hotline.domain.words import Named


class PaperKind(Named):
    """The papers of the ladder, from the mildest up (domain rules §3.2)."""

    REMINDER = "reminder", "催办通知书", "reminder"
    ORDER = "order", "督办单", "supervision order"
    LETTER = "letter", "督办函", "supervision letter"
    CIRCULAR = "circular", "通报", "circular"

    @classmethod
    def of_level(cls, level: int) -> "PaperKind":
        """督办单 for levels 2 and 3, 督办函 with 文号 for 4 and 5, 通报 for 6."""
        if level >= 6:
            return cls.CIRCULAR
        return cls.LETTER if level >= 4 else cls.ORDER


# The places that a template may have, with what stands in them.
PLACES = {
    "number": "文号",
    "to": "主送单位",
    "copies": "抄送",
    "case": "诉求编号",
    "title": "诉求标题",
    "kind": "诉求类型",
    "topic": "事项类别",
    "urgency": "紧急程度",
    "channel": "来源渠道",
    "received": "收到时间",
    "dispatched": "转办时间",
    "due": "答复期限",
    "limit": "期限及依据",
    "state": "办理状态",
    "cause": "事由",
    "demand": "要求",
    "city": "城市",
    "office": "出文单位",
    "issued": "出文日期",
}
OF_ORDERS = {"level": "督办级别", "answer_by": "回复期限"}
MOST_SIGNS = 65_536  # of a template, and of what comes of it: a paper has two pages, not fifty


def places(kind: PaperKind) -> dict[str, str]:
    return PLACES if kind is PaperKind.REMINDER else PLACES | OF_ORDERS


class BadTemplate(Exception):
    """A template that cannot be used: which file, and what is wrong with it, in both languages."""

    def __init__(self, kind: PaperKind, zh: str, en: str) -> None:
        file = f"papers/{kind.value}.md"
        self.zh = f"{kind.zh}模板 {file} 有误：{zh}"
        self.en = f"The template {file} is wrong: {en}"
        super().__init__(self.zh)


class Several(str):
    """A fact that may run over several paragraphs, as it was typed."""


@dataclass(frozen=True)
class Block:
    """A piece of a paper: title, number, addressee, paragraph, strong, signature or table."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def _finalize(value: object) -> str:
    """What a person typed stays text: a sign of Markdown in it means nothing."""
    if isinstance(value, Several):
        lines = (literal(line) for line in value.splitlines())
        return "\n\n".join(line for line in lines if line)
    return literal(str(value))


_jinja = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, finalize=_finalize)
# A line that an editor indented is a paragraph, not a program.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["code", "fence"])
SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")
HEADINGS = {"h1": "title", "h2": "number"}


def literal(text: str) -> str:
    """Text as Markdown that reads as just that text, on one line."""
    return SIGNS.sub(r"\\\1", " ".join(text.split()))


def template(kind: PaperKind, folder: Path) -> str:
    """The office's own words where it has any, else the shipped ones."""
    own = folder / "papers" / f"{kind.value}.md"
    if not own.is_file():
        return (resources.files("hotline.seed") / "papers" / own.name).read_text("utf-8")
    try:
        with own.open(encoding="utf-8-sig") as lines:
            text = lines.read(MOST_SIGNS + 1)
    except UnicodeDecodeError:
        raise BadTemplate(kind, "不是 UTF-8 编码，请另存为 UTF-8。", "it is not UTF-8.") from None
    except OSError as error:
        zh, en = f"不能读取（{error.strerror}）。", f"it cannot be read ({error.strerror})."
        raise BadTemplate(kind, zh, en) from None
    return _short(kind, text)


def _short(kind: PaperKind, text: str) -> str:
    if len(text) > MOST_SIGNS:
        zh, en = f"超过 {MOST_SIGNS} 字。", f"more than {MOST_SIGNS} characters."
        raise BadTemplate(kind, zh, en)
    return text


def unknown(kind: PaperKind, text: str) -> list[str]:
    """The places of a template that no paper of its kind has a fact for."""
    return sorted(meta.find_undeclared_variables(_jinja.parse(text)) - set(places(kind)))


def write(kind: PaperKind, facts: Mapping[str, str], folder: Path) -> list[Block]:
    """The paper's blocks; raises BadTemplate with the name of what the facts do not have."""
    text = template(kind, folder)
    try:
        filled = _jinja.from_string(text).render(facts)
    except TemplateSyntaxError as error:
        zh, en = f"第 {error.lineno} 行：{error.message}。", f"line {error.lineno}: {error.message}"
        raise BadTemplate(kind, zh, en) from error
    except UndefinedError as error:
        wrong, problem = unknown(kind, text), str(error.message)
        raise (no_such_place(kind, wrong) if wrong else _unfilled(kind, problem)) from error
    except SecurityError as error:
        raise BadTemplate(kind, "用了模板不允许的写法。", "it does what none may.") from error
    except Exception as error:  # whatever an office's own words lead to
        raise BadTemplate(
            kind, f"不能填写（{error}）。", f"cannot be filled in ({error})."
        ) from error
    found = _addressed(list(blocks(_short(kind, filled))))
    if not found:
        raise BadTemplate(kind, "没有内容。", "it is empty.")
    return found


def no_such_place(kind: PaperKind, names: Sequence[str]) -> BadTemplate:
    there = "、".join(f"{name}（{zh}）" for name, zh in places(kind).items())
    named = "、".join(f"{{{{ {name} }}}}" for name in names)
    return BadTemplate(kind, f"没有 {named} 这一项；可用：{there}。", f"no such place: {named}.")


def _unfilled(kind: PaperKind, problem: str) -> BadTemplate:
    return BadTemplate(kind, f"不能填写（{problem}）。", f"it cannot be filled in ({problem}).")


def marked(found: Sequence[Block], mark: str) -> list[Block]:
    """A paper that does not bind any more says so above all else, whatever its template says."""
    return [Block("strong", mark), *found] if mark else list(found)


def _addressed(found: list[Block]) -> list[Block]:
    """Who is addressed stands at the edge of the page: the first paragraph, if it ends so."""
    first = next((n for n, block in enumerate(found) if block.kind == "paragraph"), None)
    if first is not None and found[first].text.endswith(("：", ":")):
        found[first] = replace(found[first], kind="addressee")
    return found


def blocks(text: str) -> Iterator[Block]:
    """From Markdown: headings, paragraphs, numbered too, quotes as signatures, tables."""
    tokens = _markdown.parse(text)
    quoted, number, rows = False, "", list[tuple[str, ...]]()
    for n, token in enumerate(tokens):
        if token.type in ("blockquote_open", "blockquote_close"):
            quoted = token.type.endswith("open")
        elif token.type == "heading_open":
            yield Block(HEADINGS.get(token.tag, "strong"), _words(tokens[n + 1]))
        elif token.type == "paragraph_open":
            yield from _paragraph(tokens[n + 1], quoted, number)
            number = ""
        elif token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append(tuple(_cells(tokens[n + 1 :])))
        elif token.type == "table_close":
            yield Block("table", rows=tuple(rows))


def _paragraph(inline: Token, quoted: bool, number: str) -> Iterator[Block]:
    if quoted:
        yield from (Block("signature", line) for line in _words(inline).splitlines())
        return
    children = inline.children or []
    strong = bool(children) and children[0].type in ("strong_open", "text")
    strong = strong and any(child.type == "strong_open" for child in children[:2])
    words = _words(inline).replace("\n", "")
    yield Block("strong" if strong else "paragraph", number + words)


def _cells(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "tr_close":
            return
        if token.type == "inline":
            yield _words(token)


def _words(inline: Token) -> str:
    """The text of an inline token; a break of line stays one."""
    pieces = (
        "\n" if child.type in ("softbreak", "hardbreak") else child.content
        for child in inline.children or []
    )
    return "".join(pieces).strip()
