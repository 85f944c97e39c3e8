"""What the tests of supervision start from: a case in a unit's hands, its people, and the watch."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.case import Case
from hotline.domain.people import Actor
from hotline.domain.words import Reached, Role, Satisfaction
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store.ledger import verify
from tests.makers import a_complaint, a_reply, a_sign, an_officer

DISPATCHER, DIRECTOR = an_officer(Role.DISPATCHER), an_officer(Role.DIRECTOR)
SUPERVISOR, INSPECTOR = an_officer(Role.SUPERVISOR), an_officer(Role.INSPECTOR)
CALLBACK, SYSTEMS = an_officer(Role.CALLBACK), an_officer(Role.SYSADMIN)


def unit(centre: Centre, role: Role = Role.CLERK, code: str = "cgj") -> Actor:
    return Actor(role, f"{role.value}-{code}", code, centre.rules.tree.subtree(code), "127.0.0.1")


async def received(centre: Centre, key: str = "k", **changes: Any) -> str:
    """A complaint in the dispatcher's hands."""
    automatic, centre.automatic = centre.automatic, False
    receipt = await intake.receive(centre, a_complaint(key, received_at=centre.now(), **changes))
    while await intake.triage_pending(centre):
        pass
    centre.automatic = automatic
    return receipt.number


async def in_hand(centre: Centre, key: str = "k", *, signed: bool = True, **changes: Any) -> str:
    number = await received(centre, key, **changes)
    await work.act(centre, number, acts.Accept(), DISPATCHER)
    await work.act(centre, number, acts.Transfer(department="cgj"), DISPATCHER)
    if signed:
        await work.act(centre, number, a_sign(), unit(centre))
    return number


async def replied(centre: Centre, number: str) -> None:
    clerk = unit(centre)
    await work.act(centre, number, department.Contact(text="已联系"), clerk)
    await work.act(centre, number, a_reply(), clerk)
    await work.act(centre, number, acts.Approve(), INSPECTOR)


async def discontent(centre: Centre, number: str, *, should_do: bool = False) -> None:
    told = acts.FollowUp(
        outcome=Reached.REACHED, solved=False, satisfaction=Satisfaction.POOR, should_do=should_do
    )
    await work.act(centre, number, told, CALLBACK)


async def case_of(centre: Centre, number: str) -> Case:
    return (await work.view(centre, number, DIRECTOR)).case


async def ask(centre: Centre, query: str, **told: Any) -> list[Any]:
    async with centre.look() as look:
        return list((await look.connection.execute(text(query), told)).all())


async def watched(centre: Centre, clock: Any, until: datetime, every: timedelta) -> None:
    """The watch looks again and again up to a moment."""
    watch = Watch(CaseAgenda(centre))
    while clock.at < until:
        clock.move_to(min(clock.at + every, until))
        await watch.tick(clock.at)


async def unbroken(centre: Centre) -> list[str]:
    found = await verify(centre.store, centre.cipher, centre.files, centre.now())
    return [f"{one.invariant} {one.place}: {one.what}" for one in found.broken]
