"""Row 32: no address that a person can name is asked for, and the ones that are set lead nowhere else."""

import ast
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, ThreadedResolver
from pydantic import ValidationError

from channels.telephone.rehearsal import posted
from hotline.config_ways import Oidc
from hotline.hosts import forbidden
from hotline.web.directory import Directory, NotBelieved, Trip
from hotline.wiring import MovingClock
from tests.flow.test_calls import abandoned
from tests.support.directory import CLIENT, SECRET, Provider
from tests.support.letters import arrives, settled
from tests.support.trap import HOSTS, addresses, nobody_leaves, trap
from tests.web.api_support import Client, complaint, served, signed_in, token

ROOT = Path(__file__).parents[2]
BACK = "http://127.0.0.1/office/directory/back"


@pytest.fixture
async def provider(clock: MovingClock) -> AsyncIterator[Provider]:
    made = Provider(clock)
    await made.server.start_server()
    yield made
    await made.server.close()


def asking(provider: Provider, **changes: Any) -> Directory:
    told = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, **changes}
    return Directory(Oidc(**told), BACK)


async def refused(directory: Directory) -> str:
    with pytest.raises(NotBelieved) as told:
        await directory.way(Trip.begin("login"))
    return told.value.zh


async def test_no_spelling_of_another_place_is_asked_when_the_directory_names_it(
    provider: Provider,
) -> None:
    """Each as the token's and as the keys' address; the refusal says the same of all."""
    assert len(set(HOSTS)) >= 60
    issuer = provider.issuer.partition("//")[2]
    directory, said = asking(provider), set()
    async with trap() as waiting:
        with nobody_leaves(provider.server.port or 0, waiting.port) as tried:
            for address in addresses(waiting.port, issuer):
                for name in ("token_endpoint", "jwks_uri"):
                    provider.told = {name: address}
                    said.add(await refused(directory))
        assert (waiting.came, tried, len(said)) == (0, [], 1)


async def test_it_would_have_told(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin that takes any address comes to the listener."""
    async with trap() as waiting:
        directory = asking(provider)
        monkeypatch.setattr(directory, "_believed", lambda told: told)
        monkeypatch.setattr(directory, "_check_way", lambda told: None)
        provider.told = {"token_endpoint": f"http://127.0.0.1:{waiting.port}/"}
        with pytest.raises(NotBelieved):
            await directory.person("code", Trip.begin("login"), provider.clock())
        assert waiting.came == 1


async def test_no_answer_of_the_directory_leads_elsewhere(provider: Provider) -> None:
    async with trap() as waiting:
        to = f"http://127.0.0.1:{waiting.port}/"
        with nobody_leaves(provider.server.port or 0, waiting.port) as tried:
            for status in (301, 302, 303, 307, 308):
                provider.away = {"/.well-known/openid-configuration": (status, to)}
                await refused(asking(provider))
                provider.away = {"/token": (status, to), "/keys": (status, to)}
                with pytest.raises(NotBelieved):
                    await asking(provider).person("code", Trip.begin("login"), provider.clock())
        assert (waiting.came, tried) == (0, [])


@pytest.mark.parametrize("found", ["127.0.0.1", "0.0.0.0", "169.254.169.254", "fe80::1"])
async def test_a_name_that_comes_to_mean_another_machine_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    """Rebinding: the name is the directory's, its address is suddenly ours."""

    async def resolve(self: Any, host: str, port: int = 0, family: Any = 0) -> Any:
        entry = {"hostname": host, "host": found, "port": port, "family": 2, "proto": 0}
        return [{**entry, "flags": 0}]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    async with trap() as waiting:
        issuer = f"https://directory.example:{waiting.port}"
        with nobody_leaves(waiting.port) as tried:
            await refused(Directory(Oidc(issuer=issuer), BACK))
        assert (waiting.came, tried) == (0, [])


async def test_hosts_that_the_settings_name_may_hold_token_and_keys(provider: Provider) -> None:
    provider.told = {"token_endpoint": "https://token.example/t", "jwks_uri": "https://k.example/k"}
    await refused(asking(provider, hosts=("token.example",)))
    named = asking(provider, hosts=("token.example", "k.example"))
    assert "/authorize?" in await named.way(Trip.begin("login"))
    provider.told = {"jwks_uri": "https://127.0.0.1/k"}
    await refused(asking(provider, hosts=("127.0.0.1",)))


@pytest.mark.parametrize(
    "issuer",
    [
        *("http://directory.example", "ftp://directory.example", "https://", "directory.example"),
        *("https://169.254.169.254", "https://[fe80::1]", "https://2130706433", "https://0x7f.1"),
        *("https://0.0.0.0", "https://[::ffff:169.254.169.254]", "https://100.100.100.200"),
        *("http://localhost:1@10.0.0.1", "https://user@directory.example", "https://a.example?x"),
        *("https://a.example#x", "https://a.example\\@b.example", "http://127.0.0.1.example"),
    ],
)
def test_an_issuer_that_could_be_no_directory_is_refused(issuer: str) -> None:
    with pytest.raises(ValidationError):
        Oidc(issuer=issuer)


def test_a_directory_in_the_citys_own_network_is_none_of_the_forbidden() -> None:
    for address in (
        "10.1.2.3",
        "172.16.5.1",
        "192.168.1.9",
        "203.0.113.5",
        "2001:db8::5",
        "fd12::1",
    ):
        assert not forbidden(address, own=False)
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"):
        assert forbidden(address, own=False) and not forbidden(address, own=True)
    for address in ("169.254.169.254", "2002:a9fe:a9fe::", "fd00:ec2::254", "::", "224.0.0.1"):
        assert forbidden(address, own=True)


# Every place from which a connection is opened, and the settings that say where to.
WAYS_OUT = {
    "channels/mailbox/imapbox.py": "mail.boxes",
    "channels/mailbox/send.py": "mail.smtp",
    "channels/telephone/line.py": "calls.ami, calls.esl",
    "hotline/commands/mailcheck.py": "doctor: mail.lmtp",
    "hotline/commands/ring.py": "ring: the own hotline",
    "hotline/commands/switchboard.py": "doctor: calls.ami, calls.esl",
    "hotline/store/database.py": "database_url",
    "hotline/web/outgoing.py": "oidc.issuer, oidc.hosts",
    "hotline/web/scanning.py": "limits.clamd",
}
OPENS = re.compile(
    r"\b(open_connection|open_unix_connection|create_connection|ClientSession|urlopen|urlretrieve"
    r"|aiosmtplib\.SMTP|smtplib|MailBox\w*|httpx|ftplib|telnetlib|socket\.socket"
    r"|create_async_engine)\("
)


def test_connections_are_opened_in_these_places_and_nowhere_else() -> None:
    """None of them takes its place from a row, a form or a letter: what is set is set by a file or
    the environment, and no page can change it."""
    found = set()
    for package in ("channels", "classifiers", "escalation", "hotline"):
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            calls = {
                *(
                    ast.unparse(one.func) + "("
                    for one in ast.walk(tree)
                    if isinstance(one, ast.Call)
                ),
            }
            if any(OPENS.search(one) for one in calls):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == set(WAYS_OUT)


def hostile(port: int) -> list[str]:
    return addresses(port, "hotline.example")


def a_letter(urls: list[str]) -> bytes:
    seen = "".join(
        f'<img src="{url}"><link rel=stylesheet href="{url}"><iframe src="{url}"></iframe>'
        f'<div style="background:url({url})">路灯不亮</div>'
        for url in urls
    )
    head = "From: wang@example.org\nTo: 12345@example.org\nSubject: =?utf-8?b?6Lev54Gv?=\n"
    head += f"Message-ID: <a@example.org>\nReferences: <{urls[0]}>\n"
    head += "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
    return (head + f"<html><body>{seen}</body></html>").replace("\n", "\r\n").encode()


def an_entity(url: str) -> bytes:
    return (
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "{url}">]>'
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/><text>&x;</text></svg>'
    ).encode()


@pytest.mark.slow
async def test_nothing_that_people_write_makes_the_hotline_ask_for_it(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    """A complaint, a file, a letter, an article, an event of a switch: taken, shown, never fetched."""
    calls = {"generic_token": "bridge"}
    async with served(empty_sqlite, tmp_path, clock, calls=calls) as client, trap() as waiting:
        urls = hostile(waiting.port)
        with nobody_leaves(client.server.port or 0) as tried:
            await everything(client, urls)
        assert (waiting.came, tried) == (0, [])


async def everything(client: Client, urls: list[str]) -> None:
    many = "\n".join(urls)
    for part in (many[: len(many) // 2], many[len(many) // 2 :]):
        body = complaint(title=urls[0], content=part, place={"address": urls[1]})
        answer = await client.post("/api/v1/complaints", json=body)
        assert answer.status == 201, await answer.text()
    for n, url in enumerate(urls[::25]):
        form = FormData()
        form.add_field("file", an_entity(url), filename=f"{n}.svg", content_type="image/svg+xml")
        assert (await client.post("/api/v1/attachments", data=form)).status in (201, 415, 422)
    await arrives(client.centre, a_letter(urls))
    await settled(client.centre)
    clerk = await token(client, "clerk")
    article = {"title": "路灯", "body": f"![x]({urls[0]})\n{many}", "basis": urls[1]}
    assert (await client.post("/api/v1/articles", json=article, headers=clerk)).status in (201, 422)
    for n, url in enumerate(urls[::25]):
        told = {**posted(abandoned()[0]), "event": "newCall", "callId": f"c{n}", "from": url}
        told |= {"recording": url, "to": "12345"}
        form_of = {name: str(value) for name, value in told.items()}
        answer = await client.post("/api/v1/cti/bridge", data=form_of)
        assert answer.status in (200, 202, 422)
    await shown(client)


async def shown(client: Client) -> None:
    """Each case as its page and as a paper would have it, with whatever a page leads to."""
    await signed_in(client, "dispatcher")
    who = await token(client, "dispatcher")
    listed = (await (await client.get("/api/v1/cases", headers=who)).json())["items"]
    assert len(listed) == 3
    for one in listed:
        page = await client.get(f"/office/cases/{one['number']}")
        assert page.status == 200
        for path in re.findall(r'href="(/office/cases/[^"]+/letter[^"]*)"', await page.text()):
            assert (await client.get(path)).status == 200
