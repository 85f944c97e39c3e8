"""Plays records on the centre's own stage: its flow, its watch, its database, a jumping clock."""

import heapq
from datetime import datetime

from rich.console import Console
from rich.progress import Progress

from hotline.commands.clockwork import Clockwork
from hotline.commands.stage import Record, next_scene
from hotline.domain.case import Case
from hotline.domain.words import Kind
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.store import receipts, replayed
from hotline.wiring import MovingClock


class Theatre:
    """Events in the order of their moments, and between them every rung that falls due."""

    def __init__(
        self, centre: Centre, clock: MovingClock, until: datetime, type_: Kind | None
    ) -> None:
        self._centre = centre
        self._clock = clock
        self._until = until
        self._type = type_.value if type_ else None
        self._clockwork = Clockwork(centre, clock)
        self._events: list[tuple[datetime, int, Record, str]] = []

    async def play(self, records: list[Record]) -> None:
        # One writer: there is nothing to gather with, and waiting for more would only cost time.
        await self._centre.inbox.stop()
        self._centre.automatic = False  # dispatching is assumed at half its limit, not at once
        await self._set_the_stage(records)
        with Progress(console=Console(stderr=True)) as shown:
            bar = shown.add_task("回放 / replay", total=len(self._events))
            while self._events and self._events[0][0] <= self._until:
                at, _, record, number = heapq.heappop(self._events)
                await self._clockwork.go_to(at)
                if not await self._go_on(record, number):
                    shown.advance(bar)
            await self._clockwork.end_at(self._until)

    async def _set_the_stage(self, records: list[Record]) -> None:
        """What is still to come: records not received yet, and received ones that are open."""
        async with self._centre.look() as look:
            cut_off = await receipts.pending(look.connection, len(records))
            self._clock.move_to(await replayed.latest(look.connection) or self._clock())
        for intake_id in cut_off:
            await intake.triage(self._centre, intake_id)
        async with self._centre.look() as look:
            known = await replayed.known(look.connection)
            still_open = await replayed.open_cases(look.connection)
        for record in {record.key: record for record in records}.values():
            number = known.get(record.key, "")
            if not number:
                self._expect(record.sent_at, record, "")
            elif number in still_open:
                await self._read_on(record, number)

    def _expect(self, at: datetime, record: Record, number: str) -> None:
        heapq.heappush(self._events, (at, record.line, record, number))

    async def _go_on(self, record: Record, number: str) -> bool:
        """One scene; True when more is to come."""
        if not number:
            receipt = await intake.receive(self._centre, record.incoming(self._type))
            await intake.triage_pending(self._centre, 1)
            return await self._read_on(record, receipt.number)
        async with self._centre.work() as unit:
            case = await unit.cases.change(number)
            scene = next_scene(record, case, self._centre.rules)
            await work.act_all(self._centre, unit, case, scene.acts if scene else ())
        return self._look_ahead(record, case)

    async def _read_on(self, record: Record, number: str) -> bool:
        async with self._centre.look() as look:
            case = await look.cases.read(number)
        return self._look_ahead(record, case)

    def _look_ahead(self, record: Record, case: Case) -> bool:
        """Notes when the case's next rung and next scene come; True when there is a scene."""
        self._clockwork.note(case)
        scene = next_scene(record, case, self._centre.rules)
        if scene is None:
            return False
        self._expect(max(scene.at, self._clock()), record, case.number)
        return True
