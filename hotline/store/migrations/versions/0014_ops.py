"""The nodes and when each was last heard of; receipts counted by channel and outcome from an index."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "beat",
        needed("node", sa.String(120)),
        needed("started_at", MOMENT),
        needed("seen_at", MOMENT),
        needed("skew", sa.Double()),
        sa.PrimaryKeyConstraint("node", name="pk_beat"),
    )
    op.create_index("ix_intake_channel_outcome", "intake", ["channel", "outcome"])


def downgrade() -> None:
    op.drop_index("ix_intake_channel_outcome", "intake")
    op.drop_table("beat")
