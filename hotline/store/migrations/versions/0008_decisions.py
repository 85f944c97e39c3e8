"""Decisions on record: rules by version, what was suggested and done, alarms, the shadow run."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0008"
down_revision = "0007"

DUTY = sa.table(
    "duty",
    sa.column("id", sa.String),
    sa.column("rank", sa.Integer),
    sa.column("facts", FACTS),
)
RULES = sa.table(
    "rule_version",
    sa.column("version", sa.Integer),
    sa.column("at", MOMENT),
    sa.column("by", sa.String),
    sa.column("note", sa.Text),
    sa.column("rules", FACTS),
    sa.column("examples", FACTS),
)


def upgrade() -> None:
    op.create_table(
        "rule_version",
        needed("version", sa.Integer(), autoincrement=False),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        needed("note", sa.Text()),
        needed("rules", FACTS),
        needed("examples", FACTS),
        sa.PrimaryKeyConstraint("version", name="pk_rule_version"),
    )
    _carry_over()
    op.drop_index("ix_duty_rank", "duty")
    op.drop_table("duty")
    _decision()
    _autodispatch()
    _alarm()
    _shadow()


def downgrade() -> None:
    op.create_table(
        "duty",
        needed("id", sa.String(40)),
        needed("rank", sa.Integer()),
        needed("facts", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_duty"),
    )
    op.create_index("ix_duty_rank", "duty", ["rank"])
    _carry_back()
    for table in ("shadow", "alarm", "autodispatch", "decision", "rule_version"):
        op.drop_table(table)


def _carry_over() -> None:
    """The duty list as it stands becomes its first version; what tests there are is not known."""
    connection = op.get_bind()
    found = connection.execute(sa.select(DUTY.c.facts).order_by(DUTY.c.rank))
    rules: list[Any] = list(found.scalars())
    if rules:
        first: dict[str, Any] = {"version": 1, "at": datetime(1970, 1, 1, tzinfo=UTC), "by": "seed"}
        first |= {"note": "", "rules": rules, "examples": []}
        connection.execute(sa.insert(RULES), [first])


def _carry_back() -> None:
    connection = op.get_bind()
    newest = sa.select(RULES.c.rules).order_by(RULES.c.version.desc()).limit(1)
    rules = connection.execute(newest).scalar_one_or_none() or []
    ranked = [{"id": one["id"], "rank": rank, "facts": one} for rank, one in enumerate(rules)]
    if ranked:
        connection.execute(sa.insert(DUTY), ranked)


def _decision() -> None:
    op.create_table(
        "decision",
        needed("id", sa.Integer()),
        needed("case_id", sa.Integer()),
        needed("at", MOMENT),
        needed("act", sa.String(20)),
        needed("role", sa.String(20)),
        needed("actor", sa.String(80)),
        needed("automatic", sa.Boolean()),
        needed("why", sa.String(20)),
        needed("model", sa.String(80)),
        needed("rules", sa.Integer()),
        needed("duty", sa.String(40)),
        needed("level1", sa.String(40)),
        sa.Column("confidence", sa.Double()),
        sa.Column("overrode", sa.Boolean()),
        needed("facts", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_at", "decision", ["at"])
    op.create_index("ix_decision_case_id", "decision", ["case_id", "id"])
    partial_index("ix_decision_read", "decision", ["id"], "act = 'triage'")


def _autodispatch() -> None:
    op.create_table(
        "autodispatch",
        needed("id", sa.Integer()),
        needed("at", MOMENT),
        needed("running", sa.Boolean()),
        needed("role", sa.String(20)),
        needed("actor", sa.String(80)),
        needed("reason", sa.Text()),
        needed("facts", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_autodispatch"),
    )


def _alarm() -> None:
    op.create_table(
        "alarm",
        needed("id", sa.Integer()),
        needed("kind", sa.String(20)),
        needed("key", sa.String(120)),
        needed("first_at", MOMENT),
        needed("last_at", MOMENT),
        needed("times", sa.Integer()),
        needed("text", sa.Text()),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_alarm_open",
        "alarm",
        ["kind", "key"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _shadow() -> None:
    op.create_table(
        "shadow",
        needed("candidate", sa.String(80)),
        needed("decision_id", sa.Integer(), autoincrement=False),
        needed("case_id", sa.Integer()),
        needed("at", MOMENT),
        sa.Column("type", sa.Boolean()),
        sa.Column("topic", sa.Boolean()),
        sa.Column("department", sa.Boolean()),
        sa.Column("urgency", sa.Boolean()),
        needed("facts", FACTS),
        needed("problem", sa.String(80)),
        sa.PrimaryKeyConstraint("candidate", "decision_id", name="pk_shadow"),
    )
