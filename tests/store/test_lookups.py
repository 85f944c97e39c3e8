"""What is found by a keyed hash stays found when keys and suite change: callers, letters, query codes."""

from pathlib import Path

import pytest

from hotline.flow import citizen, intake
from hotline.flow.centre import Centre
from hotline.store import rotation
from hotline.store.cipher import Keys
from hotline.store.vault import Vault
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import MONDAY, a_complaint

MAIL = "zhang@example.com"


async def filed(centre: Centre, key: str) -> tuple[str, str]:
    receipt = await intake.receive(centre, a_complaint(key), scope="web")
    while await intake.triage_pending(centre):
        pass
    return receipt.number, receipt.query_code


async def all_found(centre: Centre, known: list[tuple[str, str]]) -> None:
    """By telephone, by the address of a letter, by query code, by the key of the post."""
    async with centre.look() as look:
        vault = Vault(look.connection, look.cipher)
        ids = await vault.cases_of_phone("+86 138-0000-1234")
        assert {await look.cases.number_of(one) for one in ids} == {number for number, _ in known}
        assert [await vault.writes_from(one, MAIL.upper()) for one in ids] == [True] * len(known)
    for n, (number, code) in enumerate(known):
        assert (await citizen.progress(centre, number, code, "127.0.0.1")).number == number
        assert await filed(centre, f"k{n}") == (number, code)


@pytest.mark.parametrize("first, then", [("intl", "sm"), ("sm", "intl"), ("sm", "sm")])
async def test_old_rows_are_found_before_amid_and_after_a_change_of_keys(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, then: str
) -> None:
    Keys.load_or_make(tmp_path, first)
    centre = await a_centre(sqlite_url, tmp_path, MovingClock(MONDAY))
    known = [await filed(centre, "k0"), await filed(centre, "k1")]
    await all_found(centre, known)
    monkeypatch.setattr(rotation, "PAGE", 1)
    monkeypatch.setattr(rotation, "LONGEST", 0.0)  # nobody is given way to here
    Keys.load(tmp_path / "keys.json").with_new(then).save(tmp_path)
    pages = rotation.rotate(centre.store, centre.cipher)
    for _ in range(3):
        await anext(pages)
    known.append(await filed(centre, "k2"))  # under the new key, while old ones lie beside it
    await all_found(centre, known)
    async for _ in pages:
        pass
    await centre.close()
    again = await a_centre(sqlite_url, tmp_path, MovingClock(MONDAY))  # as after a restart
    async with again.look() as look:
        assert await rotation.left(look.connection, again.cipher) == 0
    assert again.cipher.suite == then
    known.append(await filed(again, "k3"))
    await all_found(again, known)
    await again.close()
