"""Keys: the published vectors, values bound to their rows, every value under a new key while in use."""

import asyncio
import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from sqlalchemy import LargeBinary, select, text, update

from hotline.commands import keys as command
from hotline.commands.failing import Failed
from hotline.config import Settings
from hotline.domain.roster import Duty, Person, Roster
from hotline.domain.words import Role
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.store import accounts, factors, files, guardtables, repeattables, rosters, rotation
from hotline.store.cipher import Cipher, Keys, Unreadable
from hotline.store.ledgers import IdentityRow
from hotline.store.suites import SM4GCM, keyed_hash
from hotline.store.tables import Row
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import MONDAY, a_complaint, an_officer
from tests.support.scale import Scale

# Locked as a whole by other means, or no citizen's word at all.
NOT_SEALED = {("signature", "packed")}
assert guardtables and repeattables  # their columns are counted as well


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    beside = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex(
        "AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8
    )
    told = (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    sealer = SM4GCM(key)
    assert sealer.encrypt(nonce, plain, beside).hex().upper() == told
    assert sealer.decrypt(nonce, bytes.fromhex(told), beside) == plain
    for data, place in ((bytes(80), beside), (bytes.fromhex(told), b"elsewhere"), (b"", beside)):
        with pytest.raises(InvalidTag):
            sealer.decrypt(nonce, data, place)


def test_sm3_is_that_of_the_standard() -> None:
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert keyed_hash("sm", b"k" * 32, b"x") != keyed_hash("intl", b"k" * 32, b"x")


@pytest.mark.parametrize("suite", ["intl", "sm"])
def test_a_value_moved_to_another_place_does_not_open(tmp_path: Path, suite: str) -> None:
    cipher = Cipher(Keys.load_or_make(tmp_path, suite), tmp_path)
    locked = cipher.lock("13800001234", "identity.phone.1")
    assert cipher.unlock(locked, "identity.phone.1") == "13800001234"
    for place in ("identity.phone.2", "identity.name.1", "officer.email.1"):
        with pytest.raises(Unreadable):
            cipher.unlock(locked, place)
    assert stat.S_IMODE(os.stat(tmp_path / "keys.json").st_mode) == 0o600


def test_keys_of_an_earlier_release_are_read(tmp_path: Path) -> None:
    kept = Keys.load_or_make(tmp_path)
    locked = Cipher(kept).lock("张", "p")
    told = json.loads((tmp_path / "keys.json").read_text())
    for name in ("suites", "suite", "rotating"):
        del told[name]
    (tmp_path / "keys.json").write_text(json.dumps(told))
    assert Cipher(Keys.load_or_make(tmp_path), tmp_path).unlock(locked, "p") == "张"


def test_every_encrypted_column_is_rotated() -> None:
    """A new one that nobody put on the list would stay under the old key for ever."""
    found = {
        (table.name, column.name)
        for table in Row.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    listed = {(one.table.__tablename__, one.column) for one in rotation.SEALED}
    assert found - NOT_SEALED == listed


async def lived_in(centre: Centre, many: int = 3) -> list[str]:
    """Something under every lock there is."""
    numbers = [
        (await intake.receive(centre, a_complaint(f"k{n}"), scope="web")).number
        for n in range(many)
    ]
    while await intake.triage_pending(centre):
        pass
    async with centre.work() as unit:
        new = accounts.NewOfficer("li", "李", Role.CLERK, "cgj", "$x", "First-Passw0rd")
        made = await accounts.add(unit.connection, unit.cipher, new, unit.at)
        await factors.begin(unit.connection, unit.cipher, made, "SECRET")
        people = (Person("王", Duty.LIAISON, "13800001234"),)
        await rosters.put(unit.connection, unit.cipher, Roster("cgj", people), unit.at, "x")
        facts = ("灯.pdf", 4, "application/pdf")
        digest = files.write(centre.files, b"%PDF")
        await files.describe(unit.connection, unit.cipher, digest, facts, unit.at)
    return numbers


def settings_of(centre: Centre, url: str) -> Settings:
    return Settings(database_url=url, data=centre.files)


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["sm", "intl"])
async def test_everything_goes_under_a_new_key_while_complaints_come_in(
    any_centre: Centre, url: str, suite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Row 44: online; nothing is lost, nothing stays under the old key, reveals go on."""
    numbers = await lived_in(any_centre, 30)
    coming = True

    async def come_in() -> list[str]:
        more = []
        while coming:
            receipt = await intake.receive(any_centre, a_complaint(f"m{len(more)}"), scope="web")
            more.append(receipt.number)
            await intake.triage_pending(any_centre)
        return more

    stream = asyncio.create_task(come_in())
    await asyncio.sleep(0.05)
    await command.run(settings_of(any_centre, url), command.Asked("rotate", suite))
    coming = False
    numbers += await stream
    assert f"k2（{suite}）" in capsys.readouterr().out
    await command.run(settings_of(any_centre, url), command.Asked("rotate"))
    async with any_centre.look() as look:
        assert await rotation.left(look.connection, any_centre.cipher) == 0
        assert any_centre.cipher.current == "k3"
        assert await accounts.first_passwords(look.connection, look.cipher) == {
            "li": "First-Passw0rd"
        }
        assert (await rosters.read(look.connection, look.cipher, "cgj")).people[0].name == "王"
    for number in numbers:
        told = await work.reveal(
            any_centre, number, ("phone",), "核实", an_officer(Role.DISPATCHER)
        )
        assert told == {"phone": "13800001234"}
    again = await intake.receive(any_centre, a_complaint("k0"), scope="web")
    assert again.number == numbers[0] and again.query_code


@pytest.mark.slow
async def test_an_interrupted_rotation_goes_on_where_it_was(
    centre: Centre, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived_in(centre)
    monkeypatch.setattr(rotation, "PAGE", 1)
    settings = settings_of(centre, sqlite_url)
    keys = Keys.load_or_make(centre.files).with_new("sm")
    keys.save(centre.files)
    centre.cipher.refresh()
    monkeypatch.setattr(rotation, "RESTS", 0)
    pages = rotation.rotate(centre.store, centre.cipher)
    for _ in range(4):
        await anext(pages)
    await pages.aclose()
    async with centre.look() as look:
        assert await rotation.left(look.connection, centre.cipher) > 0
    with pytest.raises(Failed):
        await command.run(settings, command.Asked("rotate", "intl"))
    assert await command.run(settings, command.Asked("rotate")) == 0
    assert Keys.load_or_make(centre.files).current == "k2"


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("suite", ["intl", "sm"])
async def test_values_swapped_between_rows_are_all_found(
    sqlite_url: str, tmp_path: Path, suite: str, scale: Scale
) -> None:
    """Row 44: of every two citizens' values put in each other's place, none opens."""
    Keys.load_or_make(tmp_path, suite)
    centre = await a_centre(sqlite_url, tmp_path, MovingClock(MONDAY))
    numbers = await lived_in(centre, scale.swapped)
    columns = IdentityRow.__table__.c
    async with centre.work() as unit:
        found = (await unit.connection.execute(select(columns.case_id, columns.phone))).all()
        for (case_id, _), (_, other) in zip(found, [*found[1:], found[0]], strict=True):
            one = update(IdentityRow).where(columns.case_id == case_id)
            await unit.connection.execute(one.values(phone=other))
    for number in numbers:
        with pytest.raises(Unreadable):
            await work.reveal(centre, number, ("phone",), "核实", an_officer(Role.DISPATCHER))
    async with centre.look() as look:
        seen = await look.connection.execute(text("SELECT count(*) FROM reveal"))
        assert seen.scalar_one() == 0, "what could not be told was not looked at"
    await centre.close()


@pytest.mark.slow
async def test_no_citizens_word_lies_in_the_database_in_clear(
    centre: Centre, sqlite_url: str
) -> None:
    """Row 44: phone, name, mail, ID number in the text; also in what is left of deleted pages."""
    planted = ["13912345678", "欧阳测试", "planted@example.com", "11010519491231002X"]
    told = a_complaint("p1", content=f"请回电 {planted[0]}，身份证 {planted[3]}。")
    contact = type(told.contact)(planted[1], planted[0], planted[2])  # type: ignore[misc]
    await intake.receive(centre, a_complaint("p1", content=told.content, contact=contact))
    await intake.triage_pending(centre)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    body = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    assert [word for word in planted if word.encode() in body] == []


def test_a_rotation_gives_way_to_who_writes() -> None:
    """Smaller pages where the writer is held long; longer rests where it is waited for."""
    pace = rotation.Pace(page=rotation.PAGE)
    pace.went(worked=0.02, waited=0.0, held=rotation.HELD * 2)
    assert (pace.page, pace.rest) == (rotation.PAGE // 2, 0.02 * rotation.RESTS)
    for _ in range(9):
        pace.went(worked=0.12, waited=0.1, held=rotation.HELD * 2)
    assert pace.page == rotation.LEAST
    assert pace.rest == pytest.approx(0.02 * rotation.RESTS + 0.1 * rotation.YIELDS)
    for _ in range(9):
        pace.went(worked=9.0, waited=0.0, held=rotation.HELD / 4)
    assert (pace.page, pace.rest) == (rotation.PAGE, rotation.LONGEST)
