"""What keeps figures up to date by itself: facts, the night's rebuild, reports, exports."""

from escalation.schedule import Schedule
from hotline.flow import facts
from hotline.flow.centre import Centre
from hotline.web import callbackticks, office_exports, reportroom
from hotline.web.pulses import trusting


def add(schedule: Schedule, centre: Centre) -> None:
    schedule.every(2.0, "facts", lambda: facts.catch_up(centre))
    schedule.every(600.0, "night", trusting(centre, lambda: facts.nightly(centre)))
    schedule.every(600.0, "reports", trusting(centre, lambda: reportroom.build_due(centre)))
    schedule.every(5.0, "exports", lambda: office_exports.work_off(centre))
    callbackticks.add(schedule, centre)
