"""The telephone: raw events, call records, call-back tasks, seats, bulletins, restrictions."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index, several

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _call_event()
    _calls()
    _call_case()
    _call_act()
    _switch_command()
    _missed()
    _missed_call()
    _missed_try()
    _seat()
    _station()
    _bulletin()
    _restriction()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "call_event",
    "calls",
    "call_case",
    "call_act",
    "switch_command",
    "missed",
    "missed_call",
    "missed_try",
    "seat",
    "station",
    "bulletin",
    "restriction",
)


def _call_event() -> None:
    op.create_table(
        "call_event",
        needed("id", sa.Integer()),
        *several(sa.String(120), "event_id", "call_id"),
        needed("kind", sa.String(16)),
        *several(MOMENT, "at", "received_at"),
        needed("source", sa.String(10)),
        sa.Column("agent", sa.String(80)),
        sa.Column("state", sa.String(16)),
        needed("folded", sa.Boolean()),
        needed("raw", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_call_event"),
        sa.UniqueConstraint("event_id", name="uq_call_event_event_id"),
    )
    op.create_index("ix_call_event_call_id", "call_event", ["call_id"])
    partial_index("ix_call_event_unfolded", "call_event", ["id"], "NOT folded")
    op.create_index("ix_call_event_agent_at", "call_event", ["agent", "at"])


def _calls() -> None:
    op.create_table(
        "calls",
        *several(MOMENT, "queued_at", "answered_at", "ended_at", nullable=True),
        needed("call_id", sa.String(120)),
        *several(sa.Integer(), "version", "legs", "transfers"),
        needed("direction", sa.String(10)),
        *several(sa.String(80), "queue", "agent"),
        *several(FACTS, "agents", "flags"),
        *several(sa.String(16), "phase", "outcome"),
        *several(MOMENT, "offered_at", "last_at", "changed_at"),
        *several(sa.Double(), "wait_s", "talk_s", nullable=True),
        needed("hold_s", sa.Double()),
        needed("conferenced", sa.Boolean()),
        *several(sa.String(40), "cause", "masked"),
        sa.Column("digit", sa.Integer()),
        sa.Column("number_hash", sa.String(64)),
        needed("locked", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("call_id", name="pk_calls"),
    )
    op.create_index("ix_calls_offered_at", "calls", ["offered_at"])
    op.create_index("ix_calls_changed_at", "calls", ["changed_at"])
    op.create_index("ix_calls_number_hash", "calls", ["number_hash"])
    partial_index("ix_calls_open", "calls", ["last_at"], "ended_at IS NULL")


def _call_case() -> None:
    op.create_table(
        "call_case",
        needed("call_id", sa.String(120)),
        needed("number", sa.String(20)),
        needed("kind", sa.String(10)),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        sa.PrimaryKeyConstraint("call_id", "number", name="pk_call_case"),
    )
    op.create_index("ix_call_case_number", "call_case", ["number"])


def _call_act() -> None:
    op.create_table(
        "call_act",
        needed("id", sa.Integer()),
        needed("call_id", sa.String(120)),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        needed("kind", sa.String(16)),
        needed("facts", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_call_act"),
    )
    op.create_index("ix_call_act_call_id", "call_act", ["call_id"])


def _switch_command() -> None:
    op.create_table(
        "switch_command",
        needed("id", sa.String(32)),
        needed("do", sa.String(12)),
        needed("call_id", sa.String(120)),
        *several(sa.String(80), "agent", "by"),
        needed("at", MOMENT),
        needed("state", sa.String(10)),
        sa.Column("answered_at", MOMENT),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_switch_command"),
    )


def _missed() -> None:
    op.create_table(
        "missed",
        *several(MOMENT, "first_at", "last_at", "opened_at", "due_at"),
        *several(sa.Integer(), "id", "tries", "climbed"),
        needed("number_hash", sa.String(64)),
        needed("locked", sa.LargeBinary()),
        needed("masked", sa.String(40)),
        needed("queue", sa.String(80)),
        needed("reason", sa.String(16)),
        needed("state", sa.String(10)),
        *several(MOMENT, "ended_at", "next_at", nullable=True),
        sa.Column("ended_by", sa.String(16)),
        needed("rungs", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_missed"),
    )
    partial_index("ix_missed_next", "missed", ["next_at"], "next_at IS NOT NULL")
    partial_index("ix_missed_due", "missed", ["due_at", "id"], "state = 'open'")
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_missed_open",
        "missed",
        ["number_hash"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _missed_call() -> None:
    op.create_table(
        "missed_call",
        needed("call_id", sa.String(120)),
        needed("missed_id", sa.Integer()),
        sa.PrimaryKeyConstraint("call_id", name="pk_missed_call"),
    )
    op.create_index("ix_missed_call_missed_id", "missed_call", ["missed_id"])


def _missed_try() -> None:
    op.create_table(
        "missed_try",
        *several(sa.Integer(), "missed_id", "n"),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        needed("outcome", sa.String(16)),
        sa.Column("call_id", sa.String(120)),
        needed("text", sa.Text()),
        sa.PrimaryKeyConstraint("missed_id", "n", name="pk_missed_try"),
        sa.UniqueConstraint("call_id", name="uq_missed_try_call_id"),
    )


def _seat() -> None:
    op.create_table(
        "seat",
        needed("agent", sa.String(80)),
        needed("state", sa.String(16)),
        needed("since", MOMENT),
        needed("event_id", sa.String(120)),
        sa.PrimaryKeyConstraint("agent", name="pk_seat"),
    )


def _station() -> None:
    op.create_table(
        "station",
        *several(sa.String(80), "username", "extension"),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("username", name="pk_station"),
        sa.UniqueConstraint("extension", name="uq_station_extension"),
    )


def _bulletin() -> None:
    op.create_table(
        "bulletin",
        needed("id", sa.Integer()),
        *several(sa.Text(), "title", "text", "words"),
        needed("topic", sa.String(120)),
        needed("district", sa.String(40)),
        *several(MOMENT, "starts_at", "ends_at", "at"),
        needed("by", sa.String(80)),
        sa.Column("withdrawn_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
    )
    op.create_index("ix_bulletin_ends_at", "bulletin", ["ends_at"])


def _restriction() -> None:
    op.create_table(
        "restriction",
        *several(sa.Integer(), "id", "days"),
        needed("number_hash", sa.String(64)),
        needed("locked", sa.LargeBinary()),
        needed("masked", sa.String(40)),
        needed("rule", sa.String(16)),
        needed("reason", sa.Text()),
        needed("call_id", sa.String(120)),
        needed("asked_by", sa.String(80)),
        needed("asked_at", MOMENT),
        needed("state", sa.String(10)),
        sa.Column("ruled_by", sa.String(80)),
        *several(MOMENT, "ruled_at", "until", nullable=True),
        sa.Column("ruling", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_restriction"),
    )
    op.create_index("ix_restriction_number_hash", "restriction", ["number_hash"])
