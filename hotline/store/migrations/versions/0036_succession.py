"""Departments that are merged, renamed or closed from a day on: the plans, the heirs, the old names."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("department", sa.Column("heir", sa.String(40)))
    op.add_column("department", needed("names", FACTS, server_default="[]"))
    op.create_table(
        "department_plan",
        needed("id", sa.Integer()),
        needed("kind", sa.String(10)),
        needed("department", sa.String(40)),
        sa.Column("heir", sa.String(40)),
        needed("name", sa.String(80)),
        needed("on_day", sa.Date()),
        needed("reason", sa.Text()),
        needed("state", sa.String(10)),
        needed("asked_by", sa.String(80)),
        needed("asked_at", MOMENT),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", MOMENT),
        sa.Column("done_at", MOMENT),
        needed("moved", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_department_plan"),
    )
    op.create_index("ix_department_plan_state_on_day", "department_plan", ["state", "on_day"])


def downgrade() -> None:
    op.drop_table("department_plan")
    op.drop_column("department", "names")
    op.drop_column("department", "heir")
