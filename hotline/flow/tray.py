"""The tray (隔离区): letters that somebody must look at; put there with a reason, told of at once."""

from datetime import timedelta
from typing import Any

from hotline.domain.words import Named, Role
from hotline.flow import mailing
from hotline.store import letters
from hotline.store.letters import Taken
from hotline.store.outbox import Message
from hotline.store.work import Work

ALARM_AFTER = timedelta(minutes=30)


class Why(Named):
    """Why a letter lies in the tray (隔离原因)."""

    UNREADABLE = "unreadable", "无法解析", "cannot be read"
    HELD = "held", "可疑或不宜自动处理", "held by a check"
    LARGE = "large", "超过大小上限", "too large"
    STRANGER = "stranger", "他人来信提及编号，待确认是否补充", "somebody else names a case"
    CLOSED = "closed", "已办结诉求的来信，待回访员判断", "about a case that has ended"


DESK = {Why.CLOSED: Role.CALLBACK}  # the others are the dispatcher's


async def put(work: Work, taken: Taken, why: Why, outcome: str, **facts: Any) -> None:
    """Settles a claimed letter into the tray, and tells the desk that looks after it."""
    told = {**facts, "tray": why.value, "tray_at": work.at}
    await letters.settle(work.connection, taken, outcome, **told)
    number = str(facts.get("number") or "")
    message = Message(
        message_id=f"letter.{taken.id}.{why.value}",
        audience=f"role:{DESK.get(why, Role.DISPATCHER).value}",
        about=number,
        subject=f"来信待处理：{why.zh}" + (f"（{number}）" if number else ""),
        text=f"邮箱 {taken.mailbox} 的来信（第 {taken.id} 号）在“来信隔离区”，请查看处理。",
    )
    await mailing.post(work, [message])
