"""The papers an office signs (文书): which there are, their words from a template, their blocks.

A template is a Markdown text with places for facts. The shipped ones lie in `hotline/seed/papers`;
one of the same name under `papers/` in the data folder goes before it, so an office changes its
words with any editor, and both the Word file and the PDF follow.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
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


class BadTemplate(ValueError):
    """A template that cannot be used: which, and what is wrong with it."""


@dataclass(frozen=True)
class Block:
    """A piece of a paper: title, number, addressee, paragraph, strong, signature or table."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


_jinja = SandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    # What a citizen wrote stays text: a sign of Markdown in it means nothing.
    finalize=lambda value: literal(str(value)),
)
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")
HEADINGS = {"h1": "title", "h2": "number"}


def literal(text: str) -> str:
    """Text as Markdown that reads as just that text, on one line."""
    return SIGNS.sub(r"\\\1", " ".join(text.split()))


def template(kind: PaperKind, folder: Path) -> str:
    """The office's own words where it has any, else the shipped ones."""
    own = folder / "papers" / f"{kind.value}.md"
    if own.is_file():
        return own.read_text("utf-8")
    return (resources.files("hotline.seed") / "papers" / f"{kind.value}.md").read_text("utf-8")


def write(kind: PaperKind, facts: Mapping[str, str], folder: Path) -> list[Block]:
    """The paper's blocks; raises BadTemplate with the name of what the facts do not have."""
    try:
        text = _jinja.from_string(template(kind, folder)).render(facts)
    except (TemplateError, OSError, UnicodeDecodeError) as error:
        raise BadTemplate(f"{kind.zh}模板有误 / template {kind.value}.md: {error}") from error
    return _addressed(list(blocks(text)))


def _addressed(found: list[Block]) -> list[Block]:
    """Who is addressed stands at the edge of the page: the first paragraph, if it ends so."""
    first = next((n for n, block in enumerate(found) if block.kind == "paragraph"), None)
    if first is not None and found[first].text.endswith(("：", ":")):
        found[first] = replace(found[first], kind="addressee")
    return found


def blocks(text: str) -> Iterator[Block]:
    """From Markdown: headings, paragraphs, quotes as signatures, tables with any head."""
    tokens = _markdown.parse(text)
    quoted, rows = False, list[tuple[str, ...]]()
    for n, token in enumerate(tokens):
        if token.type in ("blockquote_open", "blockquote_close"):
            quoted = token.type.endswith("open")
        elif token.type == "heading_open":
            yield Block(HEADINGS.get(token.tag, "strong"), _words(tokens[n + 1]))
        elif token.type == "paragraph_open":
            yield from _paragraph(tokens[n + 1], quoted)
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append(tuple(_cells(tokens[n + 1 :])))
        elif token.type == "table_close":
            yield Block("table", rows=tuple(rows))


def _paragraph(inline: Token, quoted: bool) -> Iterator[Block]:
    if quoted:
        yield from (Block("signature", line) for line in _words(inline).splitlines())
        return
    children = inline.children or []
    strong = bool(children) and children[0].type in ("strong_open", "text")
    strong = strong and any(child.type == "strong_open" for child in children[:2])
    yield Block("strong" if strong else "paragraph", _words(inline).replace("\n", ""))


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
