"""94 Chinese letters by their manifest, through the slot and through a mailbox."""

import asyncio
import json
import smtplib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from channels.mailbox.imapbox import Box
from channels.mailbox.lmtp import Slot, open_slot
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import Centre
from hotline.store import files
from tests.conftest import shared
from tests.flow.letters_support import accounted, cases, house, rows
from tests.flow.test_mailbox import looking, taken
from tests.support.dovecot import PASSWORD, Server
from tests.support.letters import settled

__all__ = ["house"]
pytestmark = pytest.mark.slow
FOLDER = "corpora/cn-mime-synth"


def manifest() -> tuple[Path, list[dict[str, Any]]]:
    folder = shared(FOLDER)
    return folder, json.loads((folder / "manifest.json").read_text("utf-8"))


async def through_the_slot(centre: Centre, raws: list[bytes]) -> None:
    server = await open_slot(("127.0.0.1", 0), Slot(), Postroom(centre))
    port = server.sockets[0].getsockname()[1]

    def send() -> None:
        with smtplib.LMTP("127.0.0.1", port) as client:
            for raw in raws:
                client.sendmail("citizen@example.com", ["12345@city.example"], raw)

    await asyncio.to_thread(send)
    server.close()


async def ended_by_it(centre: Centre, told: list[dict[str, Any]]) -> None:
    """Each letter as its line of the manifest says, in the order in which they came."""
    found = sorted(await rows(centre), key=lambda row: (row.uid or 0, row.id))
    assert len(found) == len(told)
    made = {case.number: case for case in await cases(centre)}
    groups: dict[str, list[str]] = {}
    wrong = []
    for one, row in zip(told, found, strict=True):
        if "dedupe_group" in one:
            groups.setdefault(one["dedupe_group"], []).append(row.outcome)
            continue
        wanted = {"automatic", "bounce"} if one["auto"] else {"case"}
        wanted |= {"quarantined"} if one.get("may_quarantine") else set()
        if row.outcome not in wanted:
            wrong.append((one["file"], one["note"], row.outcome, row.marks))
        elif row.outcome == "case":
            wrong += await differs(centre, one, made[row.number])
    assert not wrong
    assert {name: Counter(outcomes) for name, outcomes in groups.items()} == {
        "d1": Counter(case=1, duplicate=1),
        "d1-other": Counter(case=1),
        "nomid": Counter(case=1, duplicate=1),
    }


async def differs(centre: Centre, one: dict[str, Any], case: Any) -> list[Any]:
    async with centre.look() as look:
        kept = await files.of_case(look.connection, centre.cipher, case.id)
    names = [file.name for file in kept]
    titles = one.get("subject_any") or [one["subject"]]
    wrong = []
    if one["subject"] and case.title not in titles:
        wrong.append((one["file"], one["note"], case.title))
    if not all(part in case.content for part in one["text_contains"]):
        wrong.append((one["file"], one["note"], case.content[:80]))
    if not set(one["attachments"]) <= set(names):
        wrong.append((one["file"], one["note"], names))
    if "attachment_count" in one and len(names) != one["attachment_count"]:
        wrong.append((one["file"], one["note"], names))
    wrong += [(one["file"], name) for name in names if set("/\\") & set(name)]
    return wrong


async def test_through_the_slot_and_again_without_any_effect(house: Centre) -> None:
    folder, told = manifest()
    raws = [(folder / one["file"]).read_bytes() for one in told]
    await through_the_slot(house, raws)
    await settled(house)
    await ended_by_it(house, told)
    before = len(await cases(house)), await accounted(house)
    await through_the_slot(house, raws)
    await settled(house)
    after = await accounted(house)
    assert len(await cases(house)) == before[0]
    assert after["duplicates"] - before[1]["duplicates"] == len(told)
    assert after["pending"] == 0


@pytest.mark.mailserver
async def test_through_a_mailbox(house: Centre, post_office: Server) -> None:
    folder, told = manifest()
    box = Box("zh", "127.0.0.1", post_office.imap, "none", "zh", PASSWORD, seconds=1.0)

    def put() -> None:
        for one in told:
            post_office.deliver((folder / one["file"]).read_bytes(), box.user)

    await asyncio.to_thread(put)
    async with looking(house, box, patience=0.5):
        await taken(house, len(told))
    await settled(house)
    await ended_by_it(house, told)
