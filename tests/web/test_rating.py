"""An answer rated straight from its letter: by the link, once, and nothing else of the case with it."""

import re

from channels.mailbox.marks import rating_mark
from channels.memory import MemorySender
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.flow import work
from tests.flow import orders_support as life
from tests.flow.letters_support import OURS, sent
from tests.makers import a_reply
from tests.web.api_support import OWN_PAGE, Client, filed

RATED = {"solved": "no", "satisfaction": "2", "pressed": "yes", "comment": "电话13800001234催好评"}


async def answered(client: Client) -> str:
    """A complaint with an address to write to, answered by its unit."""
    centre = client.centre
    centre.senders["mail"], centre.post, centre.automatic = MemorySender(), OURS, False
    told = await filed(client, contact={"email": "li@example.com"})
    number = str(told["number"])
    await work.act(centre, number, acts.Accept(), life.DISPATCHER)
    await work.act(centre, number, acts.Transfer(department="cgj"), life.DISPATCHER)
    await work.act(centre, number, life.a_sign(), life.unit(centre))
    await life.replied(centre, number)
    return number


async def link(client: Client) -> str:
    """The path that the newest letter offers to rate by."""
    found = [re.search(r"/complaints/rate/\S+", one.text) for one in await sent(client.centre)]
    return [one[0] for one in found if one][-1]


async def test_the_letter_with_the_answer_leads_straight_to_its_rating(client: Client) -> None:
    number = await answered(client)
    path = await link(client)
    page = await (await client.get(path)).text()
    assert number in page and "路灯" not in page and "li@example" not in page
    assert (await life.case_of(client.centre, number)).rating is None  # a look changes nothing
    answer = await client.post(path, data=RATED, headers=OWN_PAGE)
    assert answer.status == 200 and "感谢您的评价" in await answer.text()
    kept = (await life.case_of(client.centre, number)).rating
    assert kept is not None and (kept["solved"], kept["satisfaction"], kept["pressed"]) == (
        False,
        "2",
        True,
    )
    assert "13800001234" not in str(kept["comment"])
    assert await life.unbroken(client.centre) == []


async def test_it_is_rated_once_and_a_box_left_open_keeps_the_words(client: Client) -> None:
    number, path = await answered(client), await link(client)
    missing = await client.post(path, data={**RATED, "solved": ""}, headers=OWN_PAGE)
    page = await missing.text()
    assert missing.status == 422 and "催好评" in page
    assert (await client.post(path, data=RATED, headers=OWN_PAGE)).status == 200
    again = await client.post(path, data={**RATED, "solved": "yes"}, headers=OWN_PAGE)
    assert again.status == 409 and "已经评价过" in await again.text()
    rating = (await life.case_of(client.centre, number)).rating
    assert rating is not None and rating["solved"] is False


async def test_a_link_of_an_earlier_answer_points_to_the_newer_one(client: Client) -> None:
    number = await answered(client)
    old = await link(client)
    await life.discontent(client.centre, number, should_do=True)
    await work.act(client.centre, number, acts.Rework(reason="未解决"), life.CALLBACK)
    again = department.Contact(text="再次联系")
    await work.act(client.centre, number, again, life.unit(client.centre))
    await work.act(client.centre, number, a_reply(), life.unit(client.centre))
    await work.act(client.centre, number, acts.Approve(), life.INSPECTOR)
    refused = await client.get(old)
    assert refused.status == 409 and "最近一封" in await refused.text()
    assert (await client.get(await link(client))).status == 200


async def test_a_link_that_nobody_here_made_opens_nothing(client: Client) -> None:
    number = await answered(client)
    path = await link(client)
    forged = rating_mark(number, 1, b"another key")
    assert len(path.rsplit(".", 1)[1]) * 4 >= 128, "bits that a guess would have to hit"
    for bad in (
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        f"/complaints/rate/{forged}",
        "/complaints/rate/x",
    ):
        answer = await client.get(bad)
        assert answer.status == 404 and "查询码" in await answer.text()
        assert (await client.post(bad, data=RATED, headers=OWN_PAGE)).status == 404


async def test_another_site_rates_for_nobody(client: Client) -> None:
    number, path = await answered(client), await link(client)
    answer = await client.post(path, data=RATED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert (await life.case_of(client.centre, number)).rating is None
