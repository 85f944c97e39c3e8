"""Who looks at citizens' identity more than their work asks for: told to director and auditor."""

from datetime import timedelta

from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.store import reveals
from hotline.store.alarms import Alarm
from hotline.store.work import Work

REVEAL = "reveal"
HOUR = timedelta(hours=1)
MOST, STRANGE = 30, 5  # an hour: in all, and of cases that they never acted on
TOLD = (Role.DIRECTOR, Role.AUDITOR)


async def watch(work: Work, actor: Actor) -> None:
    """In the transaction of the reveal: the alarm can neither be late nor be lost."""
    made, strange = await reveals.counted(work.connection, actor.name, work.at - HOUR)
    if made <= MOST and strange < STRANGE:
        return
    why = f"其中 {strange} 件未经其手" if strange >= STRANGE else f"超过 {MOST} 次"
    text = f"{actor.role.zh} {actor.name} 一小时内查看诉求人信息 {made} 次，{why}，请核查。"
    alarm = Alarm(REVEAL, actor.name, text)
    await alarms.sound(work, alarm, "查看诉求人信息异常", TOLD)
