"""Telephone and ID numbers planted in every text: found in no view, file, notice or log but by a reveal."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import structlog
from pypdf import PdfReader

from hotline.domain.article import Draft
from hotline.domain.words import ACCOUNTS, Role
from hotline.flow import bulletins, knowledge, savedviews, unused
from hotline.store import calltasks, exports
from hotline.web import office_exports
from hotline.wiring import MovingClock
from tests.flow.orders_support import unbroken
from tests.makers import an_officer
from tests.support.scale import Scale
from tests.web.api_support import Client, acted, filed, token, uploaded
from tests.web.test_matrix import POLICIES, STREAM, Things, address
from tests.web.test_rules_api import LAMPS, book

PHONES = [f"139{n:08d}" for n in range(31415926, 31415926 + 12)]
CARDS = [f"11010519491231{n:03d}X" for n in range(100, 112)]
NAME, MAIL, ROAD = "令狐远山", "linghu.yuanshan@example.com", "采薇里88号"


def both(n: int) -> str:
    return f"电话 {PHONES[n]}，身份证 {CARDS[n]}。"


FAMILIES = ("令狐", "东郭", "百里", "呼延", "南宫", "公孙", "赫连", "澹台", "闻人", "轩辕")
GIVEN = "霁岚蘅芷翊珩湉昶瑾晔"


def texts(body: bytes) -> str:
    """A body as text; of a Word file or a sheet the texts inside it, of a PDF what is printed."""
    if body[:4] == b"%PDF":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if body[:2] == b"PK":
        packed = zipfile.ZipFile(io.BytesIO(body))
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return body.decode("utf-8", "replace")


async def led(client: Client) -> Things:
    """A case in which everybody wrote numbers down."""
    told = await filed(
        client,
        title=f"路灯坏了 {PHONES[0]}",
        content=f"路灯坏了。{both(1)}",
        contact={"name": NAME, "phone": PHONES[2], "email": MAIL},
        place={"address": ROAD},
    )
    number, code = told["number"], {"Query-Code": told["query_code"]}
    added = {"content": f"补充：{both(3)}"}
    path = f"/api/v1/complaints/{number}/supplements"
    assert (await client.post(path, json=added, headers=code)).status == 200
    dispatcher, clerk = await token(client, "dispatcher"), await token(client, "clerk")
    case = await (await client.get(f"/api/v1/cases/{number}", headers=dispatcher)).json()
    if case["state"] == "registered":
        await acted(client, number, dispatcher, "accept")
    if case["department"] not in (None, "cgj"):
        await acted(client, number, dispatcher, "recall", reason=both(4))
    if case["department"] != "cgj":
        await acted(client, number, dispatcher, "transfer", department="cgj", reason=both(4))
    await acted(client, number, dispatcher, "note", text=both(5))
    await acted(client, number, clerk, "sign", handler="钱", phone="0571-12345")
    await acted(client, number, clerk, "contact", text=both(6))
    supervisor = await token(client, "supervisor")
    await acted(client, number, supervisor, "supervise", level=2, cause="other", text=both(7))
    await acted(
        client,
        number,
        clerk,
        "extend",
        reason=both(8),
        legal_basis=both(8),
        days=2,
        citizen_informed=True,
    )
    await told_to_all(client)
    return Things(number, f"{number}.1", "none", "cgj", told["query_code"])


async def kept_for_later(client: Client) -> None:
    """What staff keep: a search under a name, a rule with its test, why somebody is kept out, a hold."""
    director = an_officer(Role.DIRECTOR)
    actor = replace(director, officer_id=1)
    await savedviews.save(client.centre, actor, f"找 {PHONES[9]}", {"q": both(9)})
    lead, dispatcher = await token(client, "shift_lead"), await token(client, "dispatcher")
    body = await book(client)
    rule = {**LAMPS, "basis": both(9), "reason": both(9)}
    said = f"路灯坏了，{both(9)}"
    test = {"rule": "lamps", "topic": "城市管理", "text": said, "department": LAMPS["department"]}
    body |= {"rules": [rule, *body["rules"]], "note": both(9)}
    body |= {"examples": [*body["examples"], test]}
    answer = await client.put("/api/v1/rules", json=body, headers=lead)
    assert answer.status == 200, await answer.text()
    told = await filed(client, title=f"无关的另一件 {PHONES[8]}", content=both(8))
    whom = {"officers": ["callback"], "reason": both(9)}
    path = f"/api/v1/cases/{told['number']}"
    assert (await client.post(f"{path}/interests", json=whom, headers=lead)).status == 200
    hold = {"reason": both(9)}
    held = await client.put(f"{path}/hold", json=hold, headers=await token(client, "director"))
    assert held.status == 200, await held.text()
    code = {"Query-Code": told["query_code"]}
    wish = {"kind": "copy", "reason": both(9)}
    asked = await client.post(
        f"/api/v1/complaints/{told['number']}/privacy", json=wish, headers=code
    )
    assert asked.status == 201, await asked.text()
    await acted(client, told["number"], dispatcher, "note", text=both(9), visible=True)


async def told_to_all(client: Client) -> None:
    """What staff tell each other and the public: a bulletin, an article, why a list was exported."""
    now, lead = client.clock.at, an_officer(Role.SHIFT_LEAD)
    new = bulletins.New(f"停水 {PHONES[9]}", both(9), "", "", "停水", now, now + timedelta(days=1))
    await bulletins.put(client.centre, lead, new)
    questions = (f"停水找谁？{PHONES[9]}",)
    draft = Draft(
        title=f"停水了怎么办 {PHONES[9]}",
        body=both(9),
        topic="",
        department="cgj",
        basis=both(9),
        keywords=(f"停水{PHONES[9]}",),
        questions=questions,
        origin="自拟",
    )
    assert await knowledge.known_articles(client.centre, [draft]) == 1
    day = now.date()
    async with client.centre.work() as work:
        for officer in ("director", "supervisor"):
            wish = exports.Wish(f"t-{officer}", officer, officer, None, "csv", day, day, both(9))
            await exports.ask(work.connection, wish, work.at)
        await calltasks.begin(
            work.connection, calltasks.Cause("20260101-000009", "cgj", both(9), 1), work.at
        )


def own_of(n: int) -> dict[str, str]:
    """What one citizen of a crowd says of themselves, each value nobody else's."""
    family, given = FAMILIES[n % len(FAMILIES)], f"{GIVEN[n // 10 % 10]}{GIVEN[n % 10]}"
    return {
        "name": f"{family}{given}",
        "phone": f"137{27_182_818 + n:08}",
        "email": f"citizen.{n:04}@mail.example.com",
        "road": f"采菱里{700 + n}号",
        "said": f"138{14_142_135 + n:08}",
        "card": f"33010619800101{n:03}1",
        "file": f"136{17_320_508 + n:08}",
    }


async def crowd(client: Client, many: int) -> tuple[list[tuple[str, str]], list[str]]:
    """So many citizens led to one department: each one's number and file, and all they said."""
    numbers, files, planted = list[str](), list[str](), list[str]()
    dispatcher, clerk = await token(client, "dispatcher"), await token(client, "clerk")
    for n in range(many):
        own = own_of(n)
        file = await uploaded(client, f"现场 {own['file']}.png")
        told = await filed(
            client,
            title=f"第{n}处井盖缺失",
            content=f"我叫{own['name']}，井盖缺失，打 {own['said']} 找我，证件 {own['card']}。",
            contact={name: own[name] for name in ("name", "phone", "email")},
            place={"address": own["road"]},
            attachments=[file],
        )
        number = told["number"]
        case = await (await client.get(f"/api/v1/cases/{number}", headers=dispatcher)).json()
        assert case["attachments"], "its file is there to be seen"
        if case["state"] == "registered":
            await acted(client, number, dispatcher, "accept")
        if case["department"] not in (None, "cgj"):
            await acted(client, number, dispatcher, "recall", reason=own["said"])
        if case["department"] != "cgj":
            await acted(client, number, dispatcher, "transfer", department="cgj")
        await acted(client, number, clerk, "sign", handler="钱", phone="0571-12345")
        await acted(client, number, clerk, "contact", text=f"已与{own['name']}联系")
        added = {"content": f"{own['name']}补充：还有一处"}
        code = {"Query-Code": told["query_code"]}
        path = f"/api/v1/complaints/{number}/supplements"
        assert (await client.post(path, json=added, headers=code)).status == 200
        numbers.append(number)
        files.append(file)
        planted += own.values()
    return list(zip(numbers, files, strict=True)), planted


def lying(client: Client, planted: Sequence[str]) -> list[tuple[str, str]]:
    """What lies in clear in any file of the data folder: database, journal, exports, anchors."""
    found = []
    for path in sorted(client.centre.files.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            body += texts(body).encode() if body[:2] == b"PK" else b""
            found += [(path.name, word) for word in planted if word.encode() in body]
    return found


OF_A_CASE = ("{number}", "/office/files/{token}", "/api/v1/attachments/{token}")


async def met_by_the_department(
    client: Client, of: Things, people: Sequence[tuple[str, str]], planted: Sequence[str]
) -> tuple[list[tuple[str, str, str]], int]:
    """Every address of every citizen's case and file, asked by the clerk and the leader in charge."""
    seen, looked = [], 0
    for role in (Role.CLERK, Role.LEADER):
        headers = await token(client, role.value)
        for policy in POLICIES.values():
            if policy.method != "GET" or (policy.who and role not in policy.who):
                continue
            if not any(part in policy.path for part in OF_A_CASE):
                continue
            for number, file in people:
                path = address(policy, replace(of, case=number, file=file, order=f"{number}.1"))
                answer = await client.get(path, headers=headers)
                shown, looked = texts(await answer.read()), looked + (answer.status == 200)
                shown += unquote(repr(answer.headers))
                seen += [(role.value, policy.path, word) for word in planted if word in shown]
    assert looked >= 10 * len(people)
    return seen, looked


@pytest.mark.slow
@pytest.mark.soak
async def test_what_was_planted_is_seen_by_nobody_without_a_reveal(
    client: Client, capsys: pytest.CaptureFixture[str], scale: Scale
) -> None:
    """Row 11, row 43: every GET of every role, and all that was logged meanwhile."""
    structlog.configure(processors=[structlog.processors.JSONRenderer(ensure_ascii=False)])
    of = await led(client)
    await kept_for_later(client)
    while await office_exports.work_off(client.centre):
        pass
    people, theirs = await crowd(client, scale.citizens)
    planted = [*PHONES[:10], *CARDS[:10], NAME, MAIL, ROAD, *theirs]
    seen, looked = await met_by_the_department(client, of, people, planted)
    every = 1 if scale.examples > 1 else 2  # in every run each address by every second role
    for n, role in enumerate(ACCOUNTS):
        headers = await token(client, role.value)
        for policy in list(POLICIES.values())[n % every :: every]:
            if policy.method != "GET" or (policy.who and role not in policy.who):
                continue
            if policy.path == STREAM:
                continue
            paths = [address(policy, of)]
            if policy.path.endswith(("/paper", "/reminder")):
                paths.append(f"{paths[0]}?format=pdf")
            for path in paths:
                answer = await client.get(path, headers=headers)
                shown, looked = texts(await answer.read()), looked + (answer.status == 200)
                shown += unquote(repr(answer.headers))
                seen += [(role.value, path, word) for word in planted if word in shown]
    assert seen == [] and looked > 300 // every
    assert lying(client, planted) == []
    logged = capsys.readouterr()
    assert len(logged.out) > 50_000, "something was logged"
    assert [word for word in planted if word in logged.out + logged.err] == []
    headers = await token(client, "dispatcher")
    body = {"fields": ["phone", "words"], "purpose": "核实"}
    path = f"/api/v1/cases/{of.case}/reveal"
    told = await (await client.post(path, json=body, headers=headers)).json()
    assert told["phone"] == PHONES[2] and PHONES[1] in told["content"]


async def test_an_account_that_nobody_used_for_ninety_days_is_locked(
    client: Client, clock: MovingClock
) -> None:
    started = clock()
    for day in (40, 80, 95):
        clock.move_to(started + timedelta(days=day))
        await token(client, "clerk")
        await unused.lock(client.centre)
    for username, status in (("clerk", 201), ("agent", 401), ("secadmin", 201)):
        body: Any = {"username": username, "password": "Correct-horse-12345"}
        assert (await client.post("/api/v1/sessions", json=body)).status == status, username
    assert await unused.lock(client.centre) == []
    assert not await unbroken(client.centre)
