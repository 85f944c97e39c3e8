"""What is received, and how it is counted and answered."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed, partial_index

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    _intake()
    _number_day()
    _answer()
    _counter()


def downgrade() -> None:
    for table in (
        "counter",
        "answer",
        "number_day",
        "intake",
    ):
        op.drop_table(table)


def _intake() -> None:
    op.create_table(
        "intake",
        needed("id", sa.Integer()),
        needed("channel", sa.String(20)),
        needed("key", sa.String(200)),
        needed("content_hash", sa.String(64)),
        sa.Column("number", sa.String(20)),
        sa.Column("query_hash", sa.String(64)),
        needed("received_at", MOMENT),
        needed("outcome", sa.String(20)),
        sa.Column("case_id", sa.Integer()),
        needed("attempts", sa.Integer()),
        sa.Column("problem", sa.Text()),
        needed("raw", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_intake"),
        sa.UniqueConstraint("channel", "key", name="uq_intake_channel_key"),
        sa.UniqueConstraint("number", name="uq_intake_number"),
    )
    op.create_index("ix_intake_case_id", "intake", ["case_id"])
    partial_index("ix_intake_pending", "intake", ["id"], "outcome = 'pending'")


def _number_day() -> None:
    op.create_table(
        "number_day",
        needed("day", sa.String(8)),
        needed("last", sa.Integer()),
        sa.PrimaryKeyConstraint("day", name="pk_number_day"),
    )


def _answer() -> None:
    op.create_table(
        "answer",
        needed("scope", sa.String(80)),
        needed("key", sa.String(200)),
        needed("request_hash", sa.String(64)),
        needed("status", sa.Integer()),
        needed("body", sa.LargeBinary()),
        needed("created_at", MOMENT),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_answer"),
    )
    op.create_index("ix_answer_created_at", "answer", ["created_at"])


def _counter() -> None:
    op.create_table(
        "counter",
        needed("day", sa.String(10)),
        needed("channel", sa.String(20)),
        needed("outcome", sa.String(20)),
        needed("n", sa.Integer()),
        sa.PrimaryKeyConstraint("day", "channel", "outcome", name="pk_counter"),
    )
