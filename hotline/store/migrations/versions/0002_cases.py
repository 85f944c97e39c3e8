"""A case with its timeline and promises, and its parts, requests and orders."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _cases()
    _entry()
    _deadline()
    _rung()
    _part()
    _request()
    _supervision_order()


def downgrade() -> None:
    for table in (
        "supervision_order",
        "request",
        "part",
        "rung",
        "deadline",
        "entry",
        "cases",
    ):
        op.drop_table(table)


def _cases() -> None:
    op.create_table(
        "cases",
        needed("id", sa.Integer()),
        needed("number", sa.String(20)),
        needed("version", sa.Integer()),
        needed("state", sa.String(20)),
        needed("type", sa.String(20)),
        needed("urgency", sa.String(20)),
        needed("channel", sa.String(20)),
        needed("received_at", MOMENT),
        needed("title", sa.Text()),
        needed("content", sa.Text()),
        needed("topic", sa.String(120)),
        needed("district", sa.String(40)),
        needed("anonymous", sa.Boolean()),
        needed("confidential", sa.Boolean()),
        sa.Column("lead", sa.String(40)),
        sa.Column("level", sa.Integer()),
        needed("round", sa.Integer()),
        sa.Column("due_at", MOMENT),
        sa.Column("dispatched_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("parent", sa.String(20)),
        sa.Column("previous", sa.String(20)),
        needed("last_seq", sa.Integer()),
        needed("last_hash", sa.String(64)),
        needed("suggestions", FACTS),
        needed("details", FACTS),
        needed("children", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
    )
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_index("ix_cases_due", "cases", ["due_at", "id"])
    op.create_index("ix_cases_lead_state_id", "cases", ["lead", "state", "id"])
    op.create_index("ix_cases_level_id", "cases", ["level", "id"])
    op.create_index("ix_cases_parent", "cases", ["parent"])
    op.create_index("ix_cases_received_at", "cases", ["received_at"])
    op.create_index("ix_cases_state_id", "cases", ["state", "id"])
    op.create_index("ix_cases_topic_id", "cases", ["topic", "id"])
    op.create_index("ix_cases_type_id", "cases", ["type", "id"])


def _entry() -> None:
    op.create_table(
        "entry",
        needed("case_id", sa.Integer()),
        needed("seq", sa.Integer()),
        needed("at", MOMENT),
        needed("action", sa.String(20)),
        needed("role", sa.String(20)),
        needed("actor", sa.String(80)),
        sa.Column("department", sa.String(40)),
        needed("origin", sa.String(80)),
        needed("before", FACTS),
        needed("after", FACTS),
        needed("text", sa.Text()),
        sa.Column("public", sa.Text()),
        needed("previous", sa.String(64)),
        needed("hash", sa.String(64)),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_entry"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_entry_case_id"),
    )


def _deadline() -> None:
    op.create_table(
        "deadline",
        needed("id", sa.Integer()),
        needed("case_id", sa.Integer()),
        needed("n", sa.Integer()),
        needed("promise", sa.String(20)),
        needed("part", sa.String(20)),
        needed("state", sa.String(10)),
        needed("started_at", MOMENT),
        needed("due_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        needed("limit_n", sa.Integer()),
        needed("limit_unit", sa.String(20)),
        needed("source", sa.Text()),
        sa.Column("override", sa.String(80)),
        needed("terms_version", sa.String(80)),
        needed("calendar_version", sa.String(80)),
        needed("provisional", sa.Boolean()),
        sa.Column("remaining", sa.Integer()),
        needed("rungs", FACTS),
        needed("climbed", sa.Integer()),
        sa.Column("next_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.UniqueConstraint("case_id", "n", name="uq_deadline_case_id_n"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_deadline_case_id"),
    )
    partial_index("ix_deadline_next", "deadline", ["next_at", "id"], "next_at IS NOT NULL")


def _rung() -> None:
    op.create_table(
        "rung",
        needed("case_id", sa.Integer()),
        needed("deadline_n", sa.Integer()),
        needed("rung", sa.Integer()),
        needed("level", sa.Integer()),
        needed("kind", sa.String(20)),
        needed("rung_at", MOMENT),
        needed("climbed_at", MOMENT),
        needed("outcome", sa.String(20)),
        needed("entry_seq", sa.Integer()),
        sa.PrimaryKeyConstraint("case_id", "deadline_n", "rung", name="pk_rung"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_rung_case_id"),
    )


def _part() -> None:
    op.create_table(
        "part",
        needed("case_id", sa.Integer()),
        needed("id", sa.Integer(), autoincrement=False),
        needed("kind", sa.String(10)),
        needed("department", sa.String(40)),
        needed("given_by", sa.String(40)),
        needed("text", sa.Text()),
        needed("state", sa.String(10)),
        sa.Column("report", sa.Text()),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_part"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_part_case_id"),
    )
    op.create_index("ix_part_department_state", "part", ["department", "state"])


def _request() -> None:
    op.create_table(
        "request",
        needed("case_id", sa.Integer()),
        needed("id", sa.Integer(), autoincrement=False),
        needed("kind", sa.String(20)),
        sa.Column("department", sa.String(40)),
        needed("reason", sa.Text()),
        needed("asked_at", MOMENT),
        needed("days", sa.Integer()),
        sa.Column("ground", sa.String(20)),
        sa.Column("resume_on", sa.Date()),
        needed("state", sa.String(10)),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_request"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_request_case_id"),
    )
    op.create_index("ix_request_state", "request", ["state"])


def _supervision_order() -> None:
    op.create_table(
        "supervision_order",
        needed("case_id", sa.Integer()),
        needed("id", sa.Integer(), autoincrement=False),
        needed("level", sa.Integer()),
        needed("cause", sa.String(20)),
        needed("text", sa.Text()),
        sa.Column("department", sa.String(40)),
        needed("issued_at", MOMENT),
        needed("state", sa.String(10)),
        sa.Column("answer", sa.Text()),
        sa.Column("verdict", sa.Text()),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_supervision_order"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_supervision_order_case_id"),
    )
    op.create_index("ix_supervision_order_department", "supervision_order", ["department"])
    op.create_index("ix_supervision_order_state", "supervision_order", ["state"])
