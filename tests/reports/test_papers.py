"""The papers an office signs: their words, an office's own words, Word and PDF in Chinese."""

import io
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from hotline.reports import papers, typeset
from hotline.reports.papers import Block, PaperKind

FACTS = {
    "number": "督〔2026〕0001号", "to": "住建局", "kind": "投诉", "case": "20261123-000001",
    "title": "路灯不亮", "topic": "城市管理 › 市政设施 › 路灯故障", "urgency": "一般",
    "received": "2026年11月23日 10:00", "dispatched": "2026年11月23日 11:00",
    "due": "2026年12月7日", "limit": "10个工作日，福州 2017", "state": "办理中",
    "office": "云溪市热线办公室", "issued": "2026年12月8日", "copies": "督办员、热线办主任",
    "cause": "办理超期", "level": "三级", "demand": "请说明原因并限期办结。",
    "answer_by": "2026年12月11日", "city": "云溪市", "channel": "电话",
}  # fmt: skip

needs_type = pytest.mark.skipif(not typeset.faces(), reason="no Chinese type on this machine")


def text_of(blocks: list[Block]) -> str:
    return "\n".join(
        [block.text for block in blocks] + [c for b in blocks for r in b.rows for c in r]
    )


@pytest.mark.parametrize("kind", list(PaperKind))
def test_every_shipped_template_says_who_what_by_when(kind: PaperKind, tmp_path: Path) -> None:
    told = papers.write(kind, FACTS, tmp_path)
    assert [block.kind for block in told][:2] == ["title", "number"]
    assert [block.text for block in told if block.kind == "signature"] == [
        "云溪市热线办公室",
        "2026年12月8日",
    ]
    for said in ("住建局", "20261123-000001", "督办员、热线办主任"):
        assert said in text_of(told)


def test_an_order_of_level_four_is_a_letter_and_of_six_a_circular() -> None:
    kinds = [PaperKind.of_level(level) for level in (2, 3, 4, 5, 6)]
    assert kinds == ["order", "order", "letter", "letter", "circular"]


def test_what_a_citizen_wrote_stays_text_whatever_signs_are_in_it(tmp_path: Path) -> None:
    odd = "*不亮* | **坏** # {{ office }} <script> [a](b)\n## 号 `x` \\ ~"
    told = papers.write(PaperKind.ORDER, {**FACTS, "title": odd}, tmp_path)
    table = next(block for block in told if block.kind == "table")
    assert dict(table.rows)["诉求标题"] == " ".join(odd.split())
    assert all(len(row) == 2 for row in table.rows)


def test_an_offices_own_words_go_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    own = tmp_path / "papers" / "order.md"
    own.write_text("# 本市督办单\n\n{{ to }}：\n\n请办理 {{ case }}。\n", "utf-8")
    told = papers.write(PaperKind.ORDER, FACTS, tmp_path)
    assert told == [
        Block("title", "本市督办单"),
        Block("addressee", "住建局："),
        Block("paragraph", "请办理 20261123-000001。"),
    ]


@pytest.mark.parametrize("words", ["{{ telephone }}", "{% for %}", "{{ ''.__class__.mro() }}"])
def test_a_template_that_asks_for_what_there_is_not_is_named(words: str, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "order.md").write_text(f"# 督办单\n\n{words}\n", "utf-8")
    with pytest.raises(papers.BadTemplate, match=r"督办单.*order\.md"):
        papers.write(PaperKind.ORDER, FACTS, tmp_path)


def test_the_word_file_holds_the_words_in_the_faces_of_an_office(tmp_path: Path) -> None:
    told = papers.write(PaperKind.LETTER, FACTS, tmp_path)
    document = Document(io.BytesIO(typeset.word("督办函", told)))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert "住建局：" in lines and "督〔2026〕0001号" in lines
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert "城市管理 › 市政设施 › 路灯故障" in cells
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert document.core_properties.title == "督办函"


@needs_type
@pytest.mark.parametrize("kind", list(PaperKind))
def test_the_pdf_holds_the_words_with_its_type_inside(kind: PaperKind, tmp_path: Path) -> None:
    told = papers.write(kind, FACTS, tmp_path)
    reader = PdfReader(io.BytesIO(typeset.pdf(kind.zh, told)))
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text().replace("\n", "").replace(" ", "")
    assert "住建局" in text and "2026年12月8日" in text
    fonts = reader.pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        kept = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(kept.get_object())


def test_without_chinese_type_a_pdf_is_refused_not_printed_blank(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typeset, "faces", lambda: ())
    with pytest.raises(typeset.NoFont):
        typeset.pdf("督办单", [Block("title", "督办单")])


def test_nothing_that_an_office_writes_is_lost_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    own = tmp_path / "papers" / "order.md"
    own.write_text(
        "# 督办单\n\n    编辑时缩进的一段\n\n1. 核实情况\n2. 答复 {{ to }}\n\n- 其他\n\n```\n附注\n```\n",
        "utf-8",
    )
    told = papers.write(PaperKind.ORDER, FACTS, tmp_path)
    lines = ["督办单", "编辑时缩进的一段", "1. 核实情况", "2. 答复 住建局", "其他", "附注"]
    assert [block.text for block in told] == lines


def test_a_demand_of_several_lines_is_several_paragraphs_and_nothing_more(tmp_path: Path) -> None:
    demand = papers.Several("一、核实。\n\n# 二、**答复**\n| 三 |")
    told = papers.write(PaperKind.ORDER, {**FACTS, "demand": demand}, tmp_path)
    texts = [block.text for block in told if block.kind == "paragraph"]
    assert ["一、核实。", "# 二、**答复**", "| 三 |"] == texts[texts.index("一、核实。") :][:3]


def test_a_paper_that_does_not_bind_says_so_first() -> None:
    told = [Block("title", "督办单")]
    assert papers.marked(told, "") == told
    assert papers.marked(told, "本件已撤销。") == [Block("strong", "本件已撤销。"), *told]
