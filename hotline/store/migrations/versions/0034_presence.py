"""Who has a case's page open just now."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "presence",
        needed("case_id", sa.Integer()),
        needed("officer_id", sa.Integer()),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("case_id", "officer_id", name="pk_presence"),
    )
    op.create_index("ix_presence_at", "presence", ["at"])


def downgrade() -> None:
    op.drop_table("presence")
