"""The day's call-backs: cases in hand, closed ones drawn by lot, and what was heard found by its time."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed, partial_index

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "callback_taken",
        needed("case_id", sa.Integer()),
        needed("holder", sa.String(80)),
        needed("until", MOMENT),
        sa.Column("called_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_callback_taken"),
    )
    op.create_table(
        "callback_drawn",
        needed("day", sa.Date()),
        needed("case_id", sa.Integer()),
        sa.PrimaryKeyConstraint("day", "case_id", name="pk_callback_drawn"),
    )
    partial_index("ix_entry_called", "entry", ["at"], "action = 'follow_up'")


def downgrade() -> None:
    op.drop_index("ix_entry_called", "entry")
    op.drop_table("callback_drawn")
    op.drop_table("callback_taken")
