"""Tables of the day's call-backs (回访): which case is in whose hand, and which closed ones were drawn."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row


class CallbackTakenRow(Row):
    """A case in a caller-back's hand; what lapsed is anybody's again."""

    __tablename__ = "callback_taken"
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]
    called_at: Mapped[datetime | None]  # none: taken, and not called yet


class CallbackDrawnRow(Row):
    """A closed case drawn by lot (抽样) for a day's calls."""

    __tablename__ = "callback_drawn"
    day: Mapped[date] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
