"""Papers taken away: made from an order or a reminder, read back, refused, and on record."""

import asyncio
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import text as sql

from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import Cause, Judgement, Role
from hotline.flow import work
from hotline.flow.papers import NotMade
from hotline.reports import typeset
from hotline.web.papers import WAITING, Press
from tests.flow.orders_support import (
    DIRECTOR,
    DISPATCHER,
    SUPERVISOR,
    ask,
    in_hand,
    unbroken,
    unit,
    watched,
)
from tests.makers import an_officer
from tests.web.api_support import Client, filed, signed_in, token

needs_type = pytest.mark.skipif(not typeset.faces(), reason="no Chinese type on this machine")
WORD = typeset.WORD


async def supervised(client: Client, level: int = 3, key: str = "k", **changes: object) -> str:
    number = await in_hand(client.centre, key)
    told = {"cause": Cause.OTHER, "text": "一、说明原因。\n二、限期办结。", **changes}
    actor = DIRECTOR if level >= 4 else SUPERVISOR
    await work.act(client.centre, number, acts.Supervise(level=level, **told), actor)  # type: ignore[arg-type]
    return number


async def reddened(client: Client, number: str) -> None:
    """The due moment passes, and the watch looks."""
    due = (await work.view(client.centre, number, SUPERVISOR)).case.due_at
    assert due is not None
    await watched(client.centre, client.clock, due + timedelta(minutes=1), timedelta(days=1))


def words(body: bytes) -> str:
    document = Document(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def printed(body: bytes) -> str:
    pages = PdfReader(io.BytesIO(body)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


async def fetched(client: Client, path: str, who: dict[str, str]) -> bytes:
    answer = await client.get(path, headers=who)
    assert answer.status == 200, await answer.text()
    found: bytes = await answer.read()
    return found


async def test_an_order_is_taken_away_as_word_under_its_chinese_name(client: Client) -> None:
    number = await supervised(client)
    who = await token(client, "clerk")
    answer = await client.get(f"/api/v1/orders/{number}.1/paper", headers=who)
    assert answer.status == 200 and answer.content_type == WORD
    head = answer.headers["Content-Disposition"]
    plain, _, chinese = head.partition("; filename*=UTF-8''")
    assert plain == f'attachment; filename="order-{number}.docx"'
    assert unquote(chinese) == "督办单 督〔2026〕0001号.docx"
    assert answer.headers["Cache-Control"] == "private, no-store"
    body = await answer.read()
    foot = Document(io.BytesIO(body)).sections[0].footer.paragraphs[0].text
    assert foot == "clerk 2026年11月23日 10:00"  # a page that is passed on tells who took it
    text = words(body)
    lines = text.splitlines()
    assert "督〔2026〕0001号" in lines and "城管局：" in lines
    assert "抄送：城管局负责人、督办员" in lines
    assert {"一、说明原因。", "二、限期办结。"} <= set(lines)  # each on its own line, as typed
    assert "请于2026年11月26日24时前书面回复" in text and "三级督办" in text
    assert "2026年11月23日10时" in lines and "2026年11月23日" in lines


@needs_type
async def test_the_pdf_of_each_level_is_its_kind_of_paper_and_the_same_each_time(
    client: Client,
) -> None:
    kinds = {2: "督办单", 4: "人民政府热线办公室督办函", 6: "情况的通报"}
    who = await token(client, "supervisor")
    for n, (level, kind) in enumerate(kinds.items(), 1):
        number = await supervised(client, level, key=f"level-{level}")
        path = f"/api/v1/orders/{number}.1/paper?format=pdf"
        body = await fetched(client, path, who)
        text = printed(body)
        for said in (kind, f"督〔2026〕{n:04d}号", "城管局", number, "二、限期办结。"):
            assert said in text, said
        assert text.count("supervisor2026年11月23日10:00") == len(PdfReader(io.BytesIO(body)).pages)
        assert ("市政府督查室" in text) == (level >= 4)
        assert ("市政府办公厅" in text) == (level == 6)
    assert await fetched(client, path, who) == body  # to the byte


async def test_made_again_after_everything_went_on_the_paper_says_the_same(client: Client) -> None:
    number = await supervised(client)
    path, who = f"/api/v1/orders/{number}.1/paper", await token(client, "supervisor")
    first = words(await fetched(client, path, who))
    assert first == words(await fetched(client, path, who))
    clerk = unit(client.centre)
    client.clock.move_to(client.clock.at + timedelta(hours=3))
    answer = department.AnswerOrder(order=1, text="已整改。")
    await work.act(client.centre, number, answer, clerk)
    client.clock.move_to(client.clock.at + timedelta(days=1))
    back = acts.JudgeOrder(order=1, verdict=Judgement.RETURN, reason="不具体")
    await work.act(client.centre, number, back, SUPERVISOR)
    client.clock.move_to(client.clock.at + timedelta(days=1))
    who = await token(client, "supervisor")
    topics = ["/".join((t["level1"], t["level2"], t["level3"])) for t in client.centre.city.topics]
    corrected = acts.Correct(reason="类型有误", topic=topics[0])
    view = await work.act(client.centre, number, corrected, an_officer(Role.SHIFT_LEAD))
    assert view.case.topic.replace("/", " › ") not in first
    assert words(await fetched(client, path, who)) == first


async def test_a_withdrawn_or_frozen_order_says_so_above_all_else(client: Client) -> None:
    number = await supervised(client)
    higher = acts.Supervise(level=4, cause=Cause.OTHER, text="提交计划。")
    await work.act(client.centre, number, higher, DIRECTOR)
    who = await token(client, "director")
    frozen = await client.get(f"/api/v1/orders/{number}.1/paper", headers=who)
    assert words(await frozen.read()).startswith("本件已由更高级别的督办取代")
    assert "（已失效）" in unquote(frozen.headers["Content-Disposition"])
    gone = acts.JudgeOrder(order=2, verdict=Judgement.WITHDRAW, reason="事由不成立")
    await work.act(client.centre, number, gone, DIRECTOR)
    text = words(await fetched(client, f"/api/v1/orders/{number}.2/paper", who))
    assert text.startswith("本件已撤销。撤销原因：事由不成立\n")


async def test_who_may_not_see_the_order_gets_no_paper(client: Client) -> None:
    number = await supervised(client)
    paths = f"/api/v1/orders/{number}.1/paper", f"/api/v1/cases/{number}/reminder"
    for path in paths:
        assert (await client.get(path)).status == 401
        for role in ("auditor", "sysadmin", "secadmin"):
            assert (await client.get(path, headers=await token(client, role))).status == 403
    await work.act(client.centre, number, acts.Recall(reason="派错"), DISPATCHER)
    await work.act(client.centre, number, acts.Transfer(department="jyj"), DISPATCHER)
    clerk = await token(client, "clerk")
    for path in (*paths, f"/api/v1/orders/{number}.9/paper", "/api/v1/orders/nothing/paper"):
        assert (await client.get(path, headers=clerk)).status == 404, path
    director = await token(client, "director")
    for path in paths:
        wrong = await client.get(f"{path}?format=odt", headers=director)
        assert wrong.status == 422 and (await wrong.json())["errors"][0]["field"] == "format"
    assert await handed(client) == []


async def test_a_red_light_makes_a_reminder_to_the_unit_and_no_light_makes_none(
    client: Client,
) -> None:
    number = await in_hand(client.centre)
    path, who = f"/api/v1/cases/{number}/reminder", await token(client, "clerk")
    none = await client.get(path, headers=who)
    assert none.status == 404 and "没有亮过红灯" in (await none.json())["detail"]
    await reddened(client, number)
    who = await token(client, "clerk")
    answer = await client.get(path, headers=who)
    text = words(await answer.read())
    assert re.search(rf"催〔2026〕{number}-\d+号", unquote(answer.headers["Content-Disposition"]))
    for said in ("城管局：", "抄送：城管局负责人", "仍未答复诉求人。现予催办。"):
        assert said in text, said
    assert "2026年12月7日24时（10个工作日，" in text
    client.clock.move_to(client.clock.at + timedelta(hours=3))
    await work.act(client.centre, number, department.Contact(text="已联系"), unit(client.centre))
    who = await token(client, "clerk")
    assert words(await fetched(client, path, who)) == text


async def handed(client: Client) -> list[tuple[str, str]]:
    rows = await ask(client.centre, "SELECT actor, about FROM act WHERE act = 'paper_handed_out'")
    return [(row.actor, row.about) for row in rows]


async def test_every_paper_handed_out_is_on_record_and_the_chain_holds(client: Client) -> None:
    number = await supervised(client)
    who = await token(client, "clerk")
    await fetched(client, f"/api/v1/orders/{number}.1/paper", who)
    ((actor, about),) = await handed(client)
    assert actor == "clerk:clerk"
    for said in ('"docx"', '"order"', number):
        assert said in about
    assert await unbroken(client.centre) == []


async def test_what_cannot_be_recorded_is_not_handed_out(client: Client) -> None:
    number = await supervised(client)
    who = await token(client, "clerk")
    async with client.centre.work() as unit_of_work:
        await unit_of_work.connection.execute(sql("ALTER TABLE act RENAME TO act_away"))
    refused = await client.get(f"/api/v1/orders/{number}.1/paper", headers=who)
    assert refused.status == 503 and refused.content_type == "application/problem+json"


async def test_nothing_of_the_citizens_identity_is_in_a_paper(client: Client) -> None:
    contact = {"name": "欧阳锋芒", "phone": "13800001234"}
    told = await filed(client, title="请回电13800001234", contact=contact)
    number = told["number"]
    case = (await work.view(client.centre, number, DIRECTOR)).case
    if case.lead is None:
        if "accept" in (await work.view(client.centre, number, DISPATCHER)).actions:
            await work.act(client.centre, number, acts.Accept(), DISPATCHER)
        await work.act(client.centre, number, acts.Transfer(department="cgj"), DISPATCHER)
    demand = acts.Supervise(level=3, cause=Cause.OTHER, text="请联系 13800001234 说明。")
    await work.act(client.centre, number, demand, SUPERVISOR)
    who = await token(client, "supervisor")
    text = words(await fetched(client, f"/api/v1/orders/{number}.1/paper", who))
    assert "请联系 138****1234 说明。" in text
    for secret in ("欧阳锋芒", "13800001234", told["query_code"]):
        assert secret not in text


async def test_without_type_the_reader_is_told_to_take_word(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await supervised(client)
    monkeypatch.setattr(typeset, "faces", lambda: ())
    who = await token(client, "clerk")
    refused = await client.get(f"/api/v1/orders/{number}.1/paper?format=pdf", headers=who)
    detail = (await refused.json())["detail"]
    assert refused.status == 503 and "没有中文字体" in detail and "Word" in detail
    await fetched(client, f"/api/v1/orders/{number}.1/paper", who)
    await signed_in(client, "clerk")
    page = await client.get(f"/office/orders/{number}.1/paper?format=pdf")
    assert page.status == 503 and "没有中文字体" in await page.text()
    assert len(await handed(client)) == 1


async def test_a_broken_template_is_named_with_its_place(client: Client, tmp_path: Path) -> None:
    number = await supervised(client)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "order.md").write_text("# 督办单\n\n{{ telephone }}\n", "utf-8")
    who = await token(client, "clerk")
    refused = await client.get(f"/api/v1/orders/{number}.1/paper", headers=who)
    detail = (await refused.json())["detail"]
    assert refused.status == 503
    assert "papers/order.md" in detail and "{{ telephone }}" in detail and "主送单位" in detail
    assert str(tmp_path) not in detail
    english = await client.get(
        f"/api/v1/orders/{number}.1/paper", headers={**who, "Accept-Language": "en"}
    )
    assert "no such place: {{ telephone }}" in (await english.json())["detail"]
    (tmp_path / "papers" / "order.md").write_text("# 本市督办单\n\n{{ to }}：\n", "utf-8")
    body = await fetched(client, f"/api/v1/orders/{number}.1/paper", who)
    assert words(body) == "本市督办单\n城管局："


async def test_the_pages_link_to_the_papers_and_only_where_there_is_one(client: Client) -> None:
    number = await supervised(client)
    await signed_in(client, "clerk")
    page = await (await client.get(f"/office/orders/{number}.1")).text()
    for kind in ("docx", "pdf"):
        path = f"/office/orders/{number}.1/paper?format={kind}"
        assert f'href="{path}"' in page, path
    assert (await client.get(f"/office/orders/{number}.1/paper?format=docx")).content_type == WORD
    assert "/reminder" not in await (await client.get(f"/office/cases/{number}")).text()
    await reddened(client, number)
    await signed_in(client, "clerk")
    case = await (await client.get(f"/office/cases/{number}")).text()
    assert f'href="/office/cases/{number}/reminder?format=docx"' in case
    taken = await client.get(f"/office/cases/{number}/reminder?format=docx")
    assert taken.content_type == WORD


async def test_the_document_describes_both_formats(client: Client) -> None:
    for path in ("/api/v1/orders/{id}/paper", "/api/v1/cases/{number}/reminder"):
        told = client.document["paths"][path]["get"]
        assert set(told["responses"]["200"]["content"]) == {typeset.WORD, typeset.PDF}
        named, empty = told["parameters"][-1]["schema"]["anyOf"]
        assert named["enum"] == ["docx", "pdf"] and empty["maxLength"] == 0  # empty is Word
        assert {"401", "403", "404", "422", "503"} <= set(told["responses"])


async def test_one_paper_is_made_at_a_time_and_a_crowd_is_asked_to_come_again() -> None:
    threads = ThreadPoolExecutor(max_workers=2)
    press, gate = Press(threads), threading.Event()
    at_once: list[int] = []
    running = 0

    def job() -> bytes:
        nonlocal running
        running += 1
        at_once.append(running)
        gate.wait(10)
        running -= 1
        return b"paper"

    waiting = [asyncio.create_task(press.make(job)) for _ in range(WAITING)]
    await asyncio.sleep(0.01)
    with pytest.raises(NotMade) as refused:
        await press.make(job)
    assert refused.value.retry_after == 5
    gate.set()
    assert await asyncio.gather(*waiting) == [b"paper"] * WAITING
    assert set(at_once) == {1}
    assert await press.make(lambda: b"next") == b"next"
    threads.shutdown()


async def test_who_waits_too_long_is_told_so_and_the_thread_is_not_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hotline.web.papers.PATIENCE", 0.02)
    threads = ThreadPoolExecutor(max_workers=2)
    press, gate = Press(threads), threading.Event()

    def slow() -> bytes:
        gate.wait(10)
        raise ValueError("nobody waits for it any more")

    for job in (slow, lambda: b"next"):
        with pytest.raises(NotMade):
            await press.make(job)
    gate.set()
    monkeypatch.setattr("hotline.web.papers.PATIENCE", 10.0)  # of this one something is expected
    assert await press.make(lambda: b"next") == b"next"
    threads.shutdown()
