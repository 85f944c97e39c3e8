"""The bulletin board (公告板): outages and closures, matched to what a call is about and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import acts, bulletins
from hotline.store.bulletins import Bulletin

WRITERS = frozenset({Role.SHIFT_LEAD, Role.DISPATCHER, Role.DIRECTOR})


class NoSuchBulletin(NotFound):
    """No such bulletin, or it is off the board already."""

    code = "no_such_bulletin"

    def __init__(self) -> None:
        super().__init__("没有找到这则公告，或已撤下。", "No such bulletin, or withdrawn.")


@dataclass(frozen=True)
class New:
    """What is put on the board."""

    title: str
    text: str
    topic: str
    district: str
    words: str
    starts_at: datetime
    ends_at: datetime


async def put(centre: Centre, actor: Actor, new: New) -> int:
    if actor.role not in WRITERS:
        raise NotAllowed("公告由值班长、派单员或主任发布。", "Not for your role.")
    if new.topic and not any(f"{path}/".startswith(f"{new.topic}/") for path in _topics(centre)):
        raise NotPossible("没有这个事项分类，请从目录中选择。", "No such topic.", field="topic")
    async with centre.work() as work:
        if new.ends_at <= max(new.starts_at, work.at):
            raise NotPossible(
                "结束时间须晚于开始时间和现在。", "It must end after it begins.", field="ends_at"
            )
        told = {**new.__dict__, "by": actor.name, "at": work.at}
        made = await bulletins.add(work.connection, told)
        about = {"bulletin": made, "title": new.title}
        await acts.record(work.connection, work.at, actor, "bulletin_put", about)
    return made


def _topics(centre: Centre) -> Sequence[str]:
    return ["/".join((t["level1"], t["level2"], t["level3"])) for t in centre.city.topics]


async def withdraw(centre: Centre, actor: Actor, bulletin_id: int) -> None:
    if actor.role not in WRITERS:
        raise NotAllowed("公告由值班长、派单员或主任撤下。", "Not for your role.")
    async with centre.work() as work:
        if not await bulletins.withdraw(work.connection, bulletin_id, work.at):
            raise NoSuchBulletin
        about = {"bulletin": bulletin_id}
        await acts.record(work.connection, work.at, actor, "bulletin_withdrawn", about)


async def live(centre: Centre) -> Sequence[Bulletin]:
    async with centre.look() as look:
        return await bulletins.live(look.connection, look.at)


async def listed(centre: Centre, below: int | None, limit: int) -> Sequence[Bulletin]:
    async with centre.look() as look:
        return await bulletins.listed(look.connection, below, limit)


def matched(board: Sequence[Bulletin], topic: str, district: str, text: str) -> list[Bulletin]:
    """Those that the call is about, the surest first: its words, its topic and its place."""
    scored = [(_score(one, topic, district, text), one) for one in board]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


def _score(one: Bulletin, topic: str, district: str, text: str) -> int:
    """A place or topic that is another's rules a bulletin out; one that it leaves open does not."""
    if one.district and district and one.district != district:
        return 0
    said = sum(word in text for word in one.words.split())
    about = bool(one.topic) and f"{topic}/".startswith(f"{one.topic}/")
    if one.topic and topic and not about and not said:
        return 0
    return 4 * said + 2 * about + (bool(one.district) and one.district == district)
