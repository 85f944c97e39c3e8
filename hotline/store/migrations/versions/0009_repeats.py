"""Repeats: signatures of recent cases and the keys they are found by; rising matters and alerts."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0009"
down_revision = "0008"

TABLES = ("alert", "topic_hour", "repeat", "signature_key", "signature")


def upgrade() -> None:
    _signature()
    _repeat()
    _topic_hour()
    _alert()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _signature() -> None:
    op.create_table(
        "signature",
        needed("case_id", sa.Integer()),
        needed("at", MOMENT),
        needed("swept", sa.Boolean()),
        needed("packed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("case_id", name="pk_signature"),
    )
    op.create_index("ix_signature_at", "signature", ["at"])
    partial_index("ix_signature_unswept", "signature", ["case_id"], "NOT swept")
    op.create_table(
        "signature_key",
        needed("key", sa.BigInteger()),
        needed("case_id", sa.Integer()),
        sa.PrimaryKeyConstraint("key", "case_id", name="pk_signature_key"),
        sqlite_with_rowid=False,
    )


def _repeat() -> None:
    op.create_table(
        "repeat",
        needed("case_id", sa.Integer()),
        needed("earlier", sa.Integer()),
        needed("score", sa.Double()),
        needed("why", FACTS),
        needed("found_at", MOMENT),
        needed("found_by", sa.String(10)),
        sa.PrimaryKeyConstraint("case_id", "earlier", name="pk_repeat"),
    )
    op.create_index("ix_repeat_earlier", "repeat", ["earlier"])


def _topic_hour() -> None:
    op.create_table(
        "topic_hour",
        needed("hour", MOMENT),
        needed("topic", sa.String(120)),
        needed("place", sa.String(40)),
        needed("n", sa.Integer()),
        sa.PrimaryKeyConstraint("hour", "topic", "place", name="pk_topic_hour"),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        needed("id", sa.Integer()),
        needed("topic", sa.String(120)),
        needed("place", sa.String(40)),
        needed("raised_at", MOMENT),
        needed("seen_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        needed("callers", sa.Integer()),
        needed("usual", sa.Double()),
        needed("bound", sa.Integer()),
        needed("cases", FACTS),
        sa.Column("acknowledged_by", sa.String(80)),
        sa.Column("acknowledged_at", MOMENT),
        needed("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_alert_standing",
        "alert",
        ["topic", "place"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
