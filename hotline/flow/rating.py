"""评价 straight from the letter: its link opens the rating of one answer, and nothing else of the case.

Whoever holds the letter may rate: the mark in the link is ours, for that case and that answer.
"""

from dataclasses import dataclass
from datetime import datetime

from channels.mailbox.marks import rated_of
from hotline.domain import perform
from hotline.domain.acts.citizen import Rate
from hotline.domain.errors import Refused
from hotline.domain.state import Action
from hotline.flow import citizen, correspondence
from hotline.flow.centre import Centre


class BadLink(Refused):
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            "链接不完整或已失效。请从信件中完整复制链接，或用编号和查询码评价。",
            "The link is incomplete or no longer works. Copy it whole, or use number and query code.",
        )


class Answered(Refused):
    """Another answer came after the one that the letter gave."""

    code = "not_possible"

    def __init__(self) -> None:
        super().__init__(
            "该诉求已有新的答复，请使用最近一封答复信中的评价链接。",
            "There is a newer answer; use the link in the newest letter.",
        )


class Rated(Refused):
    code = "not_possible"

    def __init__(self) -> None:
        super().__init__(
            "这次答复现在不能评价：已经评价过，或评价的时间已过。",
            "This answer cannot be rated now: it was rated already, or the time is over.",
        )


@dataclass(frozen=True)
class Rateable:
    """All that the page shows of the case."""

    number: str
    answered_at: datetime


async def asked(centre: Centre, mark: str) -> Rateable:
    """Raises BadLink, Answered or Rated: why it can't be rated by this link."""
    _, found = await _of(centre, mark)
    return found


async def rate(centre: Centre, mark: str, facts: Rate, origin: str) -> None:
    """A second click on the same button finds it rated already; looked at again under the lock."""
    case_id, found = await _of(centre, mark)
    await citizen.act_upon(centre, found.number, case_id, facts, origin=f"link {origin}")


async def _of(centre: Centre, mark: str) -> tuple[int, Rateable]:
    ours = rated_of(mark, centre.cipher.signing_key("mail"))
    if ours is None:
        raise BadLink
    number, entry = ours
    async with centre.look() as view:
        case = await view.cases.read(number)
        entries = await view.cases.timeline(case.id or 0)
        given = [one for one in entries if correspondence.is_answer(one)]
        if not given or case.id is None:
            raise BadLink
        if given[-1].seq != entry:
            raise Answered
        if Action.RATE not in perform.citizen_actions(case, view.at, centre.rules):
            raise Rated
        return case.id, Rateable(number, given[-1].at)
