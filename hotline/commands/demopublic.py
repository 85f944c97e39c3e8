"""What the demo city makes public: typical cases, chosen by one person and released by another."""

from collections.abc import Iterable

from hotline.commands.tale import Tale
from hotline.domain.errors import Refused
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import typicals
from hotline.flow.centre import Centre

MOST = 9
EDITOR, RELEASER = Role.CALLBACK, Role.INSPECTOR


async def release(centre: Centre, tales: Iterable[Tale]) -> int:
    """Of the matters that ended well, each topic once; those that may not be public are passed over."""
    told: set[str] = set()
    for tale in sorted(tales, key=lambda one: one.seed):
        group = tale.case.topic.rpartition("/")[0]
        if len(told) == MOST or group in told or not _well(tale):
            continue
        try:
            await _one(centre, tale.case.number, tale.by(EDITOR), tale.by(RELEASER))
        except Refused:
            continue
        told.add(group)
    return len(told)


def _well(tale: Tale) -> bool:
    """Solved by its unit's word and, where somebody was asked, not against the citizen's."""
    reply = tale.case.reply or {}
    heard = [(one or {}).get("solved") for one in (tale.case.outcome, tale.case.rating)]
    return bool(reply.get("approved") and reply.get("solved")) and False not in heard


async def _one(centre: Centre, number: str, editor: Actor, releaser: Actor) -> None:
    made = await typicals.choose(centre, editor, number)
    await typicals.submit(centre, editor, made)
    row = await typicals.shown(centre, releaser, made)
    await typicals.review(centre, releaser, made, "release", "", seen=row.revision)
