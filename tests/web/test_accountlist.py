"""The administrators' lists: accounts found and turned over both ways; the record of acts in words."""

import ast
import re
from pathlib import Path

import pytest

from hotline.domain.people import OPERATOR
from hotline.domain.words import ACCOUNTS
from hotline.store import acts
from hotline.web import actwords, admin
from tests.web.api_support import Client, signed_in

CODE = Path(__file__).parents[2] / "hotline"


def usernames(page: str) -> list[str]:
    return re.findall(r'data-label="用户名">([^<]+)<', page)


def turned(page: str, way: str) -> str:
    found = re.search(f'rel="{way}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.slow
async def test_accounts_are_found_and_turned_over_both_ways(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "PAGE", 5)
    await signed_in(client, "secadmin")
    path, pages = "/office/admin", []
    while path:
        pages.append(await (await client.get(path)).text())
        path = turned(pages[-1], "next")
    assert [one for page in pages for one in usernames(page)] == sorted(r.value for r in ACCOUNTS)
    back = turned(pages[2], "prev")
    middle = await (await client.get(back)).text()
    assert usernames(middle) == usernames(pages[1])
    first = await (await client.get(turned(middle, "prev"))).text()
    assert usernames(first) == usernames(pages[0]) and not turned(first, "prev")
    for asked, wanted in (
        ("q=督办", ["supervisor"]),
        ("q=DISP", ["dispatcher"]),
        ("unit=cgj", ["clerk", "leader"]),
        ("unit=cgj&role=leader", ["leader"]),
        ("q=%25", []),
    ):
        shown = await (await client.get(f"/office/admin?{asked}")).text()
        assert usernames(shown) == wanted, asked
        assert bool(wanted) != ("没有符合条件的账号" in shown)


@pytest.mark.slow
async def test_the_auditor_reads_acts_in_words(client: Client) -> None:
    async with client.centre.work() as work:
        about = {"username": "li", "role": "agent", "department": None, "set": True}
        await acts.record(work.connection, work.at, OPERATOR, "account_added", about)
    await signed_in(client, "auditor")
    page = re.sub(r"<[^>]+>", "", await (await client.get("/office/admin")).text())
    assert "新增账号" in page and "账号：li；角色：话务员；已填写：是" in page
    assert "account_added" not in page and "username" not in page


def recorded() -> set[str]:
    """Every act that the code names where it records one."""
    found = set()
    for path in CODE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".record"):
                told = [one.value for one in call.args if isinstance(one, ast.Constant)]
                found |= {one for one in told if isinstance(one, str)}
    return found


def test_every_act_has_words() -> None:
    named = recorded()
    assert len(named) > 40
    assert named - set(actwords.ACTS) == set()
