"""Read-only SQL over call records and agents' states: counts and seconds of a period."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.reports.queries import Period
from hotline.store.calltables import CallCaseRow, CallEventRow, CallRow
from hotline.store.database import AwareDateTime
from hotline.store.tables import CaseRow

BY = ("hour", "queue", "agent")
SHORT = 5.0  # seconds: who gives up sooner has not really waited
WITHIN = (15.0, 20.0)
SPELL = timedelta(days=1)  # no agent writes up a call for longer


def _n(condition: ColumnElement[bool], value: Any = 1) -> Any:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _columns() -> list[Any]:
    inward = CallRow.direction == "in"
    out = CallRow.direction == "out"
    answered = and_(inward, CallRow.outcome == "answered")
    given_up = and_(inward, CallRow.outcome == "abandoned")
    talked = CallRow.talk_s.is_not(None)
    told = {outcome: and_(inward, CallRow.outcome == outcome) for outcome in OUTCOMES}
    return [
        _n(inward).label("offered"),
        *[_n(condition).label(outcome) for outcome, condition in told.items()],
        *[
            _n(and_(answered, CallRow.wait_s <= most)).label(f"answered_in_{most:.0f}")
            for most in WITHIN
        ],
        _n(and_(given_up, CallRow.wait_s < SHORT)).label("abandoned_short"),
        _n(answered, CallRow.wait_s).label("wait_s"),
        _n(given_up, CallRow.wait_s).label("wait_abandoned_s"),
        _n(and_(answered, talked)).label("talked"),
        _n(and_(answered, talked), CallRow.talk_s).label("talk_s"),
        _n(answered, CallRow.hold_s).label("hold_s"),
        _n(and_(inward, CallRow.transfers > 0)).label("transferred"),
        _n(cast(CallRow.flags, String).like("%no_end%")).label("without_end"),
        _n(out).label("rung_out"),
        _n(and_(out, CallRow.outcome == "answered")).label("rung_out_answered"),
        *[_n(and_(inward, CallRow.digit == digit)).label(f"pressed_{digit}") for digit in KEYS],
    ]


OUTCOMES = ("answered", "abandoned", "after_hours", "overload", "fault", "unknown", "open")
KEYS = (5, 4, 3, 2, 1)


async def calls(
    connection: AsyncConnection, period: Period, by: str | None
) -> list[dict[str, Any]]:
    """Calls offered in the period, by what became of them; a department's are those of its cases."""
    where = [CallRow.offered_at >= period.start, CallRow.offered_at < period.end]
    if period.units is not None:
        where.append(_of_units(period.units))
    if by is None:
        found = await connection.execute(select(*_columns()).where(*where))
    else:
        key = (
            _hour(connection)
            if by == "hour"
            else {"queue": CallRow.queue, "agent": CallRow.agent}[by]
        )
        keyed = select(key.label("key"), *_columns()).where(*where)
        found = await connection.execute(
            keyed.group_by(literal_column("key")).order_by(literal_column("key"))
        )
    return [dict(row._mapping) for row in found]


def _of_units(units: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        CallCaseRow.call_id == CallRow.call_id,
        CaseRow.number == CallCaseRow.number,
        CaseRow.lead.in_(units),
    )


def _hour(connection: AsyncConnection) -> Any:
    """The hour by the city's clock."""
    if connection.dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H", CallRow.offered_at, "+8 hours")
    local = func.timezone("Asia/Shanghai", CallRow.offered_at)
    return func.to_char(local, "YYYY-MM-DD HH24")


async def after_call(connection: AsyncConnection, period: Period) -> list[tuple[str, float]]:
    """(agent, seconds) of each spell of after-call work that began in the period and has ended."""
    later = func.lead(CallEventRow.at, type_=AwareDateTime())
    in_order = (CallEventRow.at, CallEventRow.event_id)
    until = later.over(partition_by=CallEventRow.agent, order_by=in_order).label("until")
    spells = (
        select(CallEventRow.agent, CallEventRow.state, CallEventRow.at, until)
        .where(
            CallEventRow.agent.is_not(None),
            CallEventRow.at >= period.start,
            CallEventRow.at < period.end + SPELL,
        )
        .subquery()
    )
    found = await connection.execute(
        select(spells.c.agent, spells.c.at, spells.c.until).where(
            spells.c.state == "after_call", spells.c.until.is_not(None), spells.c.at < period.end
        )
    )
    return [(row.agent, (row.until - row.at).total_seconds()) for row in found]
