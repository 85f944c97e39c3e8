"""The challenge of the public forms: asked under suspicion, solved once, and with a way round for people."""

import asyncio
import io
import re
import wave
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.web import challenge, spoken
from hotline.web.challenge import solves
from hotline.web.limits import LIMITS
from hotline.wiring import MovingClock
from tests.web.api_support import OWN_PAGE, Client, complaint, served

ALWAYS = {"public": "on", "challenge": "always"}


@pytest.fixture
async def strict(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    async with served(empty_sqlite, tmp_path, clock, limits=ALWAYS) as made:
        yield made


def solved(token: str) -> str:
    return next(str(n) for n in range(10**7) if solves(token, str(n)))


async def posted(client: Client, token: str = "", number: str = "") -> Any:
    headers = {challenge.HEADER: f"{token}:{number}"} if token else {}
    return await client.post("/api/v1/complaints", json=complaint(), headers=headers)


async def given(client: Client) -> str:
    """A challenge as the page gives it out: looked at as often as one likes."""
    page = await (await client.get("/complaints/new")).text()
    return re.search(r'name="challenge_token" value="([^"]+)"', page)[1]  # type: ignore[index]


async def test_it_is_asked_for_from_the_ninth_of_an_address_on(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    async with served(empty_sqlite, tmp_path, clock, limits={"public": "on"}) as client:
        assert client.app is not None
        gate, stranger = client.app[challenge.GATE], _request(client, "127.0.0.10")
        for _ in range(8):
            assert not await gate.asks(_request(client, "127.0.0.1"))
            await gate.came(_request(client, "127.0.0.1"))
        assert await gate.asks(_request(client, "127.0.0.1")) and not await gate.asks(stranger)
        answer = await posted(client)
        told = await answer.json()
        assert answer.status == 429 and told["title"] == "challenge_needed"
        token = told["challenge"]["token"]
        assert (await posted(client, token, solved(token))).status == 201
        for _ in range(600):
            await gate.came(_request(client, "127.0.0.1"))
        assert await gate.asks(stranger), "under load everybody is asked"


async def test_a_solution_counts_once_in_time_for_its_form_and_as_it_was_given(
    strict: Client, clock: MovingClock
) -> None:
    """Row 42: replayed, expired, forged, guessed and of another form: none is taken."""
    token = await given(strict)
    number = solved(token)
    salt, form, at, signature = token.split(".")
    other = ".".join((salt, "rating", at, signature))
    later = ".".join((salt, form, str(int(at) + 60), signature))
    for wrong in ((token, "x"), (other, number), (later, number), ("a.b.c.d", "1"), ("", "")):
        assert not await challenge._passed(_request(strict), "complaint", *wrong), wrong
    unsolved = next(str(n) for n in range(99) if not solves(token, str(n)))
    assert not await challenge._passed(_request(strict), "complaint", token, unsolved)
    forged = ".".join(("0" * 32, form, at, signature))
    assert not await challenge._passed(_request(strict), "complaint", forged, solved(forged))
    assert not await challenge._passed(_request(strict), "rating", token, number)
    assert (await posted(strict, token, number)).status == 201
    replays = [
        await challenge._passed(_request(strict), "complaint", token, number) for _ in range(200)
    ]
    assert not any(replays)
    for n in range(10_000):  # a signature guessed, a salt of one's own: nothing is even counted
        made = ".".join((f"{n:032x}", form, at, f"{n:064x}"))
        assert not await challenge._passed(_request(strict), "complaint", made, number)
    token = await given(strict)
    number = solved(token)
    clock.move_to(clock() + timedelta(minutes=6))
    assert not await challenge._passed(_request(strict), "complaint", token, number)


def _request(client: Client, origin: str = "127.0.0.9") -> Any:
    """As much of a request as the check looks at."""
    return type("Asked", (dict,), {"app": client.app})({challenge.ORIGIN: origin})


async def test_who_cannot_waits_a_minute_and_is_heard(strict: Client, clock: MovingClock) -> None:
    """Without scripts: the same form, sent again after a minute; one in ten minutes."""
    form = {"title": "路灯不亮", "content": "坏了三天", "contact.phone": "13800001234"}

    async def sends(token: str) -> Any:
        told = {**form, "challenge_token": token, "challenge_number": ""}
        how: dict[str, Any] = {"headers": OWN_PAGE, "allow_redirects": False}
        return await strict.post("/complaints/new", data=told, **how)

    token = await given(strict)
    early = await sends(token)
    page = await early.text()
    assert early.status == 429 and "等一分钟" in page and "坏了三天" in page
    clock.move_to(clock() + timedelta(seconds=61))
    assert (await sends(token)).status == 303
    assert (await sends(token)).status == 429, "once"
    again = await given(strict)
    clock.move_to(clock() + timedelta(seconds=61))
    assert (await sends(again)).status == 429, "one in ten minutes"


FORM = {"title": "路灯不亮", "content": "坏了三天", "contact.phone": "13800001234"}


async def typed(client: Client, token: str, heard: str) -> Any:
    """As a browser without scripts sends it: nothing computed, what was heard typed in."""
    told = {**FORM, "challenge_token": token, "challenge_number": "", "challenge_heard": heard}
    how: dict[str, Any] = {"headers": OWN_PAGE, "allow_redirects": False}
    return await client.post("/complaints/new", data=told, **how)


def read_out(client: Client, token: str) -> str:
    return challenge.spoken(_request(client), token)


async def test_who_hears_the_digits_types_them_without_scripts_and_is_heard(strict: Client) -> None:
    page = await (await strict.get("/complaints/new")).text()
    sound = re.search(r'<audio controls preload="none" src="([^"]+)"', page)[1]  # type: ignore[index]
    label = '<label for="challenge_heard">'
    assert label in page and 'href="' + sound in page, "for players of their own as well"
    token = sound.partition("of=")[2]
    assert token == re.search(r'name="challenge_token" value="([^"]+)"', page)[1]  # type: ignore[index]
    digits = read_out(strict, token)
    assert len(digits) == 6 and "9" not in digits and digits not in page
    for language in ("zh", "en"):
        answer = await strict.get(sound, headers={"Cookie": f"hotline_language={language}"})
        assert (answer.status, answer.content_type) == (200, "audio/wav")
        with wave.open(io.BytesIO(await answer.read())) as played:
            assert played.getframerate() == 8000 and 8 < played.getnframes() / 8000 < 30
    assert (await typed(strict, token, f" {digits[:3]} {digits[3:]}，")).status == 303
    again = await typed(strict, token, digits)
    assert again.status == 429 and "数字没有对上" in await again.text(), "once"


async def test_digits_are_taken_however_they_are_written(strict: Client) -> None:
    token = await given(strict)
    digits = read_out(strict, token)
    for other in ("零幺二三四五六七八", "〇一两三四五六七八", "０１２３４５６７８"):
        written = digits.translate(str.maketrans("012345678", other))
        assert challenge.hears(_request(strict), token, written), written
    for wrong in ("", digits[:5], digits + "0", digits[::-1] + "x"):
        assert not challenge.hears(_request(strict), token, wrong)


async def test_digits_count_once_in_time_for_their_form_and_by_one_guess(
    strict: Client, clock: MovingClock
) -> None:
    """Row 42 by ear: replayed, expired, forged, guessed, of another form or token: none is taken."""

    async def passes(form: str, token: str, heard: str) -> bool:
        return await challenge._passed(_request(strict), form, token, "", heard)

    token, second = await given(strict), await given(strict)
    digits = read_out(strict, token)
    salt, form, at, signature = token.split(".")
    other = ".".join((salt, "rating", at, signature))
    assert not await passes("rating", token, digits)
    assert not await passes("complaint", other, read_out(strict, other))
    taken = 0
    for n in range(10_000):  # of a salt, a moment and a signature of one's own: not even counted
        made = ".".join((f"{n:032x}", form, str(int(at) + n % 60), f"{n:032x}"))
        taken += await passes("complaint", made, read_out(strict, made))
    assert taken == 0
    assert read_out(strict, second) != digits
    assert not await passes("complaint", second, digits), "of another challenge"
    assert not await passes("complaint", second, read_out(strict, second)), "guessed once already"
    assert await passes("complaint", token, digits)
    assert not any([await passes("complaint", token, digits) for _ in range(200)])
    race, late = await given(strict), await given(strict)
    heard = read_out(strict, race)
    won = await asyncio.gather(*(passes("complaint", race, heard) for _ in range(20)))
    assert sum(won) == 1, "by twenty at once"
    clock.move_to(clock() + challenge.HEARD_FOR + timedelta(seconds=1))
    assert not await passes("complaint", late, read_out(strict, late))
    over = await strict.get(spoken.PATH, params={"of": late})
    assert over.status == 404 and "已经过期" in await over.text()


async def test_a_wrong_guess_is_no_way_into_the_slow_lane(
    strict: Client, clock: MovingClock
) -> None:
    token = await given(strict)
    clock.move_to(clock() + timedelta(seconds=61))
    wrong = "".join("1" if one == "0" else "0" for one in read_out(strict, token))
    answer = await typed(strict, token, wrong)
    page = await answer.text()
    assert answer.status == 429 and "坏了三天" in page
    assert 'id="challenge_heard-wrong"' in page and 'href="#challenge_heard"' in page
    fresh = re.search(r'name="challenge_token" value="([^"]+)"', page)[1]  # type: ignore[index]
    assert fresh != token and (await typed(strict, fresh, read_out(strict, fresh))).status == 303


async def test_a_sound_is_made_once_sent_in_parts_and_so_many_for_an_address(
    strict: Client,
) -> None:
    token = await given(strict)

    async def played(of: str, part: str = "") -> tuple[Any, bytes]:
        how = {"Range": part} if part else {}
        answer = await strict.get(spoken.PATH, params={"of": of}, headers=how)
        return answer, await answer.read()

    _, whole = await played(token)
    for _ in range(20):
        assert (await played(token))[1] == whole, "heard again, the same is sent"
    answer, begin = await played(token, "bytes=0-1")
    assert (answer.status, begin) == (206, whole[:2]), "as telephones ask first"
    assert answer.headers["Content-Range"] == f"bytes 0-1/{len(whole)}"
    assert (await played(token, "bytes=2-"))[1] == whole[2:]
    assert (await played(token, f"bytes={len(whole)}-"))[0].status == 416
    assert (await played("a.b.c.d"))[0].status == 404
    statuses = [(await played(await given(strict)))[0].status for _ in range(10)]
    assert LIMITS["spoken"].amount == 10
    assert statuses == [200] * 9 + [429]
    assert (await played(token))[0].status == 200


async def test_with_public_limits_off_it_is_never_asked_for(client: Client) -> None:
    for _ in range(6):
        assert (await posted(client)).status == 201
