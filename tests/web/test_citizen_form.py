"""The citizen's form as it is helped and taken: nothing typed is lost, nothing secret is compressed."""

import gzip
import io
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image
from PIL.ExifTags import IFD

from hotline.web import assets, citizen_form
from hotline.wiring import MovingClock
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    case_of,
    filed,
    served,
    signed_in,
    token,
    triaged,
)

WORDS = {"title": "望江大道路灯不亮", "content": "路灯坏了三天，晚上很黑"}
FORM = {**WORDS, "contact.phone": "13800001234", "key": "0" * 32}
GZIP = {"Accept-Encoding": "gzip"}


async def test_help_is_a_part_of_a_page_and_only_for_our_own(client: Client) -> None:
    answer = await client.post("/complaints/new/hints", data=WORDS, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 200 and "<html" not in page and 'name="topic"' in page
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await client.post("/complaints/new/hints", data=WORDS, headers=foreign)).status == 403


async def test_what_is_typed_never_becomes_markup(client: Client) -> None:
    told = {"title": "<img src=x onerror=alert(1)>着火了", "content": "现在着火了", "topic": "<b>"}
    answer = await client.post("/complaints/new/hints", data=told, headers=OWN_PAGE)
    page = await answer.text()
    assert "<b>" not in page and "<img" not in page and 'href="tel:119"' in page


async def test_many_who_write_at_once_are_told_emergencies_only(client: Client) -> None:
    assert client.app is not None
    client.app[citizen_form.HELPING].now = citizen_form.MOST_AT_ONCE
    told = {"title": "楼下着火了", "content": "火很大，现在正在烧"}
    page = await (await client.post("/complaints/new/hints", data=told, headers=OWN_PAGE)).text()
    assert 'href="tel:119"' in page and 'name="topic"' not in page


async def test_the_topic_that_a_citizen_chose_reaches_the_dispatcher(client: Client) -> None:
    chosen = "城市管理/市政设施/路灯故障"
    answer = await client.post("/complaints/new", data={**FORM, "topic": chosen}, headers=OWN_PAGE)
    number = _number(await answer.text())
    await triaged(client)
    case = await case_of(client, number, await token(client, "dispatcher"))
    assert case["notes"]["said_topic"] == chosen
    await signed_in(client, "dispatcher")
    assert "诉求人自选" in await (await client.get(f"/office/cases/{number}")).text()
    other = {**FORM, "key": "1" * 32, "topic": "没有这个事项"}
    number = _number(
        await (await client.post("/complaints/new", data=other, headers=OWN_PAGE)).text()
    )
    await triaged(client)
    case = await case_of(client, number, await token(client, "dispatcher"))
    assert "said_topic" not in case["notes"]


def _number(page: str) -> str:
    found = re.search(r'id="number">([0-9-]+)<', page)
    assert found is not None
    return found[1]


async def test_the_same_form_sent_twice_is_one_and_changed_words_come_back(client: Client) -> None:
    first = await client.post("/complaints/new", data=FORM, headers=OWN_PAGE)
    again = await client.post("/complaints/new", data=FORM, headers=OWN_PAGE)
    assert _number(await first.text()) == _number(await again.text())
    changed = {**FORM, "content": "路灯坏了四天了"}
    answer = await client.post("/complaints/new", data=changed, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 422 and "路灯坏了四天了" in page and "刚才已经收到过" in page
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert key is not None and key[1] != FORM["key"]


async def test_a_limit_and_an_outage_give_every_word_back(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise ConnectionError("the database is away")

    on = {"public": "on", "challenge": "off"}
    async with served(empty_sqlite, tmp_path, clock, limits=on) as client:
        with monkeypatch.context() as patched:
            patched.setattr(client.centre.inbox, "keep", away)
            answer = await client.post("/complaints/new", data=FORM, headers=OWN_PAGE)
        page = await answer.text()
        assert answer.status == 503 and WORDS["content"] in page and "13800001234" in page
        for _ in range(5):
            answer = await client.post("/complaints/new", data=FORM, headers=OWN_PAGE)
        page = await answer.text()
        assert answer.status == 429 and WORDS["content"] in page and "过于频繁" in page
        assert int(answer.headers["Retry-After"]) > 0


def photo() -> bytes:
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(IFD.GPSInfo).update({1: "N", 2: (29.0, 42.0, 43.2), 3: "E", 4: (116.0, 1.0, 15.6)})
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("keep", [False, True])
async def test_a_photos_position_becomes_the_place_only_by_choice(
    client: Client, keep: bool
) -> None:
    form = FormData(
        quote_fields=False, fields={**FORM, **({"keep_position": "on"} if keep else {})}
    )
    form.add_field("files", photo(), filename="现场.jpg")
    answer = await client.post("/complaints/new", data=form, headers=OWN_PAGE)
    number = _number(await answer.text())
    await triaged(client)
    headers = await token(client, "dispatcher")
    case = await case_of(client, number, headers)
    assert case["notes"].get("lat") == ("29.712" if keep else None)
    got = await client.get(
        f"/api/v1/attachments/{case['attachments'][0]['token']}", headers=headers
    )
    with Image.open(io.BytesIO(await got.read())) as kept:
        assert not kept.getexif()


async def test_an_upload_tells_where_it_was_taken_only_where_it_was_asked(client: Client) -> None:
    for asked, place in (("", None), ("?position=tell", {"lon": 116.021, "lat": 29.712})):
        form = FormData(quote_fields=False)
        form.add_field("file", photo(), filename="a.jpg")
        told = await (await client.post(f"/api/v1/attachments{asked}", data=form)).json()
        assert told.get("position") == place


async def test_a_page_left_too_long_gives_the_words_back(client: Client) -> None:
    told = {"content": "又黑了一晚"}
    answer = await client.post("/complaints/mine/supplement", data=told, headers=OWN_PAGE)
    assert answer.status == 401 and "又黑了一晚" in await answer.text()


async def test_a_supplement_sent_twice_is_one(client: Client) -> None:
    told = await filed(client)
    door = {"number": told["number"], "code": told["query_code"]}
    page = await (await client.post("/complaints/find", data=door, headers=OWN_PAGE)).text()
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert key is not None
    for _ in range(2):
        form = {"content": "又黑了一晚", "key": key[1]}
        await client.post("/complaints/mine/supplement", data=form, headers=OWN_PAGE)
    path, code = f"/api/v1/complaints/{told['number']}", {"Query-Code": told["query_code"]}
    timeline = (await (await client.get(path, headers=code)).json())["timeline"]
    assert [line["action"] for line in timeline].count("supplement") == 1


async def test_files_are_small_kept_for_long_and_known_again(client: Client) -> None:
    page = await (await client.get("/")).text()
    path = re.search(r'href="(/static/hotline\.css\?v=[0-9a-f]+)"', page)
    assert path is not None
    answer = await client.session.get(client.make_url(path[1]), headers=GZIP)
    assert (
        answer.headers["Content-Encoding"] == "gzip"
        and "immutable" in answer.headers["Cache-Control"]
    )
    assert answer.headers["Vary"] == "Accept-Encoding"
    mark = {"If-None-Match": answer.headers["ETag"]}
    assert (await client.get(path[1], headers=mark)).status == 304
    plain = await client.get("/static/hotline.css", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.headers["Cache-Control"] == "no-cache"
    for outside in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/nothing.css",
        "/static/",
    ):
        assert (await client.get(outside)).status in (403, 404)


async def test_no_page_with_a_secret_is_compressed(client: Client) -> None:
    assert (await client.get("/", headers=GZIP)).headers["Content-Encoding"] == "gzip"
    assert "Cookie" in (await client.get("/", headers=GZIP)).headers["Vary"]
    told = await filed(client)
    door = {"number": told["number"], "code": told["query_code"]}
    answer = await client.post("/complaints/find", data=door, headers={**OWN_PAGE, **GZIP})
    assert "Content-Encoding" not in answer.headers
    for path in ("/complaints/receipt", "/complaints/mine"):
        assert "Content-Encoding" not in (await client.get(path, headers=GZIP)).headers
    await signed_in(client, "dispatcher")
    assert "Content-Encoding" not in (await client.get("/office/", headers=GZIP)).headers


def test_what_the_browser_unpacks_is_the_file() -> None:
    found = assets._read("hotline.css")
    assert found is not None and found.small is not None
    assert gzip.decompress(found.small) == found.body and len(found.small) < len(found.body) / 2


async def test_whose_matter_which_language_and_which_notice_stay_with_the_case(
    client: Client,
) -> None:
    told = {**FORM, "party": "enterprise", "language": "cantonese"}
    answer = await client.post("/complaints/new", data=told, headers=OWN_PAGE)
    number = _number(await answer.text())
    await triaged(client)
    bearer = await token(client, "dispatcher")
    case = await case_of(client, number, bearer)
    assert (case["party"], case["language"]) == ("enterprise", "cantonese")
    version = case["notes"]["notice"]
    assert (await client.get(f"/privacy/{version}")).status == 200
    assert "旧版" in await (await client.get("/privacy/2026-11-24")).text()
    assert (await client.get("/privacy/1999-01-01")).status == 404
    for query, n in (("party=enterprise&language=cantonese", 1), ("party=citizen", 0)):
        found = await client.get(f"/api/v1/cases?{query}", headers=bearer)
        assert len((await found.json())["items"]) == n, query
    assert (await client.get("/api/v1/cases?party=club", headers=bearer)).status == 422
