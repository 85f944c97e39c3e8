"""The case (工单) with its child records, and Entry, the timeline line; plain facts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from escalation.promise import Deadline, Promise
from escalation.promise import State as Run
from hotline.domain import chaining
from hotline.domain.interest import Interest
from hotline.domain.order import Order
from hotline.domain.people import Actor
from hotline.domain.state import OPEN, Action, State
from hotline.domain.words import Channel, Kind, Party, Pause, Urgency

GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: history, audit and event in one; numbered without gaps."""

    seq: int
    at: datetime
    action: Action
    role: str
    actor: str
    department: str | None
    origin: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    text: str  # why, or what was said; for staff
    public: str | None  # what the citizen reads of it, if anything
    previous: str
    hash: str = ""

    def sealed(self, number: str) -> "Entry":
        """The same entry with its hash over everything in it and the hash before it."""
        return Entry(**{**self.__dict__, "hash": chaining.link(self._body(number))})

    def holds(self, number: str) -> bool:
        """It is what it was when it was sealed."""
        return chaining.holds(self._body(number), self.hash)

    def _body(self, number: str) -> str:
        facts = {**self.__dict__, "number": number, "at": self.at.astimezone(UTC).isoformat()}
        facts.pop("hash")
        return json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)


@dataclass
class Part:
    """A part of the work: co-handling 协办 (`kind` cohandle) or 加派 (assign), level by level."""

    id: int
    kind: str
    department: str
    given_by: str
    text: str
    state: str = "asked"  # asked, signed, reported, accepted, returned, dropped
    report: str | None = None

    @property
    def clock(self) -> str:
        """The name under which its deadline stands among the case's."""
        return f"part-{self.id}"


@dataclass
class Request:
    """A request of the department (申请): extend, suspend, terminate or exclude."""

    id: int
    kind: Action
    department: str | None
    reason: str
    asked_at: datetime
    days: int = 0
    ground: Pause | None = None
    resume_on: date | None = None
    state: str = "asked"  # asked, granted, refused, withdrawn


@dataclass
class Case:
    """A citizen's matter from receipt to archive; changed only by `perform`."""

    number: str
    state: State
    type: Kind
    urgency: Urgency
    channel: Channel
    received_at: datetime
    title: str
    content: str  # masked; the citizen's own words lie in the vault
    topic: str = ""  # level1/level2/level3
    district: str = ""
    anonymous: bool = False
    confidential: bool = False
    party: Party = Party.CITIZEN
    language: str = ""  # a Tongue's code; empty: nobody said
    id: int | None = None
    version: int = 0
    lead: str | None = None  # the one lead department 主办
    level: int | None = None  # highest supervision level reached, 0 to 6
    round: int = 1
    reworked: bool = False  # this round is a 重办 with its own limit; a reopened case's is not
    reworks: int = 0  # rounds of 重办 since it was filed or reopened
    returns: int = 0
    designated: bool = False
    dispatched_at: datetime | None = None
    closed_at: datetime | None = None
    parent: str | None = None  # number of the case it was merged into
    previous: str | None = None  # number of the case it goes on from, or was split from
    prior: State | None = None  # where a return or a merge came from
    handler: str | None = None
    contacts: int = 0
    contacted: bool = False
    endorsed: str | None = None
    reply: dict[str, Any] | None = None
    attempts: int = 0  # call-backs tried in this round
    outcome: dict[str, Any] | None = None  # of the last call-back
    rating: dict[str, Any] | None = None
    urges: int = 0
    urged_at: datetime | None = None
    raised: list[str] = field(default_factory=list)  # causes that spoke already: "cause:round"
    suggestions: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # routing reason, triage problem, origin
    deadlines: dict[int, Deadline] = field(default_factory=dict)  # by running number in the case
    parts: list[Part] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    interests: list[Interest] = field(default_factory=list)  # who is kept out of it
    entries: list[Entry] = field(default_factory=list)  # those appended since it was loaded
    last_seq: int = 0
    last_hash: str = GENESIS

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def live(self, promise: Promise, part: str = "") -> int | None:
        """The running number of the promise's live deadline, if there is one."""
        for n, deadline in self.deadlines.items():
            at_work = deadline.state in (Run.RUNNING, Run.PAUSED)
            if at_work and deadline.promise == promise and deadline.part == part:
                return n
        return None

    def latest(self, promise: Promise, part: str = "") -> Deadline | None:
        found = [d for d in self.deadlines.values() if (d.promise, d.part) == (promise, part)]
        return found[-1] if found else None

    @property
    def due_at(self) -> datetime | None:
        """The promise made to the citizen, as it stands now."""
        reply = self.latest(Promise.REPLY)
        return reply.due_at if reply else None

    def open_part(self, part_id: int) -> Part | None:
        return next((part for part in self.parts if part.id == part_id), None)

    @property
    def live_order(self) -> Order | None:
        """The one order that binds now; a higher one freezes the lower."""
        return next((order for order in self.orders if order.live), None)

    @property
    def held_parts(self) -> list[Part]:
        """All but those that nobody waits for any more: who had one of these has to do with it."""
        return [part for part in self.parts if part.state != "dropped"]

    def extended(self, since: datetime) -> list[Request]:
        """The extensions granted on the clock that began then; another round has its own."""
        granted = (one for one in self.requests if one.state == "granted")
        return [one for one in granted if one.kind is Action.EXTEND and one.asked_at >= since]

    @property
    def waiting_parts(self) -> list[Part]:
        return [part for part in self.parts if part.state in ("asked", "signed", "returned")]

    def standing(self) -> dict[str, Any]:
        """What an entry's before and after are taken from: the facts an auditor asks for."""
        due = self.due_at
        return {
            "state": self.state.value,
            "type": self.type.value,
            "topic": self.topic,
            "urgency": self.urgency.value,
            "department": self.lead,
            "district": self.district,
            "level": self.level,
            "round": self.round,
            "due_at": due.isoformat() if due else None,
            # What is usual is not told: so a history of before these were kept holds as it stands.
            "party": None if self.party is Party.CITIZEN else self.party.value,
            "language": self.language or None,
        }

    def append(
        self, action: Action, actor: Actor, at: datetime, before: dict[str, Any], said: "Said"
    ) -> Entry:
        """Adds exactly one line, chained to the one before; only what changed is kept."""
        after = self.standing()
        changed = {key for key in after if after[key] != before.get(key)}
        entry = Entry(
            seq=self.last_seq + 1,
            at=at,
            action=action,
            role=actor.role.value,
            actor=actor.name,
            department=actor.department,
            origin=actor.origin,
            before={key: before[key] for key in sorted(changed) if key in before},
            after={**{key: after[key] for key in sorted(changed)}, **said.facts},
            text=said.text,
            public=said.public,
            previous=self.last_hash,
        ).sealed(self.number)
        self.entries.append(entry)
        self.last_seq, self.last_hash = entry.seq, entry.hash
        return entry


@dataclass(frozen=True)
class Said:
    """What an action leaves in its entry beside the changed facts, and the state it leads to."""

    text: str = ""
    public: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    to: State | None = None  # None: the state stays
