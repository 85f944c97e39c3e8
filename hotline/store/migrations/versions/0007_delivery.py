"""Delivery: leases with a fence, addresses, what was read; duty rosters and call tasks."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed, partial_index

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _outbox()
    _officer()
    _roster()
    _call_task()
    _call_try()


def downgrade() -> None:
    for table in ("call_try", "call_task", "roster"):
        op.drop_table(table)
    for column in ("sound", "read_to", "email"):
        op.drop_column("officer", column)
    op.drop_index("ix_outbox_parked", "outbox")
    for column in ("fence", "lease_until", "lease_owner", "address"):
        op.drop_column("outbox", column)


def _outbox() -> None:
    op.add_column("outbox", sa.Column("address", sa.LargeBinary()))
    op.add_column("outbox", sa.Column("lease_owner", sa.String(120)))
    op.add_column("outbox", sa.Column("lease_until", MOMENT))
    op.add_column("outbox", needed("fence", sa.Integer(), server_default="0"))
    # Readiness counts them at every look: that must not grow with all that was ever sent.
    partial_index("ix_outbox_parked", "outbox", ["id"], "state = 'parked'")


def _officer() -> None:
    """Who is there already has not missed years of notices: all so far count as read."""
    op.add_column("officer", sa.Column("email", sa.LargeBinary()))
    op.add_column("officer", needed("read_to", sa.Integer(), server_default="0"))
    op.add_column("officer", needed("sound", sa.Boolean(), server_default=sa.false()))
    op.execute("UPDATE officer SET read_to = (SELECT coalesce(max(id), 0) FROM outbox)")


def _roster() -> None:
    op.create_table(
        "roster",
        needed("department", sa.String(40)),
        needed("version", sa.Integer()),
        needed("people", sa.LargeBinary()),
        needed("changed_at", MOMENT),
        needed("changed_by", sa.String(80)),
        sa.PrimaryKeyConstraint("department", name="pk_roster"),
    )


def _call_task() -> None:
    op.create_table(
        "call_task",
        needed("id", sa.Integer()),
        needed("number", sa.String(20)),
        needed("department", sa.String(40)),
        needed("title", sa.Text()),
        needed("entry_seq", sa.Integer()),
        needed("opened_at", MOMENT),
        needed("state", sa.String(16)),
        needed("tries", sa.Integer()),
        needed("reminders", sa.Integer()),
        needed("next_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("answered_by", sa.String(60)),
        sa.Column("reason", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_call_task"),
    )
    op.create_index("ix_call_task_number", "call_task", ["number"])
    partial_index("ix_call_task_due", "call_task", ["next_at"], "state = 'open'")
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_call_task_open",
        "call_task",
        ["number"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _call_try() -> None:
    op.create_table(
        "call_try",
        needed("task_id", sa.Integer()),
        needed("n", sa.Integer()),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        needed("person", sa.String(60)),
        needed("outcome", sa.String(16)),
        needed("text", sa.Text()),
        sa.PrimaryKeyConstraint("task_id", "n", name="pk_call_try"),
    )
