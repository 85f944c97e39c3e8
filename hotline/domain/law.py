"""The law of the case: the one table (state, action) -> next state, row by row.

Row numbers are those of the domain rules, §1.3. A row with several targets leaves the choice to
what is told (a verdict, a grant); `perform` checks that the choice is one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline.domain.errors import NotPossible
from hotline.domain.state import ENDED, OPEN, Action, State

S, A = State, Action
STAYS: frozenset[State] = frozenset()  # the action changes other facts, not the state


@dataclass(frozen=True)
class Row:
    """One row of the law: from where, by which action, to where."""

    row: str
    action: Action
    sources: frozenset[State]
    targets: frozenset[State]  # empty: the state stays

    def leads_to(self, source: State) -> frozenset[State]:
        return self.targets or frozenset({source})


def _row(row: str, action: Action, sources: Iterable[State], *targets: State) -> Row:
    return Row(row, action, frozenset(sources), frozenset(targets))


WORKED_ON = {S.DISPATCHED, S.PROCESSING}
# What begins again goes to its unit, or, where that is kept out by now, to the dispatchers.
AGAIN = (S.PROCESSING, S.PENDING_DISPATCH)
REQUESTABLE = {S.PROCESSING, S.SUSPENDED}

ROWS: tuple[Row, ...] = (
    _row("2", A.ANSWER, {S.REGISTERED}, S.ANSWERED),
    _row("3", A.REFER, {S.REGISTERED}, S.TRANSFERRED),
    _row("4", A.DECLINE, {S.REGISTERED}, S.NOT_ACCEPTED),
    _row("5", A.ASK, {S.REGISTERED}, S.NEED_INFO),
    _row("5", A.SUPPLEMENT, {S.NEED_INFO}, S.REGISTERED),
    _row("5b", A.SUPPLEMENT, (OPEN | {S.MERGED}) - {S.NEED_INFO}),
    _row("6", A.MERGE, {S.REGISTERED, S.PENDING_DISPATCH}, S.MERGED),
    _row("6b", A.UNMERGE, {S.MERGED}, S.REGISTERED, S.PENDING_DISPATCH),
    _row("7", A.ACCEPT, {S.REGISTERED}, S.PENDING_DISPATCH),
    _row("7", A.TRANSFER, {S.PENDING_DISPATCH}, S.DISPATCHED),
    _row("7b", A.RECALL, WORKED_ON, S.PENDING_DISPATCH),
    _row("7c", A.ASSIGN, {S.PROCESSING}),
    _row("7d", A.SPLIT, {S.REGISTERED, S.PENDING_DISPATCH}),
    _row("8", A.SIGN, {S.DISPATCHED}, S.PROCESSING),
    _row("8b", A.REASSIGN, REQUESTABLE),
    _row("9", A.SEND_BACK, WORKED_ON, S.RETURN_REVIEW),
    _row(
        "10-12",
        A.RULE,
        {S.RETURN_REVIEW},
        S.PENDING_DISPATCH,
        S.DISPATCHED,
        S.PROCESSING,
        S.ADJUDICATING,
    ),
    _row("13", A.RULE, {S.ADJUDICATING}, S.PROCESSING),
    _row("14", A.SUSPEND, {S.PROCESSING}),
    _row("14", A.RESUME, {S.SUSPENDED}, S.PROCESSING),
    _row("5", A.RESUME, {S.NEED_INFO}, S.REGISTERED),  # the citizen did not answer in time
    _row("15", A.EXTEND, {S.PROCESSING}),
    _row("14b", A.EXCLUDE, {S.PROCESSING, S.REPLY_REVIEW, S.FOLLOW_UP, S.CLOSED}),
    _row("22", A.TERMINATE, REQUESTABLE),
    _row("14b", A.GRANT, {S.PROCESSING}, S.PROCESSING, S.SUSPENDED, S.TERMINATED),
    _row("14b", A.GRANT, {S.SUSPENDED}, S.SUSPENDED, S.TERMINATED),
    _row("14b", A.GRANT, {S.REPLY_REVIEW, S.FOLLOW_UP, S.CLOSED}),
    _row("16", A.CONTACT, WORKED_ON | {S.SUSPENDED}),
    _row("16", A.NOTE, OPEN),
    _row("16b", A.COHANDLE, WORKED_ON),
    _row("16b", A.REPORT_PART, WORKED_ON | {S.SUSPENDED}),
    _row("17b", A.ENDORSE, {S.PROCESSING}),
    _row("17", A.REPLY, {S.PROCESSING}, S.REPLY_REVIEW),
    _row("18", A.REVISE, {S.REPLY_REVIEW}, *AGAIN),
    _row("19", A.APPROVE, {S.REPLY_REVIEW}, S.FOLLOW_UP, S.CLOSED),
    _row("20", A.FOLLOW_UP, {S.FOLLOW_UP, S.CLOSED}),  # of closed ones those drawn by lot
    _row("20", A.CLOSE, {S.FOLLOW_UP}, S.CLOSED),
    _row("20b", A.RATE, {S.FOLLOW_UP, S.CLOSED}),
    _row("21", A.REWORK, {S.FOLLOW_UP}, *AGAIN),
    _row("21b", A.REMIND, OPEN),
    _row("21b", A.SUPERVISE, OPEN),
    _row("21b", A.ANSWER_ORDER, OPEN),
    _row("21b", A.JUDGE_ORDER, OPEN | {S.CLOSED}),
    _row("21b", A.APPEAL_ORDER, OPEN | {S.CLOSED}),
    _row("21b", A.JUDGE_APPEAL, OPEN | {S.CLOSED}),
    _row("21c", A.EXPOSE, {S.REPLY_REVIEW, S.FOLLOW_UP, S.CLOSED}, *AGAIN),
    _row("-", A.URGE, OPEN),
    _row("22b", A.WITHDRAW, OPEN, S.TERMINATED, *OPEN),
    _row("23", A.ARCHIVE, {S.CLOSED}, S.ARCHIVED),
    _row("24", A.REOPEN, {S.CLOSED}, *AGAIN),
    _row("24b", A.REOPEN, {S.ANSWERED, S.NOT_ACCEPTED, S.TRANSFERRED}, S.REGISTERED),
    _row("24b", A.REOPEN, {S.ARCHIVED}),
    _row("25", A.CORRECT, OPEN | ENDED),
    _row("-", A.RECOUNT, OPEN),
)

NEXT: dict[tuple[State, Action], Row] = {
    (source, row.action): row for row in ROWS for source in row.sources
}


def row_for(state: State, action: Action) -> Row:
    """The row that allows `action` from `state`; raises NotPossible when the law has none."""
    row = NEXT.get((state, action))
    if row is None:
        raise NotPossible(
            f"诉求现为“{state.zh}”，不能执行“{action.zh}”。",
            f"The case is '{state.value}'; '{action.value}' is not possible from there.",
        )
    return row


def actions_from(state: State) -> list[Action]:
    return [action for action in Action if (state, action) in NEXT]
