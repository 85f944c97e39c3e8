"""Free text is kept masked: which columns hold it, and that none was forgotten."""

from datetime import timedelta

from sqlalchemy import JSON, Text, select, text, update

from hotline.domain.words import Role
from hotline.flow import bulletins, work
from hotline.flow.centre import Centre
from hotline.store import guardtables, plans, repeattables, rotation, savedviews, shadows
from hotline.store.calltables import BulletinRow
from hotline.store.find import Wanted
from hotline.store.tables import CaseRow, Row
from hotline.store.wording import masked
from tests.flow.orders_support import DISPATCHER, in_hand
from tests.makers import an_officer

assert (
    guardtables and plans and repeattables and rotation and savedviews and shadows
)  # their columns are counted as well
NUMBER, CARD = "13900001111", "11010519491231002X"
# Long texts that are no Wording, and what masks them or why nobody's number can stand in them.
ELSEWHERE = {
    "entry.text entry.public": "by the act, before its hash, and as they are read",
    "outbox.subject outbox.text": "made of masked texts; what a citizen is told is sealed",
    "reveal.purpose": "before its hash",
    "officer.password past_password.password": "hashes",
    "deadline.source": "of a profile",
    "intake.problem outbox.problem stumble.problem switch_command.problem": "a program's words",
    "export.units report.body topic_hour.figures": "codes and figures",
}


def test_every_long_text_is_masked_or_says_where_it_is() -> None:
    listed = {one for names in ELSEWHERE for one in names.split()}
    found = {
        f"{table.name}.{column.name}"
        for table in Row.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text) or type(column.type) is Text
    }
    assert found - listed == set()


# Columns of several values that are no Wordings, and what stands in them.
NO_WORDS = {
    "act.about": "masked before its hash",
    "alert.cases article_version.files calls.agents calls.flags letter.marks reveal.fields": "names",
    "autodispatch.facts decision.facts shadow.facts repeat.why": "figures and labels",
    "cases.details cases.suggestions entry.before entry.after": "by the act, and as they are read",
    "department.names": "names of units and moments",
    "department_plan.moved": "figures, names of accounts, numbers of cases",
    "deadline.rungs deadline.changes missed.rungs tick.failed typical.writers": "codes and moments",
    "district.places": "the city's gazetteer",
    "identity.masked": "masked, as it says",
    "inspection.strata inspection.rubric sheet.why sheet.passed": "codes, figures, criteria, accounts",
    "right_request.about setting.value": "names of accounts and settings",
    "supervision_order.recipients supervision_order.basis": "units and profiles",
}


def test_every_column_of_several_values_is_masked_or_says_what_stands_in_it() -> None:
    listed = {one for names in NO_WORDS for one in names.split()}
    found = {
        f"{table.name}.{column.name}"
        for table in Row.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, JSON)
    }
    assert found == listed


def test_a_masked_text_stays_as_it_is() -> None:
    told = {"a": [f"电话 {NUMBER}，证件 {CARD}", 7], "b": None}
    once = masked(told)
    assert once == masked(once) and NUMBER not in str(once) and CARD not in str(once)
    assert str(once).count("*") > 4


async def test_a_bulletin_is_masked_as_it_is_written_and_an_old_one_as_it_is_read(
    any_centre: Centre,
) -> None:
    now = any_centre.now()
    told = {"topic": "", "district": "", "words": "停水"}
    new = bulletins.New(
        f"停水找 {NUMBER}", f"证件 {CARD}", **told, starts_at=now, ends_at=now + timedelta(days=1)
    )
    await bulletins.put(any_centre, an_officer(Role.SHIFT_LEAD), new)
    async with any_centre.work() as work:
        kept = await work.connection.execute(text("select title, text from bulletin"))
        assert NUMBER not in (said := str(kept.all())) and CARD not in said
        about = await work.connection.execute(text("select about from act order by seq desc"))
        assert NUMBER not in str(about.first())
        await work.connection.execute(
            text("update bulletin set title = :told"), {"told": f"旧的 {NUMBER}"}
        )
        shown = (await work.connection.execute(select(BulletinRow.title))).scalar_one()
        assert shown == "旧的 139****1111"


async def test_what_an_earlier_release_left_in_a_case_is_masked_as_it_is_read(
    any_centre: Centre,
) -> None:
    number = await in_hand(any_centre, content="路灯坏了，请打 WORDS")
    left = {"words": "请打１３８００００１２３４"}
    async with any_centre.work() as unit_of_work:
        wanted = select(CaseRow.id, CaseRow.details).where(CaseRow.number == number)
        row = (await unit_of_work.connection.execute(wanted)).one()
        about = {"id": row.id, **left}
        for statement in (
            "update cases set title = :words, content = :words where id = :id",
            "update entry set text = :words where case_id = :id",
        ):
            await unit_of_work.connection.execute(text(statement), about)
        rated = {**row.details, "rating": {"comment": left["words"]}}
        await unit_of_work.connection.execute(
            update(CaseRow).where(CaseRow.id == row.id).values(details=rated)
        )
    view = await work.view(any_centre, number, DISPATCHER)
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    shown = "请打138****1234"
    assert view.case.rating == {"comment": shown}
    assert {view.case.title, view.case.content, *(one.text for one in entries)} == {shown}
    (listed,) = (await work.listed(any_centre, DISPATCHER, Wanted())).rows
    assert listed["title"] == shown


async def test_an_office_telephone_stays_in_a_bulletin(any_centre: Centre) -> None:
    now = any_centre.now()
    told = {"topic": "", "district": "", "words": "停水"}
    said = f"水务热线 0571-88001234，联系人 {NUMBER}"
    new = bulletins.New("停水", said, **told, starts_at=now, ends_at=now + timedelta(days=1))
    await bulletins.put(any_centre, an_officer(Role.SHIFT_LEAD), new)
    async with any_centre.look() as look:
        kept = (await look.connection.execute(select(BulletinRow.text))).scalar_one()
    assert kept == "水务热线 0571-88001234，联系人 139****1111"
