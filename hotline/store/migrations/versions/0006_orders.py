"""Supervision orders with number, recipients, plan and appeal; held notices; stumbling rungs."""

from collections import Counter
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0006"
down_revision = "0005"

ORDERS = "supervision_order"
LIVE = "state IN ('issued', 'answered', 'returned')"
CITY = timedelta(hours=8)


def _added() -> "list[sa.Column[Any]]":
    return [
        sa.Column("number", sa.String(20)),
        sa.Column("recipients", FACTS, nullable=False, server_default="[]"),
        sa.Column("basis", FACTS, nullable=False, server_default="{}"),
        sa.Column("due_at", MOMENT),
        sa.Column("plan", sa.Text()),
        sa.Column("plan_on", sa.Date()),
        sa.Column("answered_at", MOMENT),
        sa.Column("judged_at", MOMENT),
        sa.Column("withdrawn", sa.Text()),
        sa.Column("appeal", sa.Text()),
        sa.Column("appealed_at", MOMENT),
        sa.Column("appeal_state", sa.String(10)),
        sa.Column("ruling", sa.Text()),
        sa.Column("ruled_at", MOMENT),
    ]


def _held() -> "list[sa.Column[Any]]":
    return [
        sa.Column("not_before", MOMENT),
        sa.Column("promise", sa.String(20)),
        sa.Column("digest", sa.String(80)),
    ]


def upgrade() -> None:
    for column in _added():
        op.add_column(ORDERS, column)
    op.create_table(
        "order_year",
        needed("year", sa.Integer(), autoincrement=False),
        needed("last", sa.Integer()),
        sa.PrimaryKeyConstraint("year", name="pk_order_year"),
    )
    _fill()
    op.create_index("ix_supervision_order_number", ORDERS, ["number"], unique=True)
    op.create_index("ix_supervision_order_due", ORDERS, ["due_at", "case_id", "id"])
    op.create_index("ix_supervision_order_issued", ORDERS, ["issued_at", "case_id", "id"])
    _unique_while("ix_supervision_order_one_live", ORDERS, "case_id", LIVE)
    for column in _held():
        op.add_column("outbox", column)
    partial_index("ix_outbox_held", "outbox", ["not_before", "id"], "state = 'held'")
    partial_index("ix_outbox_reminder", "outbox", ["about", "id"], "promise IS NOT NULL")
    _stumble()


def _unique_while(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, [column], unique=True, sqlite_where=condition, postgresql_where=condition
    )


def _stumble() -> None:
    op.create_table(
        "stumble",
        needed("id", sa.Integer()),
        needed("deadline_id", sa.Integer()),
        needed("case_id", sa.Integer()),
        needed("first_at", MOMENT),
        needed("last_at", MOMENT),
        needed("attempts", sa.Integer()),
        needed("problem", sa.Text()),
        needed("retry_at", MOMENT),
        sa.Column("alarmed_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_stumble"),
    )
    _unique_while("ix_stumble_live", "stumble", "deadline_id", "ended_at IS NULL")
    op.create_index("ix_stumble_case_id", "stumble", ["case_id"])


def downgrade() -> None:
    op.drop_table("stumble")
    for name in ("ix_outbox_reminder", "ix_outbox_held"):
        op.drop_index(name, "outbox")
    for name in ("digest", "promise", "not_before"):
        op.drop_column("outbox", name)
    for name in ("one_live", "issued", "due", "number"):
        op.drop_index(f"ix_supervision_order_{name}", ORDERS)
    op.drop_table("order_year")
    for column in reversed(_added()):
        op.drop_column(ORDERS, column.name)


def _fill() -> None:
    """Orders issued before have their due moment and, in the order they were issued, a number."""
    op.execute(
        "UPDATE supervision_order SET appeal = answer, appeal_state = 'open',"
        " appealed_at = issued_at, state = 'answered' WHERE state = 'appealed'"
    )
    op.execute(
        "UPDATE supervision_order SET due_at = (SELECT max(d.due_at) FROM deadline d"
        " WHERE d.case_id = supervision_order.case_id AND d.promise = 'order'"
        " AND d.part = CAST(supervision_order.id AS VARCHAR(20)))"
    )
    connection, last = op.get_bind(), Counter[int]()
    orders = sa.table(ORDERS, *(sa.column(c) for c in ("case_id", "id", "number")))
    issued = sa.column("issued_at", MOMENT)
    found = connection.execute(
        sa.select(orders.c.case_id, orders.c.id, issued)
        .select_from(orders)
        .order_by(issued, orders.c.case_id, orders.c.id)
    ).all()
    for row in found:
        at = row.issued_at if row.issued_at.tzinfo else row.issued_at.replace(tzinfo=UTC)
        year = (at.astimezone(UTC) + CITY).year
        last[year] += 1
        connection.execute(
            sa.update(orders)
            .where(orders.c.case_id == row.case_id, orders.c.id == row.id)
            .values(number=f"督〔{year}〕{last[year]:04d}号")
        )
    years = sa.table("order_year", sa.column("year"), sa.column("last"))
    for year, n in last.items():
        connection.execute(sa.insert(years).values(year=year, last=n))
