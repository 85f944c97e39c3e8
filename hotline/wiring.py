"""Composition root: the only module that knows every part; also the only owner of a clock."""

import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from pathlib import Path
from typing import cast

from channels.desk import Sender
from channels.mailbox.send import Relay, SmtpSender
from channels.memory import ConsoleSender
from channels.telephone.ami import Ami
from channels.telephone.command import AmiSwitch, EslSwitch
from channels.telephone.esl import Esl
from channels.telephone.line import Dialect, SwitchLine
from escalation import reading as escalation
from escalation.calendar import WorkCalendar
from escalation.schedule import Schedule
from escalation.terms import Terms
from hotline.config import Settings, WrongSetting
from hotline.domain.post import Post
from hotline.domain.rising import Rising
from hotline.flow import calls, deliver, mailhealth, privacynotice
from hotline.flow.centre import Centre, City, Reader
from hotline.store.callbox import CallBox
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import Store
from hotline.store.inbox import Inbox
from hotline.store.reserve import Reserve


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class MovingClock:
    """A clock that stands until it is told to move: for tests and for replaying a record."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move_to(self, moment: datetime) -> None:
        """Forward only: time that ran back would let a promise be kept before it was made."""
        self.at = max(self.at, moment)


@dataclass(frozen=True)
class Parts:
    """What a twin or a test puts in another's place; None: the product's own."""

    clock: Callable[[], datetime] = system_clock
    senders: Mapping[str, Sender] | None = None
    make_reader: Callable[[City], Reader] | None = None
    make_candidate: Callable[[City, str], Reader | None] | None = None
    make_inbox: Callable[[Store, Cipher], Inbox] = Inbox
    make_callbox: Callable[[Store, Cipher], CallBox] = CallBox


def load_terms(profile: str) -> Terms:
    """A shipped profile by name, or a city's own by path; its base is a shipped one or lies beside."""
    path = _profile(profile)
    return escalation.load(path, lambda name: _profile(name, path.parent).read_text("utf-8"))


def _profile(name: str, beside: Path = Path()) -> Path:
    shipped = Path(str(resources.files("hotline") / "seed" / "profiles" / f"{name}.toml"))
    for path in (shipped, beside / name, beside / f"{name}.toml"):
        if path.is_file():
            return path
    raise WrongSetting(f"没有找到期限方案 {name} / no such profile: {name}")


def make_reader(folder: Path) -> Callable[[City], Reader]:
    """The classifier at hand, told the city's districts; the shipped model where none was chosen."""

    def make(city: City) -> Reader:
        # Importing it costs a second: in the reader's own thread, after the door is open.
        from classifiers import registry

        gazetteer = {str(one["name"]): one["places"] for one in city.districts}
        return registry.load_default(state=folder, gazetteer=gazetteer)

    return make


def make_candidate(folder: Path) -> Callable[[City, str], Reader | None]:
    """The candidate that was chosen on this node, if it is the one of that name."""

    def make(city: City, name: str) -> Reader | None:
        from classifiers import registry

        state = candidate_folder(folder)
        if not (state / registry.CHOSEN).exists():
            return None
        chosen = registry.chosen(state)
        if chosen is None or registry.load(chosen).name != name:
            return None
        gazetteer = {str(one["name"]): one["places"] for one in city.districts}
        return registry.load_default(state=state, gazetteer=gazetteer)

    return make


def candidate_folder(folder: Path) -> Path:
    """Where the choice of a candidate is kept, beside the model in use."""
    return folder / "candidate"


def make_senders(settings: Settings, key: bytes = b"") -> dict[str, Sender]:
    """The ways out that are open; what has none is not queued to leave."""
    mail, senders = settings.mail, dict[str, Sender](citizen=ConsoleSender())
    if mail.smtp:
        host, port = mail.relay
        password = mail.password.get_secret_value()
        senders["mail"] = SmtpSender(
            Relay(host, port, mail.from_, mail.security, mail.user, password, key)
        )
    return senders


def reserve(settings: Settings) -> Reserve:
    return Reserve.beside(settings.database_url, settings.limits.reserve_mb * 2**20)


def the_post(settings: Settings) -> Post:
    mail = settings.mail
    own = [box.address or box.user for box in mail.boxes]
    return Post(
        sender=mail.from_ if mail.smtp else "",
        addresses=tuple(one.lower() for one in (mail.from_, *own) if "@" in one),
        departments={box.name: box.department for box in mail.boxes if box.department},
        most=mail.letter_mb * 2**20,
        city=settings.city,
        pages=settings.base_url.rstrip("/"),
        folder=settings.folder,
    )


def add_mail(schedule: Schedule, centre: Centre) -> None:
    """The post: letters out of the outbox; letters that come in have their ticks here as well."""
    schedule.every(2.0, "outbox", lambda: deliver.deliver(centre))
    schedule.every(20.0, "mail alarms", lambda: mailhealth.alarm(centre))


async def build(settings: Settings, parts: Parts | None = None) -> Centre:
    """Everything, opened: durability checked, keys loaded, rules and classifier read."""
    parts = parts or Parts()
    folder = settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url, serving=True)
    cipher = Cipher(Keys.load_or_make(folder, settings.suite), folder)
    terms = load_terms(settings.dispatch.profile)
    calendar, own_calendars = terms.calendars(WorkCalendar.china())
    centre = Centre(
        store=store,
        inbox=parts.make_inbox(store, cipher),
        callbox=parts.make_callbox(store, cipher),
        cipher=cipher,
        terms=terms,
        calendar=calendar,
        own_calendars=own_calendars,
        make_reader=parts.make_reader or make_reader(folder),
        make_candidate=parts.make_candidate or make_candidate(folder),
        senders=parts.senders
        if parts.senders is not None
        else make_senders(settings, cipher.signing_key("mail")),
        clock=parts.clock,
        threads=ThreadPoolExecutor(max_workers=2, thread_name_prefix="reader"),
        files=folder,
        reserve=reserve(settings),
        case_bytes=settings.limits.case_mb * 2**20,
        automatic=settings.dispatch.automatic,
        node=socket.gethostname(),
        address=settings.base_url.rstrip("/"),
        post=the_post(settings),
        recent_days=settings.repeats.days,
        likely=settings.repeats.likely,
        rising=Rising(settings.rising.least, settings.rising.chance),
        notices=privacynotice.read(folder),
    )
    connect(centre, settings)
    return await _opened(centre)


async def _opened(centre: Centre) -> Centre:
    try:
        await centre.open()
    except BaseException:  # nobody has it who could close it
        centre.threads.shutdown(wait=False)
        centre.shelves.shutdown(wait=False)
        await centre.store.close()
        raise
    return centre


def connect(centre: Centre, settings: Settings) -> None:
    """The live line to a switch, and what takes the desk's commands; without one, the console twin."""
    told = settings.calls
    centre.recordings, centre.recordings_days = told.recordings, told.recordings_days
    place, dialect = told.ami or told.esl, cast(Dialect | None, None)
    if told.ami:
        dialect = Ami(told.ami_user, told.ami_secret.get_secret_value())
    elif told.esl:
        dialect = Esl(told.esl_password.get_secret_value())
    if dialect is None:
        return
    host, _, port = place.rpartition(":")
    where = host.strip("[]"), int(port)
    line = SwitchLine(where, dialect, partial(calls.heard, centre, source=dialect.name), centre.now)
    centre.lines = (line,)
    centre.switch = AmiSwitch(line) if told.ami else EslSwitch(line)
