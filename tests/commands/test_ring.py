"""`hotline ring` plays believable calls through the signed door; settings and doctor know the switch."""

import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from hotline.commands import ring
from hotline.commands.failing import Failed
from hotline.commands.finding import Mark
from hotline.commands.ring import Asked
from hotline.commands.switchboard import findings
from hotline.config import Calls, Settings, WrongSetting, load
from hotline.flow.centre import Centre
from hotline.store import calllist, calls
from hotline.web.app import make_app
from hotline.wiring import Parts, build
from tests.channels.telephone.switches import switch
from tests.channels.telephone.test_switches import signed_in
from tests.conftest import one_reader

ASKED = Asked(calls=3, agents=("8001",), seed=4, speed=500.0, url=None)


def with_secret(secret: str, url: str = "sqlite:///unused.db", **more: object) -> Settings:
    return Settings(database_url=url, calls=Calls(secret=secret), **more)  # type: ignore[arg-type]


async def waiting(centre: Centre) -> bool:
    async with centre.look() as look:
        return await calls.any_unfolded(look.connection)


@pytest.mark.slow
async def test_three_calls_are_played_and_folded(sqlite_url: str, tmp_path: Path) -> None:
    settings = with_secret("s", sqlite_url, data=tmp_path, limits={"public": "off"})
    centre = await build(settings, Parts(make_reader=one_reader))
    server = TestServer(make_app(centre, settings, watch=False))
    await server.start_server()
    asked = Asked(**{**ASKED.__dict__, "url": str(server.make_url(""))})
    assert await ring.run(settings, asked) == 0
    async with asyncio.timeout(20):
        while await waiting(centre):
            await asyncio.sleep(0.02)
    async with centre.look() as look:
        found, _ = await calllist.listed(look.connection, calllist.Asked())
    assert len(found) == 3 and {one.phase for one in found} == {"ended"}
    forged = with_secret("another", sqlite_url, data=tmp_path)
    with pytest.raises(Failed, match="签名不符"):
        await ring.run(forged, asked)
    await server.close()
    await centre.close()


async def test_without_a_secret_or_a_running_hotline_one_line_says_so() -> None:
    with pytest.raises(WrongSetting, match="HOTLINE_CALLS__SECRET"):
        await ring.run(Settings(), ASKED)
    nobody = Asked(**{**ASKED.__dict__, "url": "http://127.0.0.1:1"})
    with pytest.raises(Failed, match="hotline serve"):
        await ring.run(with_secret("s"), nobody)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"AMI": "switch"}, "HOTLINE_CALLS__AMI"),
        ({"ESL": "127.0.0.1:0"}, "HOTLINE_CALLS__ESL"),
        ({"AMI": "a:5038", "ESL": "b:8021"}, "HOTLINE_CALLS__ESL"),
    ],
)
def test_a_switch_that_could_never_be_reached_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], said: str
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(f"HOTLINE_CALLS__{name}", value)
    with pytest.raises(WrongSetting, match=said):
        load()


async def marks(calls: Calls) -> list[Mark]:
    return [one.mark async for one in findings(Settings(calls=calls))]


async def test_the_doctor_asks_the_switch() -> None:
    assert await marks(Calls()) == [Mark.NOTE]
    assert await marks(Calls(secret="s", generic_token="t")) == [Mark.WELL, Mark.WELL]
    assert await marks(Calls(ami="127.0.0.1:1")) == [Mark.WRONG]
    assert await marks(Calls(secret="s", recordings=Path("/nowhere"))) == [Mark.WELL, Mark.WRONG]

    async def talk(reader, writer, n):  # type: ignore[no-untyped-def]
        await signed_in(reader, writer)

    async with switch(talk) as (host, port):
        assert await marks(Calls(ami=f"{host}:{port}", ami_user="a")) == [Mark.WELL]
