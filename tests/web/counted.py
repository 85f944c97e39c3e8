"""Counts, beside whatever a test does, what each request of it leaves on record.

A twin of the outermost layer notes every act, entry and look that a request writes; once the hotline
goes, each write that succeeded must have left exactly one, or stand in one of the lists with a reason.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from sqlalchemy import event

from hotline.flow.centre import Centre

KEPT = ("INSERT INTO act ", "INSERT INTO entry ", "INSERT INTO reveal ")
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
Done = tuple[str, int, int]  # the route, the status, the records
WRITES = ("POST ", "PUT ", "PATCH ", "DELETE ")
READS = "only reads, by POST so that what is asked for stands in no address"
OWN = "somebody's own desk: what is read, heard or kept for oneself; of no case and no right"
HAND = "a case in somebody's hand for ten minutes; the call that follows is on record"
NOBODY = "counted without telling who: a record would say it"
EXEMPT = {
    "POST /api/v1/attachments": "a file of nobody yet; with its case it stands in the case's entry",
    "POST /api/v1/notices/read": OWN,
    "POST /office/messages/read": OWN,
    "POST /office/messages/sound": OWN,
    "POST /office/views": OWN,
    "POST /office/views/{id}/gone": OWN,
    "POST /office/views/{id}/back": OWN,
    "POST /api/v1/callbacks/next": HAND,
    "POST /office/callbacks/next": HAND,
    "POST /api/v1/articles/{id}/uses": "how often an article helped; its text is not touched",
    "POST /api/v1/knowledge/{id}/usefulness": NOBODY,
    "POST /knowledge/{id}/usefulness": NOBODY,
    "POST /published/{id}/support": NOBODY,
    "POST /polls/{id}/vote": NOBODY,
    "POST /office/directory/link": "only begins; the way back from the city's sign-in records it",
    "POST /complaints/leave": "a citizen's cookie; nothing is kept here",
    "POST /complaints/find": READS,
    "POST /complaints/new/answers": READS,
    "POST /complaints/new/hints": READS,
    "POST /api/v1/knowledge/suggestions": READS,
    "POST /api/v1/articles/suggestions": READS,
    "POST /api/v1/repeats": READS,
    "POST /office/new/repeats": READS,
    "POST /office/search": READS,
    "POST /office/bulk": READS,
    "POST /office/policy": READS,
    "POST /api/v1/rules/check": READS,
    "POST /api/v1/rules/try": READS,
    "POST /api/v1/calls/{call_id}/guess": READS,
    "POST /office/phone/guess": READS,
    "POST /api/v1/cases/{number}/reply-hints": READS,
    "POST /office/cases/{number}/reply-hints": READS,
    "POST /office/cases/{number}/reply-template": READS,
}
# Kept as it was told, in a table of its own that nobody changes; counted in the equation.
RECEIPT = "the receipt is its record"
TOLD = "an event of a call or a seat is its record"
NONE = EXEMPT | {
    "POST /api/v1/complaints": RECEIPT,
    "POST /api/v1/cases": RECEIPT,
    "POST /complaints/new": RECEIPT,
    "POST /office/new": RECEIPT,
    "POST /api/v1/calls/events": TOLD,
    "POST /api/v1/cti/{token}": TOLD,
    "PUT /api/v1/seat": TOLD,
}
# The try, what the law lets follow (closed, done again), and the order that this may bring.
HEARD = (frozenset({1, 2, 3}), "the try, its end or rework, and an order that this brings")
LAID_BACK = (
    frozenset({0, 1}),
    "what was called and not dialled; a case merely laid back is nothing",
)
KNOWN = "what comes again under a known key changes nothing"
LINKED = (frozenset({1, 2}), "the judgement, and the entry of the case that a letter is linked to")
OTHERWISE: dict[str, tuple[frozenset[int] | None, str]] = {  # None: as many as there are cases
    "POST /api/v1/complaints/{number}/supplements": (frozenset({0, 1}), KNOWN),
    "POST /complaints/mine/{action}": (frozenset({0, 1}), KNOWN),
    "POST /api/v1/calls/{call_id}/cases": (
        frozenset({0, 1}),
        "a new case has its receipt; a known link, nothing",
    ),
    "POST /office/phone/calls/{call_id}": (frozenset({0, 1}), "a known link is nothing new"),
    "POST /api/v1/quarantine/{id}/judgement": LINKED,
    "POST /office/quarantine/{id}": LINKED,
    "POST /api/v1/call-tasks/{id}/tries": (frozenset({1, 2}), "the last one also ends in the case"),
    "POST /office/calls/{id}/tries": (frozenset({1, 2}), "the last one also ends in the case"),
    "POST /office/departments": (frozenset({0, 1}), "looked at first, and done by a second press"),
    "POST /office/rules/files": (
        frozenset({0, 1}),
        "tried first, and put in force by a second press",
    ),
    "POST /office/rules/of/{id}": (
        frozenset({0, 1}),
        "tried first, and put in force by another key",
    ),
    "POST /office/reply-templates/{id}/away": (frozenset({0, 1}), "it may be away already"),
    "POST /api/v1/privacy-requests/{id}/decision": (frozenset({1, 2}), "a copy is a look as well"),
    "POST /office/cases/{number}/decide": (
        frozenset({1, 2}),
        "accepted and transferred by one key",
    ),
    "POST /office/sheets/{id}": (
        frozenset({1, 2, 3}),
        "a false closure is the case's entries, too",
    ),
    "POST /api/v1/sheets/{id}/submission": (
        frozenset({1, 2, 3}),
        "a false closure is the case's entries, too",
    ),
    "POST /api/v1/callbacks/{number}/outcome": HEARD,
    "POST /office/callbacks/{number}/outcome": HEARD,
    "POST /api/v1/callbacks/{number}/lay-back": LAID_BACK,
    "POST /office/callbacks/{number}/lay-back": LAID_BACK,
    "POST /office/bulk/run": (None, "one for each case that moved"),
    "POST /api/v1/cases/bulk": (None, "one for each case that moved; looked at first"),
}
_current: ContextVar[list[int] | None] = ContextVar("records of this request", default=None)


@dataclass
class Counting:
    """What was asked of one hotline, and how many records each request left."""

    done: Counter[Done] = field(default_factory=Counter)

    def begins(self, app: web.Application, centre: Centre) -> None:
        event.listen(centre.store.writer.sync_engine, "after_cursor_execute", _wrote)
        app.middlewares.insert(0, self._twin())

    def wrong(self) -> list[str]:
        """What succeeded and left another number of records than it should."""
        return [
            f"{route} answered {status} and left {found} records"
            for route, status, found in self.done
            if route.startswith(WRITES) and status < 400 and not _as_it_should(route, found)
        ]

    def _twin(self) -> Any:
        @web.middleware
        async def counting(request: web.Request, handler: Next) -> web.StreamResponse:
            mine = _current.set([])
            try:
                response = await handler(request)
                resource = request.match_info.route.resource
                path = resource.canonical if resource is not None else "-"
                found = sum(_current.get() or ())
                self.done[f"{request.method} {path}", response.status, found] += 1
                return response
            finally:
                _current.reset(mine)

        return counting


def _wrote(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    records = _current.get()
    if records is not None and statement.startswith(KEPT):
        records.append(max(cursor.rowcount, 1))


def _as_it_should(route: str, found: int) -> bool:
    if route in NONE:
        return found == 0
    allowed, _ = OTHERWISE.get(route, (frozenset({1}), ""))
    return allowed is None or found in allowed
