"""What time does beside the requests: each a tick that finds its work in the rows."""

from functools import partial

from escalation.schedule import Schedule
from escalation.watch import Watch
from hotline.config import Settings
from hotline.flow import (
    archiving,
    articlewatch,
    casewords,
    drift,
    erasure,
    filekeeping,
    handover,
    housekeeping,
    privacy,
    receiptkeeping,
    recordings,
    recordkeeping,
    recount,
    ringing,
    rising,
    rulewatch,
    sweep,
    unused,
    waiting,
)
from hotline.flow.centre import Centre
from hotline.flow.shadow import Shadow
from hotline.flow.supervise import CaseAgenda
from hotline.store import anchors, inbox, spent
from hotline.web import (
    figureticks,
    pulses,
    telephony,
)
from hotline.wiring import add_mail

DAY = 86400.0


def add_watch(schedule: Schedule, centre: Centre, settings: Settings) -> None:
    believed = partial(pulses.trusting, centre)
    watching = Watch(CaseAgenda(centre), batch=settings.watch.batch)
    schedule.every(settings.watch.seconds, "watch", pulses.believing(centre, watching.tick))
    schedule.every(10.0, "resume", believed(lambda: recount.resume_due(centre)))
    schedule.once("recount at start", lambda: recount.recount_provisional(centre))
    schedule.every(DAY, "recount", lambda: recount.recount_provisional(centre))
    schedule.every(20.0, "notices", believed(lambda: waiting.release(centre)))
    add_mail(schedule, centre)
    telephony.add_ticks(schedule, centre, settings.watch.seconds)
    schedule.every(15.0, "calls", believed(lambda: ringing.remind(centre)))
    schedule.once("rules at start", lambda: rulewatch.watch(centre))
    schedule.every(60.0, "departments", believed(lambda: handover.due(centre)))
    schedule.every(600.0, "rule check", lambda: rulewatch.watch(centre))
    _add_thinking(schedule, centre)
    _add_keeping(schedule, centre, settings)


def _add_thinking(schedule: Schedule, centre: Centre) -> None:
    """What the machine notices of the cases."""
    schedule.every(600.0, "drift", lambda: drift.watch(centre))
    schedule.every(2.0, "shadow", Shadow(centre).look)
    schedule.every(2.0, "words", lambda: casewords.index(centre))
    schedule.every(60.0, "repeats", lambda: sweep.sweep(centre))
    schedule.every(60.0, "rising", lambda: rising.watch(centre))
    schedule.once("hours at start", lambda: rising.count_hours(centre))
    schedule.every(600.0, "hours", lambda: rising.count_hours(centre))
    schedule.every(600.0, "articles", pulses.trusting(centre, lambda: articlewatch.watch(centre)))
    figureticks.add(schedule, centre)


def _add_keeping(schedule: Schedule, centre: Centre, settings: Settings) -> None:
    """What is kept, for how long, and what seals it."""
    believed = partial(pulses.trusting, centre)
    schedule.every(600.0, "archive", believed(lambda: archiving.archive_closed(centre)))
    schedule.once("anchor at start", lambda: _anchor(centre))
    schedule.every(600.0, "anchor", lambda: _anchor(centre))
    schedule.every(3600.0, "answers", believed(lambda: _forget(centre)))
    agreement = erasure.Agreement(centre)
    schedule.once("erasures at start", agreement.look)
    schedule.every(3600.0, "erasures", agreement.look)
    schedule.every(
        3600.0, "retention", believed(lambda: erasure.keep_time(centre, settings.privacy))
    )
    schedule.every(3600.0, "unused accounts", believed(lambda: unused.lock(centre)))
    schedule.every(3600.0, "files", believed(lambda: filekeeping.keep(centre)))
    schedule.every(600.0, "accounts", lambda: receiptkeeping.count(centre))
    schedule.every(3600.0, "record", lambda: recordkeeping.keep(centre))
    schedule.every(3600.0, "housekeeping", believed(lambda: housekeeping.keep(centre)))
    schedule.every(3600.0, "recordings", believed(lambda: recordings.expire(centre)))
    schedule.every(60.0, "privacy", believed(lambda: privacy.remind(centre)))


async def _anchor(centre: Centre) -> None:
    async with centre.look() as look:
        made = await anchors.due(look.connection, look.cipher, centre.files, look.at)
    if made is not None:
        async with centre.work() as work:
            await anchors.keep(work.connection, work.cipher, centre.files, made)


async def _forget(centre: Centre) -> None:
    async with centre.work() as work:
        await inbox.forget_answers(work.connection, work.at)
        await spent.forget(work.connection, work.at)
