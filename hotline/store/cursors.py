"""Cursors of lists (翻页标记): the place a page ended at, told so that only its list can read it."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, literal, tuple_

from hotline.domain.errors import Refused

T = TypeVar("T")
Place = tuple[datetime, int]  # a moment and an id: where a page by both of them ended
Paged = tuple[Sequence[T], Place | None]  # a page, and where it ended; None: it was the last
START: Place = (datetime(1970, 1, 1, tzinfo=UTC), 0)


class BadCursor(Refused):
    """A cursor that this list did not give out."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__(
            "翻页标记无效，请回到第一页。", "The cursor is not valid; start over.", field="cursor"
        )


def give(at: datetime, *ids: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), *ids]).encode()).decode()


def read(cursor: str, *, ids: int) -> tuple[Any, ...]:
    """The moment and so many ids; raises BadCursor for what no list could have given out."""
    try:
        at, *numbers = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        moment = datetime.fromisoformat(at)
        # Only what this list could have given out: a moment that UTC can hold, a number a row has.
        fits = all(type(one) is int and 0 <= one < 2**63 for one in numbers)
        if moment.tzinfo is None or len(numbers) != ids or not fits:
            raise BadCursor
        return moment.astimezone(UTC), *numbers
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor from error


def behind(moment: Any, row_id: Any, place: Place) -> ColumnElement[bool]:
    """In the order of a moment and an id, what comes after a place."""
    at, last = place
    return tuple_(moment, row_id) > tuple_(literal(at, moment.type), literal(last))
