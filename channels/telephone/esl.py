"""FreeSWITCH's event socket -> events: an own small client, the kept ones want more than they give.

The switch numbers its events, so one that it delivers twice is known again. After a reconnect it
tells what happens from then on; a call whose end fell into the gap is closed by the sweep.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from channels.telephone.events import CallEvent, Kind, Recording, Seat
from channels.telephone.line import Block, Lost, Refused, Wire

WANTED = (
    "CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_HOLD CHANNEL_UNHOLD"
    " CHANNEL_HANGUP_COMPLETE RECORD_STOP HEARTBEAT CUSTOM callcenter::info conference::maintenance"
)
CAUSES = {
    "NORMAL_CLEARING": "normal",
    "ORIGINATOR_CANCEL": "cancel",
    "USER_BUSY": "busy",
    "NO_ANSWER": "no_answer",
    "NO_USER_RESPONSE": "no_answer",
    "CALL_REJECTED": "rejected",
    "NORMAL_CIRCUIT_CONGESTION": "congestion",
    "SWITCH_CONGESTION": "congestion",
    "NETWORK_OUT_OF_ORDER": "system_fault",
    "NORMAL_TEMPORARY_FAILURE": "system_fault",
    "BLIND_TRANSFER": "transferred",
    "ATTENDED_TRANSFER": "transferred",
}
SEATS = {
    "Available": Seat.READY,
    "Available (On Demand)": Seat.READY,
    "On Break": Seat.BREAK,
    "Logged Out": Seat.OFFLINE,
}


class Esl:
    """The event socket's dialect."""

    name = "esl"

    def __init__(self, password: str) -> None:
        self._password = password

    async def open(self, wire: Wire) -> None:
        if (await wire.block()).get("Content-Type") != "auth/request":
            raise Refused("no event socket there")
        await wire.send(f"auth {self._password}\n\n")
        if not (await wire.block()).get("Reply-Text", "").startswith("+OK"):
            raise Refused("sign-in refused")
        await wire.send(f"event plain {WANTED}\n\n")
        if not (await wire.block()).get("Reply-Text", "").startswith("+OK"):
            raise Refused("events refused")

    async def next(self, wire: Wire) -> Block:
        """An event's own fields; what else the switch says has none of them."""
        head = await wire.block()
        if head.get("Content-Type") == "text/disconnect-notice":
            raise Lost("the switch says good-bye")
        length = head.get("Content-Length", "")
        if not length:
            return head
        body = await wire.bytes(int(length) if length.isdigit() else -1)
        return fields(body) if head.get("Content-Type") == "text/event-plain" else head

    async def ping(self, wire: Wire) -> None:
        await wire.send("api status\n\n")

    def events(self, block: Block, at: datetime) -> list[CallEvent]:
        tell = TELLING.get(block.get("Event-Name", ""))
        return tell(block, _time(block, at)) if tell else []


def fields(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in body.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            break  # an inner body begins
        found.setdefault(name, unquote(value.strip()))
    return found


def _time(block: Block, at: datetime) -> datetime:
    """Event-Date-Timestamp counts microseconds."""
    told = block.get("Event-Date-Timestamp", "")
    if not (told.isdigit() and len(told) <= 17):
        return at
    return datetime.fromtimestamp(int(told) / 1_000_000, UTC)


def _one(block: Block, at: datetime, kind: Kind, **more: Any) -> CallEvent:
    leg = block.get("Unique-ID", "") or block.get("CC-Member-Session-UUID", "")
    call = block.get("Channel-Call-UUID", "") or block.get("variable_call_uuid", "") or leg
    told = {"leg_id": leg, "direction": _direction(block), **more}
    return CallEvent(_id(block, kind, leg), call, kind, at, **told)


def _id(block: Block, kind: Kind, leg: str) -> str:
    number = block.get("Event-Sequence", "")
    if number:
        return f"esl:{block.get('Core-UUID', '')}:{number}:{kind.value}"[:120]
    return f"esl:{leg}:{kind.value}"[:120]


def _first_leg(block: Block) -> bool:
    return block.get("Channel-Call-UUID", "") in ("", block.get("Unique-ID", ""))


def _direction(block: Block) -> str:
    """Of the call, not of the leg: an agent's leg is called out to in every inbound call."""
    outbound = block.get("Call-Direction") == "outbound" and _first_leg(block)
    return "out" if outbound else "in"


def _created(block: Block, at: datetime) -> list[CallEvent]:
    if not _first_leg(block):
        return []
    caller = block.get("Caller-Caller-ID-Number", "")
    to = block.get("Caller-Destination-Number", "")
    return [_one(block, at, Kind.OFFERED, from_=caller, to=to)]


def _agents_leg(kind: Kind) -> Callable[[Block, datetime], list[CallEvent]]:
    def tell(block: Block, at: datetime) -> list[CallEvent]:
        if _first_leg(block) or block.get("Call-Direction") != "outbound":
            return []  # an announcement or the queue's music, not an agent
        agent = block.get("Caller-Destination-Number", "") or block.get("Caller-Callee-ID-Number")
        return [_one(block, at, kind, agent=agent or "")]

    return tell


def _plain(kind: Kind) -> Callable[[Block, datetime], list[CallEvent]]:
    return lambda block, at: [_one(block, at, kind)]


def _ended(block: Block, at: datetime) -> list[CallEvent]:
    told = block.get("Hangup-Cause", "")
    return [_one(block, at, Kind.ENDED, cause=CAUSES.get(told, told.lower()[:40]))]


def _recorded(block: Block, at: datetime) -> list[CallEvent]:
    uri = block.get("Record-File-Path", "")
    return [_one(block, at, Kind.RECORDED, recording=Recording(uri[:500]))] if uri else []


def _custom(block: Block, at: datetime) -> list[CallEvent]:
    if block.get("Event-Subclass") == "conference::maintenance":
        joined = block.get("Action") == "add-member"
        return [_one(block, at, Kind.CONFERENCED)] if joined else []
    queue, agent = block.get("CC-Queue", ""), block.get("CC-Agent", "")
    action = block.get("CC-Action", "")
    if action == "agent-status-change":
        state = SEATS.get(block.get("CC-Agent-Status", ""))
        told = _id(block, Kind.AGENT_STATE, agent)
        return (
            [CallEvent(told, "", Kind.AGENT_STATE, at, agent=agent, state=state)] if state else []
        )
    member = {"leg_id": block.get("CC-Member-Session-UUID", ""), "queue": queue}
    block = {**block, "Channel-Call-UUID": member["leg_id"]}
    if action == "member-queue-start":
        return [_one(block, at, Kind.QUEUED, **member)]
    if action == "agent-offering":
        return [_one(block, at, Kind.RINGING, **member, agent=agent)]
    if action == "bridge-agent-start":
        return [_one(block, at, Kind.ANSWERED, **member, agent=agent)]
    if action == "member-queue-end" and block.get("CC-Cause") == "Cancel":
        return [_one(block, at, Kind.ENDED, **member, cause="abandoned")]
    return []


TELLING: dict[str, Callable[[Block, datetime], list[CallEvent]]] = {
    "CHANNEL_CREATE": _created,
    "CHANNEL_PROGRESS": _agents_leg(Kind.RINGING),
    "CHANNEL_ANSWER": _agents_leg(Kind.ANSWERED),
    "CHANNEL_HOLD": _plain(Kind.HELD),
    "CHANNEL_UNHOLD": _plain(Kind.RESUMED),
    "CHANNEL_HANGUP_COMPLETE": _ended,
    "RECORD_STOP": _recorded,
    "CUSTOM": _custom,
}
