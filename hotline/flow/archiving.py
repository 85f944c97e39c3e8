"""Archiving (归档): what was closed long enough ago is laid by, and opened no more."""

from datetime import timedelta
from typing import Any

import structlog

from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.errors import Refused
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Step
from hotline.flow.centre import Centre
from hotline.flow.onebyone import each, paged
from hotline.store import agenda
from hotline.store.cursors import Paged, Place

log = structlog.get_logger(__name__)
BATCH = 200


async def archive_closed(centre: Centre) -> int:
    """Row 23: cases closed long enough ago, no appeal open; returns how many were archived."""
    moment = centre.now() - timedelta(days=centre.terms.archive_after.n)

    async def old(connection: Any, after: Place) -> Paged[str]:
        return await agenda.closed_before(connection, moment, after, BATCH)

    return await each(
        centre, "archive", paged(centre, old), lambda number: _archive(centre, number)
    )


async def _archive(centre: Centre, number: str) -> int:
    async with centre.work() as work:
        case = await work.cases.change(number)
        try:
            perform.perform(case, acts.Archive(), Step(SYSTEM, work.at, centre.rules))
        except Refused:
            log.info("archive.not_yet", case=number)
            await work.cases.let_go(case.id or 0)
            return 0
        await work.cases.save(case)
    return 1
