"""Whatever shape a citizen writes a number in: the unit that is complained about sees none of it."""

import json

from tests.flow.orders_support import unbroken
from tests.web.api_support import Client, acted, case_of, filed, token

SHAPES = (
    "１３８００００１２３４",
    "138.0000.1237",
    "0571-88001234",
    "３３０１０６１９９００１０１００１１",
    "330106 19900101 0011",
    "一三八零零零零一二三九",
)
TOLD = "请回电话：" + "，或".join(SHAPES) + "。"


async def test_a_clerk_sees_no_number_and_a_reveal_tells_the_words_whole(client: Client) -> None:
    told = await filed(client, title=f"路灯坏了 {SHAPES[0]}", content=TOLD)
    number, code = told["number"], {"Query-Code": told["query_code"]}
    added = await client.post(
        f"/api/v1/complaints/{number}/supplements", json={"content": TOLD}, headers=code
    )
    assert added.status == 200
    dispatcher, clerk = await token(client, "dispatcher"), await token(client, "clerk")
    if (await case_of(client, number, dispatcher))["state"] == "registered":
        await acted(client, number, dispatcher, "accept")
    if (await case_of(client, number, dispatcher))["department"] != "cgj":
        await acted(client, number, dispatcher, "transfer", department="cgj", reason=TOLD)
    await acted(client, number, dispatcher, "note", text=TOLD)
    for path in (f"/cases/{number}", f"/cases/{number}/timeline", "/cases"):
        answer = await client.get(f"/api/v1{path}", headers=clerk)
        seen = json.dumps(await answer.json(), ensure_ascii=False)
        assert answer.status == 200 and not [one for one in SHAPES if one in seen], path
    assert "138****1237，或0571-****34" in (await case_of(client, number, clerk))["content"]
    wish = {"fields": ["words"], "purpose": "回电核实"}
    revealed = await client.post(f"/api/v1/cases/{number}/reveal", json=wish, headers=dispatcher)
    assert TOLD in json.dumps(await revealed.json(), ensure_ascii=False)
    assert not await unbroken(client.centre)
