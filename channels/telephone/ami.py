"""Asterisk's manager interface -> events. One call has several legs: Linkedid is the call, Uniqueid the leg.

Without `timestampevents = yes` in its manager.conf Asterisk tells no times; then an event's time is
that of its arrival, and the waits are still right, because the queue measures them itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from channels.telephone.events import CallEvent, Kind, Recording, Seat
from channels.telephone.line import Block, Refused, Wire

OUTBOUND = frozenset({"out", "outgoing", "outbound", "from-internal"})
CAUSES = {
    "16": "normal",
    "17": "busy",
    "18": "no_answer",
    "19": "no_answer",
    "21": "rejected",
    "34": "congestion",
    "42": "congestion",
    "38": "system_fault",
    "41": "system_fault",
}
STATES = {"1": Seat.READY, "2": Seat.BUSY, "3": Seat.BUSY, "4": Seat.OFFLINE, "5": Seat.OFFLINE}


class Ami:
    """The manager interface's dialect; a translation that needs to remember nothing."""

    name = "ami"

    def __init__(self, user: str, secret: str) -> None:
        self._user, self._secret = user, secret

    async def open(self, wire: Wire) -> None:
        greeting = await wire.reader.readline()
        if not greeting.startswith(b"Asterisk Call Manager"):
            raise Refused("no Asterisk manager there")
        await wire.send(_action("Login", Username=self._user, Secret=self._secret, Events="on"))
        while True:
            block = await wire.block()
            if "Response" in block:
                break
        if block["Response"] != "Success":
            raise Refused("sign-in refused")

    async def next(self, wire: Wire) -> Block:
        return await wire.block()

    async def ping(self, wire: Wire) -> None:
        await wire.send(_action("Ping"))

    def events(self, block: Block, at: datetime) -> list[CallEvent]:
        tell = TELLING.get(block.get("Event", ""))
        return tell(block, _time(block, at)) if tell else []


def _action(name: str, **fields: str) -> str:
    told = {"Action": name, **fields}
    return "".join(f"{key}: {value}\r\n" for key, value in told.items()) + "\r\n"


def _time(block: Block, at: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(float(block["Timestamp"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return at


def agent_of(channel: str) -> str:
    """PJSIP/8001-00000007 and PJSIP/8001 are both agent 8001's telephone."""
    name = channel.partition("/")[2] or channel
    head, dash, tail = name.rpartition("-")
    return (head if dash and len(tail) == 8 else name).partition("@")[0]


def _one(
    block: Block, at: datetime, kind: Kind, leg: str, mark: str = "", **more: Any
) -> CallEvent:
    """The id is made of what the switch told, so that a repeat is known again."""
    call, which = block.get("Linkedid", ""), block.get(leg, "")
    return CallEvent(
        event_id=f"ami:{which}:{kind.value}:{mark}"[:120],
        call_id=call,
        kind=kind,
        at=at,
        leg_id=which,
        direction="out" if block.get("Context", "") in OUTBOUND else "in",
        **more,
    )


def _new_channel(block: Block, at: datetime) -> list[CallEvent]:
    if block.get("Uniqueid") != block.get("Linkedid"):
        return []  # a leg of a call that is known already
    ends = {"from_": block.get("CallerIDNum", ""), "to": block.get("Exten", "")}
    return [_one(block, at, Kind.OFFERED, "Uniqueid", **ends)]


def _queued(block: Block, at: datetime) -> list[CallEvent]:
    queue = block.get("Queue", "")
    return [_one(block, at, Kind.QUEUED, "Uniqueid", queue, queue=queue)]


def _ringing(block: Block, at: datetime) -> list[CallEvent]:
    agent = agent_of(block.get("DestChannel", ""))
    return [_one(block, at, Kind.RINGING, "DestUniqueid", agent=agent)]


def _connected(block: Block, at: datetime) -> list[CallEvent]:
    agent, waited = agent_of(block.get("DestChannel", "")), _number(block, "HoldTime")
    told = {"agent": agent, "queue": block.get("Queue", ""), "wait_s": waited}
    return [_one(block, at, Kind.ANSWERED, "DestUniqueid", "queue", **told)]


def _dialled(block: Block, at: datetime) -> list[CallEvent]:
    if block.get("DialStatus") != "ANSWER":
        return []
    agent = agent_of(block.get("DestChannel", ""))
    return [_one(block, at, Kind.ANSWERED, "DestUniqueid", agent=agent)]


def _complete(block: Block, at: datetime) -> list[CallEvent]:
    talked = _number(block, "TalkTime")
    return [_one(block, at, Kind.ENDED, "DestUniqueid", "agent", talk_s=talked, cause="normal")]


def _gave_up(block: Block, at: datetime) -> list[CallEvent]:
    told = {"queue": block.get("Queue", ""), "wait_s": _number(block, "HoldTime")}
    return [_one(block, at, Kind.ENDED, "Uniqueid", "queue", cause="abandoned", **told)]


def _hung_up(block: Block, at: datetime) -> list[CallEvent]:
    cause = CAUSES.get(block.get("Cause", ""), "")
    return [_one(block, at, Kind.ENDED, "Uniqueid", cause=cause)]


def _moment(kind: Kind) -> Callable[[Block, datetime], list[CallEvent]]:
    """Happens more than once in a call: the moment is part of the id."""

    def tell(block: Block, at: datetime) -> list[CallEvent]:
        return [_one(block, at, kind, "Uniqueid", f"{at.timestamp():.3f}")]

    return tell


def _transferred(block: Block, at: datetime) -> list[CallEvent]:
    prefix = "TransfererLinkedid" if "TransfererLinkedid" in block else "OrigTransfererLinkedid"
    leg = prefix.replace("Linkedid", "Uniqueid")
    told = {**block, "Linkedid": block.get(prefix, "")}
    return [_one(told, at, Kind.TRANSFERRED, leg, block.get("Extension", ""))]


def _variable(block: Block, at: datetime) -> list[CallEvent]:
    if block.get("Variable") != "MIXMONITOR_FILENAME" or not block.get("Value"):
        return []
    told = Recording(block["Value"][:500])
    return [_one(block, at, Kind.RECORDED, "Uniqueid", recording=told)]


def _member(block: Block, at: datetime) -> list[CallEvent]:
    state = Seat.BREAK if block.get("Paused") == "1" else STATES.get(block.get("Status", ""))
    agent = agent_of(block.get("StateInterface") or block.get("Interface", ""))
    if state is None or not agent:
        return []
    mark = f"{agent}:{state.value}:{at.timestamp():.3f}"
    return [CallEvent(f"ami:seat:{mark}"[:120], "", Kind.AGENT_STATE, at, agent=agent, state=state)]


def _number(block: Block, name: str) -> float | None:
    found = block.get(name, "")
    return float(found) if found.isdigit() else None


TELLING: dict[str, Callable[[Block, datetime], list[CallEvent]]] = {
    "Newchannel": _new_channel,
    "QueueCallerJoin": _queued,
    "AgentCalled": _ringing,
    "DialBegin": _ringing,
    "AgentConnect": _connected,
    "DialEnd": _dialled,
    "AgentComplete": _complete,
    "QueueCallerAbandon": _gave_up,
    "Hangup": _hung_up,
    "Hold": _moment(Kind.HELD),
    "Unhold": _moment(Kind.RESUMED),
    "BlindTransfer": _transferred,
    "AttendedTransfer": _transferred,
    "ConfbridgeJoin": _moment(Kind.CONFERENCED),
    "VarSet": _variable,
    "QueueMemberStatus": _member,
    "QueueMemberPause": _member,
}
