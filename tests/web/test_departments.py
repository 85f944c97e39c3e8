"""The page of department changes: planned with a preview, agreed to by another, taken back."""

from datetime import timedelta
from typing import Any

from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in

BASE = "/office/departments"


async def posted(client: Client, path: str = BASE, **told: str) -> Any:
    data = {**told, "token": form_token(await (await client.get(BASE)).text())}
    return await client.post(path, data=data, headers=OWN_PAGE, allow_redirects=False)


async def test_a_merger_is_looked_at_planned_agreed_to_and_taken_back(client: Client) -> None:
    day = f"{client.clock.at.date() + timedelta(days=3)}"
    wish = {
        "kind": "merged",
        "department": "zjj",
        "heir": "cgj",
        "on_day": day,
        "reason": "七号<文>",
    }
    await signed_in(client, "sysadmin")
    page = await (await posted(client, **wish, do="preview")).text()
    assert "如在今天生效，将移交" in page and 'value="zjj" selected' in page
    assert "还没有机构调整" in page, "nothing is kept of a look"
    assert (await posted(client, **wish, do="plan")).status == 303
    answer = await posted(client, **wish, do="plan")
    assert answer.status == 409 and "请先撤销原计划" in await answer.text()
    answer = await posted(client, **{**wish, "on_day": "morgen", "reason": ""})
    page = await answer.text()
    assert answer.status == 422 and 'id="on_day-wrong"' in page and 'id="reason-wrong"' in page
    assert (await posted(client, BASE + "/1/agree")).status == 409, "not who asked"
    assert (await posted(client, BASE + "/1/undo")).status == 303
    assert (await posted(client, **wish, do="plan")).status == 303
    await signed_in(client, "secadmin")
    page = await (await client.get(BASE)).text()
    assert "七号&lt;文&gt;" in page and "待安全管理员同意" in page and "排定一项调整" not in page
    assert (await posted(client, BASE + "/2/undo")).status == 409
    assert (await posted(client, BASE + "/2/agree")).status == 303
    assert (await posted(client, BASE + "/2/agree")).status == 409
    assert (await posted(client, BASE + "/2/delete")).status == 404
    assert "已排定" in await (await client.get(BASE + "?below=3")).text()
    await signed_in(client, "auditor")
    acts = await (await client.get("/office/admin")).text()
    assert "同意机构调整" in acts and "撤销机构调整" in acts
