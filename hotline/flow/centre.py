"""The hotline centre (热线中心) as the steps of the flow see it: store, rules, clock, classifier."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from channels.desk import Sender
from channels.telephone.command import ConsoleSwitch, Switch
from channels.telephone.line import SwitchLine
from classifiers.model import Reading
from escalation.calendar import WorkCalendar
from escalation.schedule import Schedule, goes_on
from escalation.setback import Setbacks
from escalation.terms import Terms
from hotline.domain.people import Tree
from hotline.domain.post import Post
from hotline.domain.promises import Rules
from hotline.domain.rising import Rising
from hotline.domain.shanghai import city_day
from hotline.flow import privacynotice, rulecheck
from hotline.flow.privacynotice import Notices
from hotline.flow.rulebook import RuleBook
from hotline.flow.storm import Storm
from hotline.store import catalogue, rulebooks
from hotline.store.callbox import CallBox
from hotline.store.cipher import Cipher
from hotline.store.database import Store
from hotline.store.inbox import Inbox
from hotline.store.reserve import Reserve
from hotline.store.work import Work, reading, writing


class Reader(Protocol):
    """What reads a complaint: a classifier, seen from the flow."""

    def read(self, title: str, body: str) -> Reading: ...


@dataclass(frozen=True)
class City:
    """What the city has told of itself: topics, rules, districts; read once, then on change."""

    topics: Sequence[Mapping[str, str]] = ()
    book: RuleBook = RuleBook()
    districts: Sequence[Mapping[str, Any]] = ()

    def topic_known(self, path: str) -> bool:
        return any(path == "/".join((t["level1"], t["level2"], t["level3"])) for t in self.topics)


@dataclass
class Readings:
    """How the classifier has read in this process of late; a text that it was not asked about, as in
    a storm, says nothing of it."""

    unread: int = 0  # in a row
    error: str = ""  # of the last of them
    ever: bool = False  # it has read a text since the start

    def went_well(self) -> None:
        self.unread, self.error, self.ever = 0, "", True

    def failed(self, error: Exception) -> None:
        self.unread, self.error = self.unread + 1, type(error).__name__


@dataclass(repr=False)  # it holds keys, and a whole model
class Centre:
    """Made once by the wiring, handed to every step."""

    store: Store
    inbox: Inbox
    callbox: CallBox
    cipher: Cipher
    terms: Terms
    calendar: WorkCalendar
    make_reader: Callable[[City], Reader]
    senders: Mapping[str, Sender]
    clock: Callable[[], datetime]
    threads: Executor  # what the classifier reads in
    files: Path
    reserve: Reserve = field(default_factory=Reserve)  # asked before anything is taken in
    case_bytes: int = 50 * 2**20  # of all files of a case together
    automatic: bool = True
    node: str = "node"
    switch: Switch = field(default_factory=ConsoleSwitch)  # what takes the desk's commands
    lines: Sequence[SwitchLine] = ()  # live connections, run by the web side
    recordings: Path | None = None  # where recordings lie; none: not on this machine
    recordings_days: int = 730
    # Recordings lie on a switch's share, which may hang: nothing else waits for it.
    shelves: Executor = field(default_factory=lambda: ThreadPoolExecutor(2, "recordings"))
    # A model by its name that reads beside the one in use; None: there is no such folder.
    make_candidate: Callable[[City, str], Reader | None] | None = None
    own_calendars: Mapping[str, WorkCalendar] = field(default_factory=dict)  # of departments
    address: str = ""  # of the pages, as a message names it
    post: Post = Post()
    recent_days: int = 365  # how far back a repeat is looked for
    likely: float = 0.75  # from this likeness on it is told
    rising: Rising = Rising()
    notices: Notices = Notices()  # what a citizen is told of the data: every version
    rules: Rules = None  # type: ignore[assignment]  # read from the database by `open`
    city: City = City()
    reading: "asyncio.Future[Reader] | None" = None
    # Asked before each look at what is due; a node's pulse knows better than this.
    clock_believed: Callable[[], bool] = lambda: True
    storm: Storm = field(default_factory=Storm)
    # Of jobs that passed over broken cases: they are told of by job, so that no log is flooded.
    passed_over: Setbacks = field(
        default_factory=partial(Setbacks, "cases.passed_over", "cases.done")
    )
    readings: Readings = field(default_factory=Readings)
    # Receipts that could not be made a case, and checks of the hotline's own that could not be made.
    setbacks: Setbacks = field(default_factory=partial(Setbacks, "triage.failed", "triage.mended"))
    unmade: tuple[str, ...] = ()  # by the last self check
    checks: Setbacks = field(default_factory=partial(Setbacks, "check.failed", "check.works_again"))
    schedules: list[Schedule] = field(default_factory=list)  # what ticks in this process
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # nothing new is begun

    def now(self) -> datetime:
        return self.clock()

    def work(self) -> AbstractAsyncContextManager[Work]:
        """One unit of work: all of it is kept, or nothing."""
        goes_on()
        return writing(self.store, self.cipher, self.now(), frozenset(self.senders), self.post)

    @property
    def notice(self) -> str:
        """The version of the privacy notice that is in force now."""
        return self.notices.until(city_day(self.now()))[0]

    def look(self) -> AbstractAsyncContextManager[Work]:
        goes_on()
        return reading(self.store, self.cipher, self.now())

    async def open(self) -> None:
        await self.store.check_durable()
        async with self.look() as look:
            fresh = await privacynotice.unseen(look, self.notices)
        if fresh:
            async with self.work() as work:
                await privacynotice.keep(work, fresh)
        await self.reload()
        self.inbox.start()
        self.callbox.start()

    async def reload(self) -> None:
        """Reads departments, topics, duties and districts anew; after they were changed."""
        async with self.store.read() as connection:
            units = await catalogue.departments(connection)
            self.city = City(
                await catalogue.topics(connection),
                self.city.book,
                await catalogue.districts(connection),
            )
        self.rules = Rules(self.terms, self.calendar, Tree.of(units), self.own_calendars)
        await self.reload_rules()
        loop = asyncio.get_running_loop()
        self.reading = loop.run_in_executor(self.threads, self.make_reader, self.city)

    async def reload_rules(self) -> None:
        """Takes up the version of the rules in force; those that fail their own tests do not act."""
        async with self.store.read() as connection:
            edition = await rulebooks.read(connection) or rulebooks.Edition()
        book = RuleBook.of(edition.version, edition.rules, edition.examples)
        unfit = await asyncio.to_thread(rulecheck.unfit, book, self.rules.tree)
        self.city = replace(self.city, book=replace(book, unfit=unfit))

    async def reader(self) -> Reader:
        """Loaded beside the start, not before it: receipts are taken while dictionaries are read."""
        assert self.reading is not None, "the centre is not open"
        return await asyncio.shield(self.reading)

    async def close(self) -> None:
        await self.inbox.stop()
        await self.callbox.stop()
        if self.reading is not None:
            await asyncio.wait([self.reading])
        await self.store.close()
        self.threads.shutdown(wait=True)
        self.shelves.shutdown(wait=False, cancel_futures=True)  # it may hang; a look tries again
