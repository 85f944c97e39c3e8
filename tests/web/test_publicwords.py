"""The citizen's timeline in English: each sentence of the domain's own is there, and nothing else is touched."""

import ast
from collections.abc import Iterator
from pathlib import Path

import hotline.domain
from hotline.web.publicwords import english
from tests.web.api_support import OWN_PAGE, Client, filed

# What is somebody's own words behind a name of the field, in both languages.
WRITTEN = {"{}：{}"}
MOMENT = "2026年12月2日09:05"


def sentences() -> Iterator[str]:
    """Every text that the domain gives an entry for the citizen; what is put in stands as {}."""
    for path in sorted(Path(hotline.domain.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Said" and node.args[1:]:
                yield from texts(node.args[1])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "public":
                yield from texts(node.value)
            elif isinstance(node, ast.FunctionDef) and node.name == "_public":
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and one.value is not None:
                        yield from texts(one.value)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from texts(one)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(o.value) if isinstance(o, ast.Constant) else "{}" for o in node.values)


def test_every_sentence_that_the_domain_tells_a_citizen_has_its_english() -> None:
    found = set(sentences()) - WRITTEN
    assert {"您的诉求已登记。", "已转{}办理。", "{}重新计算，答复期限为{}。"} <= found
    for told in found:
        by = "按现行办理时限规定" if told.startswith("{}重新") else ""
        filled = told.replace("{}", by, 1) if by else told
        filled = filled.replace(
            "答复期限为{}", f"答复期限为{MOMENT}" + ("" if "{}前" in told else "前")
        )
        filled = filled.replace("{}", "城管局")
        assert english(filled) != filled, told
    assert english("我们明天来看。") == "我们明天来看。"


def test_a_moment_in_a_sentence_is_told_as_moments_are() -> None:
    told = english("经批准延长办理期限，新的答复期限为2026年12月2日09:05前。")
    assert told.endswith("by 2026-12-02 09:05.")


async def test_the_english_page_tells_what_happened_in_english(client: Client) -> None:
    told = await filed(client)
    form = {"number": told["number"], "code": told["query_code"]}
    await client.post("/complaints/find", data=form, headers=OWN_PAGE)
    page = await (await client.get("/complaints/mine?lang=en")).text()
    assert "Your complaint was received." in page and "您的诉求已登记" not in page
    page = await (await client.get("/complaints/mine?lang=zh")).text()
    assert "您的诉求已登记。" in page
