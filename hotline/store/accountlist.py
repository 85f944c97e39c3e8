"""Accounts as the security administrator looks for them: by name, role and unit, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.accounts import Officer, of_row
from hotline.store.ledgers import OfficerRow


@dataclass(frozen=True)
class Looked:
    """What is looked for (empty: all), and the user name that the page lies after or before."""

    words: str = ""  # in the user name or the name
    role: str = ""
    unit: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Page:
    """Accounts by user name; whether there are some before the first and after the last."""

    accounts: Sequence[Officer]
    earlier: bool
    later: bool


async def page(connection: AsyncConnection, looked: Looked, limit: int) -> Page:
    """One more is read than shown: so it is known whether there is another page."""
    name = OfficerRow.__table__.c.username
    wanted = _wanted(looked).limit(limit + 1)
    if looked.before:
        back = wanted.where(name < looked.before).order_by(name.desc())
        rows = [of_row(row) for row in await connection.execute(back)]
        return Page(rows[:limit][::-1], len(rows) > limit, later=True)
    wanted = wanted.where(name > looked.after).order_by(name)
    rows = [of_row(row) for row in await connection.execute(wanted)]
    return Page(rows[:limit], bool(looked.after), len(rows) > limit)


def _wanted(looked: Looked) -> Select[Any]:
    columns = OfficerRow.__table__.c
    wanted = select(*columns)
    if looked.words:
        alike = (columns.username, columns.name)
        wanted = wanted.where(or_(*(one.icontains(looked.words, autoescape=True) for one in alike)))
    if looked.role:
        wanted = wanted.where(columns.role == looked.role)
    if looked.unit:
        wanted = wanted.where(columns.department == looked.unit)
    return wanted
