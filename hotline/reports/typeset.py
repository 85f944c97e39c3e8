"""A paper's blocks as a Word file and as a PDF, laid out as 公文 are (GB/T 9704-2012).

A4; 37 mm above, 28 mm left; 三号 (16 pt) 仿宋 on lines of 28 pt; the title 二号 (22 pt), centred.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources

import typst
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from hotline.reports.papers import Block

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
# In Word the reader's own fonts serve; a PDF takes the first of these that the machine has.
TITLE_FACE, BODY_FACE = "方正小标宋_GBK", "仿宋_GB2312"
TITLES = ("FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun")
BODIES = (
    "FangSong",
    "FangSong_GB2312",
    "STFangsong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "SimSun",
)


class NoFont(Exception):
    """The machine has no Chinese type, and a page of empty boxes is no paper."""


class NotSet(Exception):
    """The typesetter refuses what the template makes of a page."""


@cache
def _fonts() -> typst.Fonts:
    """Read once: it takes a tenth of a second in which nothing else of the process runs."""
    return typst.Fonts()


def faces() -> tuple[str, ...]:
    """The usable Chinese faces of this machine, the best first."""
    there = set(_fonts().families())
    found = tuple(dict.fromkeys(name for name in (*TITLES, *BODIES) if name in there))
    if not found:
        _fonts.cache_clear()  # looked for again the next time: type may be put in meanwhile
    return found


def pdf(title: str, blocks: Sequence[Block], taken: str = "") -> bytes:
    """Takes a tenth of a second of a core: never on the event loop. Raises NoFont, NotSet.

    `taken`: who took it and when, at the foot of every page.
    """
    there = faces()
    if not there:
        raise NoFont
    told = {
        "title": title,
        "taken": taken,
        "blocks": [asdict(block) for block in blocks],
        "titles": [name for name in TITLES if name in there] or list(there),
        "bodies": [name for name in BODIES if name in there] or list(there),
    }
    layout = (resources.files("hotline.reports") / "paper.typ").read_bytes()
    inputs = {"paper": json.dumps(told, ensure_ascii=False)}
    press = typst.Compiler(layout, font_paths=_fonts(), sys_inputs=inputs)
    try:
        made = press.compile(format="pdf")
    except typst.TypstError as error:
        raise NotSet(error.message) from error
    assert isinstance(made, bytes)
    return made


def png(svg: str) -> bytes:
    """A drawing as an image, for readers that know no other; raises NoFont, NotSet."""
    if not faces():
        raise NoFont
    page = "#set page(width: 160mm, height: auto, margin: 0mm)\n#image(bytes(sys.inputs.svg))"
    press = typst.Compiler(page.encode(), font_paths=_fonts(), sys_inputs={"svg": svg})
    try:
        made = press.compile(format="png", ppi=144.0)
    except typst.TypstError as error:
        raise NotSet(error.message) from error
    assert isinstance(made, bytes)
    return made


def word(title: str, blocks: Sequence[Block], taken: str = "") -> bytes:
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = document.core_properties.comments = ""
    _page(document)
    if taken:
        foot = document.sections[0].footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _face(foot.add_run(taken), BODY_FACE, 8)
    for block in blocks:
        if block.kind == "table":
            _table(document, block)
        elif block.kind == "chart":
            document.add_picture(io.BytesIO(png(block.text)), width=Mm(156))
        else:
            _line(document.add_paragraph(), block)
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


def _page(document: DocumentObject) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _face(document.styles["Normal"], BODY_FACE, 16)


def _face(owner: object, name: str, size: int) -> None:
    """Word picks the face of Chinese characters by a name of its own (eastAsia)."""
    font = getattr(owner, "font")  # noqa: B009
    font.name, font.size = name, Pt(size)
    font.element.rPr.rFonts.set(qn("w:eastAsia"), name)


def _line(paragraph: Paragraph, block: Block) -> None:
    run = paragraph.add_run(block.text)
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    if block.kind == "title":
        _face(run, TITLE_FACE, 22)
        form.line_spacing, form.space_after = Pt(36), Pt(14)
        form.keep_with_next = True
    if block.kind in ("title", "number"):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif block.kind == "signature":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        form.right_indent, form.keep_together = Pt(32), True
    elif block.kind != "addressee":
        form.first_line_indent = Pt(32)  # two characters
    run.bold = True if block.kind == "strong" else None


def _table(document: DocumentObject, block: Block) -> None:
    columns = max(len(row) for row in block.rows)
    table = document.add_table(rows=0, cols=columns, style="Table Grid")
    for row in block.rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=False):
            run = cell.paragraphs[0].add_run(text)
            _face(run, BODY_FACE, 14 if columns <= 4 else 10)
    if columns == 2:
        for row in table.rows:
            row.cells[0].width, row.cells[1].width = Mm(38), Mm(118)
    document.add_paragraph().paragraph_format.space_after = Pt(0)
