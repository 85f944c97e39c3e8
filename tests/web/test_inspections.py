"""Inspection over pages and the interface: drawn, taken, scored, appealed, ruled on, counted, taken away."""

import csv
import hashlib
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from channels.telephone.events import Kind, Recording
from hotline.domain.words import Role
from hotline.flow import scoring
from hotline.reports import exporting
from hotline.store import acts
from hotline.wiring import MovingClock
from tests.domain.test_scoresheet import CALLS, CASES
from tests.flow.test_calls import answered, event, told
from tests.flow.test_inspecting import PLAN, closed
from tests.makers import an_officer
from tests.web.api_support import OWN_PAGE, Client, form_token, served, signed_in, token

BASE, SHEETS = "/office/inspections", "/office/sheets"
SOUND = b"RIFF" + bytes(200)
DAYS = {"subject": "case", "first": str(PLAN.first), "last": str(PLAN.last)}


async def page(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status == 200, (path, answer.status)
    return str(await answer.text())


async def sends(client: Client, path: str, **form: Any) -> tuple[int, str, str]:
    told = {"token": form_token(await page(client, "/office/account")), **form}
    answer = await client.post(path, data=told, headers=OWN_PAGE, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


def filled(**changes: str) -> dict[str, str]:
    return {f"c-{one.code}": str(one.points) for one in CASES.criteria} | changes


async def drawn(client: Client, *keys: str) -> list[str]:
    numbers = await closed(client.centre, *(keys or "abc"))
    await signed_in(client, "inspector")
    status, place, shown = await sends(client, BASE, **DAYS, size="10")
    assert (status, place) == (303, f"{BASE}/1"), shown
    return numbers


async def test_what_is_wrong_with_a_drawing_stands_at_its_field_and_nothing_typed_is_lost(
    client: Client,
) -> None:
    await signed_in(client, "inspector")
    status, _, shown = await sends(client, BASE, **{**DAYS, "first": "2026-11-99"}, size="7")
    assert status == 422 and "应为日期" in shown and 'value="7"' in shown
    status, _, shown = await sends(client, BASE, **DAYS, size="7", share="5")
    assert status == 409 and "件数或比例" in shown
    status, _, shown = await sends(client, BASE, **DAYS, size="7")
    assert status == 409 and "没有可抽取的" in shown
    await closed(client.centre, "a")
    assert (await sends(client, BASE, **DAYS, size="7"))[0] == 303
    status, _, shown = await sends(client, BASE, **DAYS, size="7")
    assert status == 409 and 'name="reason"' in shown and "请写明理由" in shown
    shown = await page(client, f"{BASE}/1")
    assert "抽签号" in shown and "0 / 1" in await page(client, BASE)


async def test_a_sheet_is_filled_in_by_a_page_without_scripts(client: Client) -> None:
    await drawn(client)
    status, place, _ = await sends(client, SHEETS, inspection="1")
    assert status == 303 and place == f"{SHEETS}/1"
    status, _, shown = await sends(client, place, seen="2", step="submit", **filled(note="好"))
    assert status == 303, shown
    shown = await page(client, place)
    assert "100" in shown and "第 1 版" in shown and 'name="step"' not in shown
    _, place, _ = await sends(client, SHEETS)
    wrong = filled(**{"c-facts": "十五", "c-wording": "3", "c-answering": "25"})
    status, _, shown = await sends(client, place, seen="2", step="save", **wrong)
    assert status == 422 and "“事实清楚”应为 0 至 15 的整数" in shown and 'value="十五"' in shown
    status, _, shown = await sends(
        client, place, seen="2", step="submit", **filled(**{"c-wording": "3"})
    )
    assert status == 422 and 'href="#c-wording_note"' in shown
    kept = filled(**{"c-wording": "3", "c-wording_note": "未留电话", "c-basis_na": "on"})
    assert (await sends(client, place, seen="2", step="save", **kept))[0] == 303
    status, _, shown = await sends(client, place, seen="2", step="submit", **kept)
    assert status == 409 and "别处改过" in shown and "未留电话" in shown
    status, place, shown = await sends(client, place, seen="3", step="back", reason=" ")
    assert status == 422
    status, place, _ = await sends(client, f"{SHEETS}/2", seen="3", step="back", reason="相识")
    assert (status, place) == (303, BASE)
    assert (await sends(client, f"{SHEETS}/2", step="magic"))[0] == 404


async def test_the_scored_unit_reads_nothing_of_the_citizen_nor_who_scored(
    client: Client,
) -> None:
    numbers = await drawn(client, "a")
    _, place, _ = await sends(client, SHEETS)
    beside = await page(client, place)
    assert "路灯坏了三天" in beside, "the inspector reads the matter beside it"
    assert "您审核通过的" in beside, "and is told that the reply was let through by the same person"
    told = filled(**{"c-facts": "5", "c-facts_note": "张小明13800001234说没人来过"})
    assert (await sends(client, place, seen="2", step="submit", **told))[0] == 303
    case = f"/office/cases/{numbers[0]}"
    assert place in await page(client, case)
    await signed_in(client, "leader")
    assert place in await page(client, SHEETS) and place in await page(client, case)
    shown = await page(client, place)
    assert "没人来过" in shown and numbers[0] in shown
    assert "张小明" not in shown and "13800001234" not in shown and "inspector" not in shown
    status, _, shown = await sends(client, place, step="appeal", grounds="")
    assert status == 422 and "请填写申诉理由" in shown
    assert (await sends(client, place, step="appeal", grounds="附件有照片"))[0] == 303
    await signed_in(client, "shift_lead")
    assert "附件有照片" in await page(client, place)
    refused = {"seen": "5", "step": "rule", "verdict": "refused", "reason": "照片无时间"}
    status, _, shown = await sends(client, place, **refused)
    assert status == 303, shown
    await signed_in(client, "clerk")
    assert "维持原评" in await page(client, place)


async def test_the_interface_takes_scores_and_finds_a_false_closure(client: Client) -> None:
    numbers = await closed(client.centre, "a")
    inspector, leader = await token(client, "inspector"), await token(client, "leader")
    answer = await client.post(
        "/api/v1/inspections", json={**DAYS, "share": 100}, headers=inspector
    )
    assert answer.status == 201 and await answer.json() == {"id": 1}
    one = await (await client.get("/api/v1/inspections/1", headers=inspector)).json()
    assert one["found"] == one["drawn"] == 1 and len(one["seed"]) == 32
    answer = await client.post("/api/v1/sheets", json={}, headers=inspector)
    sheet = await answer.json()
    assert answer.status == 201 and sheet["number"] == numbers[0] and sheet["steps"][0] == "save"
    assert (await client.post("/api/v1/sheets", json={}, headers=inspector)).status == 409
    assert (await client.get("/api/v1/sheets/1", headers=leader)).status == 404
    marks = {one["code"]: {"points": one["points"]} for one in sheet["criteria"]}
    body: dict[str, Any] = {
        "version": sheet["version"],
        "marks": {**marks, "facts": {"points": 16}},
    }
    answer = await client.put("/api/v1/sheets/1/draft", json=body, headers=inspector)
    assert answer.status == 422 and "0 至 15" in (await answer.json())["detail"]
    body["marks"] = marks
    answer = await client.put("/api/v1/sheets/1/draft", json=body, headers=inspector)
    assert (await answer.json())["so_far"] == 100
    body |= {"version": sheet["version"] + 1, "faults": {"false_closure": "灯未修"}}
    body |= {"evidence": "照片"}
    path = "/api/v1/sheets/1/submission"
    answer = await client.post(path, json=body, headers=inspector)
    assert answer.status == 422 and (await answer.json())["errors"][0]["field"] == "sure"
    answer = await client.post(path, json={**body, "sure": True}, headers=inspector)
    told = await answer.json()
    assert (told["state"], told["total"], told["exposed"]) == ("submitted", 0, True)
    case = await (await client.get(f"/api/v1/cases/{numbers[0]}", headers=inspector)).json()
    assert case["state"] == "processing" and case["level"] == 6
    mine = await (await client.get("/api/v1/sheets", headers=leader)).json()
    assert [(one["id"], one["inspector"]) for one in mine["items"]] == [(1, None)]
    answer = await client.post(
        "/api/v1/sheets/1/appeal", json={"grounds": "已修，灯具次日又坏"}, headers=leader
    )
    appealed = await answer.json()
    assert appealed["appeal"] == "asked"
    ruling = {"version": appealed["version"], "marks": marks, "upheld": True, "reason": "属实"}
    director = await token(client, "director")
    answer = await client.post("/api/v1/sheets/1/ruling", json=ruling, headers=director)
    told = await answer.json()
    assert (told["total"], told["appeal"], len(told["versions"])) == (100, "upheld", 2)
    found = await (await client.get("/api/v1/inspection-results", headers=director)).json()
    assert found["rows"][0]["whose"] == "cgj" and found["rows"][0]["place"] is None


async def test_averages_are_of_random_sheets_and_few_of_them_rank_nobody(client: Client) -> None:
    await drawn(client, *"abcdef")
    inspector = an_officer(Role.INSPECTOR)
    for n in range(6):
        _, place, _ = await sends(client, SHEETS)
        told = filled(**{"c-facts": "5", "c-facts_note": "未写时间"} if n < 3 else {})
        assert (await sends(client, place, seen="2", step="submit", **told))[0] == 303
        shown = await page(client, BASE + "/results")
        assert ("样本不足" in shown) == (n < 4)
    assert (await scoring.view(client.centre, inspector, 1)).score.total == 90
    assert "<strong>95.0</strong>" in shown and "3 / 6" in shown and "事实清楚" in shown
    assert "没有提交的质检单" in await page(client, BASE + "/results?subject=call")


async def test_results_are_taken_away_for_a_purpose_and_marked(client: Client) -> None:
    await drawn(client, "a")
    _, place, _ = await sends(client, SHEETS)
    await sends(client, place, seen="2", step="submit", **filled())
    path = BASE + "/results/file?subject=case"
    status, _, shown = await sends(client, path, form="csv", purpose=" ")
    assert status == 422 and "请填写用途" in shown
    status, _, told = await sends(client, path, form="csv", purpose="月度通报")
    assert status == 200
    rows = list(csv.reader(io.StringIO(told.lstrip("\ufeff"))))
    assert rows[0][0] == "单位或坐席" and rows[1][0] == client.centre.rules.tree.top("cgj")
    [(who, _, number)] = exporting.marks_in(told)
    assert who == "inspector"
    async with client.centre.look() as look:
        last = (await acts.listed(look.connection))[0]
    assert last["act"] == "inspection_taken_away" and last["about"]["export"] == number
    data = {"token": form_token(await page(client, BASE)), "form": "xlsx", "purpose": "月度通报"}
    answer = await client.post(path, data=data, headers=OWN_PAGE)
    assert (await answer.read())[:2] == b"PK"


@pytest.mark.parametrize("role", ["supervisor", "callback", "dispatcher", "auditor"])
async def test_others_do_not_come_in(client: Client, role: str) -> None:
    await signed_in(client, role)
    assert [(await client.get(one)).status for one in (BASE, SHEETS)] == [403, 403]


async def test_a_call_is_heard_on_its_sheet_and_each_listening_is_on_record(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    (tmp_path / "c1.wav").write_bytes(SOUND)
    calls = {"recordings": tmp_path}
    async with served(empty_sqlite, tmp_path, clock, calls=calls) as client:
        sound = Recording("c1.wav", hashlib.sha256(SOUND).hexdigest())
        events = [*answered("c1", 0), event("c1", Kind.RECORDED, 200, recording=sound)]
        await told(client.centre, events)
        await signed_in(client, "shift_lead")
        days = {**DAYS, "subject": "call", "size": "", "share": "100"}
        assert (await sends(client, BASE, **days))[0] == 303
        await signed_in(client, "inspector")
        _, place, _ = await sends(client, SHEETS)
        shown = await page(client, place)
        address = html.unescape(re.findall(r'<audio[^>]* src="([^"]+)"', shown)[0])
        heard = await client.get(URL(address, encoded=True))
        assert await heard.read() == SOUND
        async with client.centre.look() as look:
            last = (await acts.listed(look.connection))[0]
        assert last["act"] == "recording_played" and last["about"]["purpose"] == "质检单 1"
        marks = {f"c-{one.code}": str(one.points) for one in CALLS.criteria}
        assert (await sends(client, place, seen="2", step="submit", **marks))[0] == 303
        assert "100" in await page(client, BASE + "/results?subject=call")
