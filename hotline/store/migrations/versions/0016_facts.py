"""Facts in three grains, the nights that held them against the timelines, reports, exports."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed, partial_index, several

revision = "0016"
down_revision = "0015"

TABLES = (
    *("export", "report_list", "report", "fact_night", "fact_open", "fact_step"),
    *("fact_case", "fact_todo"),
)
WHAT = ("kind", "unit", "topic", "first", "last", "edition")


def upgrade() -> None:
    op.create_table(
        "fact_todo",
        needed("id", sa.Integer()),
        needed("case_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_fact_todo"),
    )
    _case()
    _step()
    _day()
    _report()
    _export()
    # What is there already is folded by the running hotline, piece by piece.
    op.execute("INSERT INTO fact_todo (case_id) SELECT id FROM cases ORDER BY id")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _case() -> None:
    op.create_table(
        "fact_case",
        needed("case_id", sa.Integer(), autoincrement=False),
        needed("number", sa.String(20)),
        needed("seq", sa.Integer()),
        *several(MOMENT, "changed_at", "received_at"),
        needed("day", sa.Date()),
        *several(sa.String(20), "channel", "type"),
        needed("topic", sa.String(120)),
        needed("topic1", sa.String(40)),
        needed("urgency", sa.String(20)),
        needed("district", sa.String(40)),
        sa.Column("department", sa.String(40)),
        needed("state", sa.String(20)),
        sa.Column("level", sa.Integer()),
        sa.Column("due_at", MOMENT),
        *several(sa.Boolean(), "accepted", "answered"),
        sa.Column("answered_at", MOMENT),
        *several(sa.Integer(), "answer_s", "promised_s", nullable=True),
        sa.Column("dispatched_at", MOMENT),
        *several(sa.Boolean(), "signed_in_time", "contacted_in_time", nullable=True),
        *several(MOMENT, "finished_at", "finish_due_at", "closed_at", "ended_at", nullable=True),
        sa.Column("hours", sa.Double()),
        *several(sa.Boolean(), "reworked", "returned", "upheld", "reached"),
        sa.Column("solved", sa.Boolean()),
        sa.Column("satisfaction", sa.Integer()),
        *several(sa.Boolean(), "pressed", "repeat", "excluded"),
        *several(sa.Integer(), "extensions", "reopened"),
        *several(sa.Boolean(), "retyped", "early"),
        sa.Column("reply_hash", sa.String(32)),
        sa.PrimaryKeyConstraint("case_id", name="pk_fact_case"),
    )
    op.create_index("ix_fact_case_day", "fact_case", ["day", "department"])
    op.create_index("ix_fact_case_department", "fact_case", ["department", "day"])
    op.create_index("ix_fact_case_ended", "fact_case", ["ended_at"])
    op.create_index("ix_fact_case_changed", "fact_case", ["changed_at"])
    partial_index("ix_fact_case_open", "fact_case", ["department", "state"], "ended_at IS NULL")


def _step() -> None:
    op.create_table(
        "fact_step",
        needed("case_id", sa.Integer(), autoincrement=False),
        needed("seq", sa.Integer(), autoincrement=False),
        needed("at", MOMENT),
        needed("day", sa.Date()),
        *several(sa.String(20), "action", "role", "state"),
        sa.Column("department", sa.String(40)),
        sa.Column("due_at", MOMENT),
        sa.Column("level", sa.Integer()),
        needed("wait_s", sa.Integer()),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_fact_step"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_step_day", "fact_step", ["day", "action"])


def _day() -> None:
    op.create_table(
        "fact_open",
        needed("day", sa.Date()),
        needed("case_id", sa.Integer(), autoincrement=False),
        sa.Column("department", sa.String(40)),
        needed("state", sa.String(20)),
        sa.Column("level", sa.Integer()),
        sa.Column("due_at", MOMENT),
        needed("age_days", sa.Integer()),
        needed("overdue", sa.Boolean()),
        sa.PrimaryKeyConstraint("day", "case_id", name="pk_fact_open"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_night",
        needed("day", sa.Date()),
        needed("node", sa.String(120)),
        needed("begun_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        *several(sa.Integer(), "cases", "open", "differing"),
        sa.PrimaryKeyConstraint("day", name="pk_fact_night"),
    )


def _report() -> None:
    op.create_table(
        "report",
        needed("id", sa.Integer()),
        needed("kind", sa.String(20)),
        needed("unit", sa.String(60)),
        *several(sa.Date(), "first", "last"),
        needed("edition", sa.Integer()),
        needed("topic", sa.String(120)),
        needed("as_of", MOMENT),
        needed("formulas", sa.String(20)),
        needed("node", sa.String(120)),
        needed("built_at", MOMENT),
        needed("digest", sa.String(64)),
        needed("body", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint(*WHAT, name="uq_report_" + "_".join(WHAT)),
    )
    op.create_table(
        "report_list",
        needed("id", sa.Integer()),
        needed("kind", sa.String(20)),
        needed("unit", sa.String(60)),
        needed("name", sa.String(80)),
        needed("address", sa.LargeBinary()),
        needed("added_by", sa.String(80)),
        needed("added_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_report_list"),
        sa.UniqueConstraint("kind", "unit", "name", name="uq_report_list_kind_unit_name"),
    )


def _export() -> None:
    op.create_table(
        "export",
        needed("id", sa.Integer()),
        needed("token", sa.String(40)),
        needed("officer", sa.String(80)),
        needed("role", sa.String(20)),
        needed("units", sa.Text()),
        needed("form", sa.String(10)),
        *several(sa.Date(), "first", "last"),
        needed("purpose", sa.Text()),
        needed("state", sa.String(10)),
        *several(sa.Integer(), "total", "done"),
        needed("digest", sa.String(64)),
        needed("node", sa.String(120)),
        needed("asked_at", MOMENT),
        *several(MOMENT, "begun_at", "ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
        sa.UniqueConstraint("token", name="uq_export_token"),
    )
    op.create_index("ix_export_officer", "export", ["officer"])
    partial_index("ix_export_waiting", "export", ["id"], "state IN ('waiting', 'running')")
