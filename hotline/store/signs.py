"""Signs that figures are steered instead of work done, as conditions over the facts of cases.

A sign is a reason to look, never a proof.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from hotline.store.facttables import FactCaseRow as F

MANY = 3  # the same words to so many citizens of a period are not an answer of their own


def _same(first: date, last: date) -> ColumnElement[bool]:
    """The case's reply stands in the unit's others of the period too."""
    other = aliased(F)
    many = (
        select(other.reply_hash)
        .where(other.day >= first, other.day <= last, other.reply_hash.is_not(None))
        .group_by(other.department, other.reply_hash)
        .having(func.count() >= MANY)
    )
    return F.reply_hash.in_(many)


def conditions(first: date, last: date) -> dict[str, ColumnElement[bool]]:
    """By the sign's name; the days are those of receipt, both included."""
    return {
        "rushed": and_(F.early.is_(True), or_(F.reopened > 0, F.reworked.is_(True))),
        "retyped": F.retyped.is_(True),
        "extended": F.extensions > 0,
        "identical": _same(first, last),
        "pressed": F.pressed.is_(True),
    }
