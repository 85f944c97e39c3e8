"""Receipts lie in an index by when they came: the equation of some days reads no others.

The letters that no receipt counts have an index of their own, and are no longer in that of the others:
without statistics SQLite would look for them there, and read them all.
"""

from alembic import op

from hotline.store.migrations.columns import partial_index

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_index("ix_intake_received", "intake", ["received_at", "channel", "outcome"])
    op.drop_index("ix_intake_channel_outcome", "intake")
    op.drop_index("ix_letter_intake_id", "letter")
    partial_index("ix_letter_intake_id", "letter", ["intake_id"], "intake_id IS NOT NULL")
    partial_index("ix_letter_alone", "letter", ["received_at", "outcome"], "intake_id IS NULL")


def downgrade() -> None:
    op.drop_index("ix_letter_alone", "letter")
    op.drop_index("ix_letter_intake_id", "letter")
    op.create_index("ix_letter_intake_id", "letter", ["intake_id"])
    op.create_index("ix_intake_channel_outcome", "intake", ["channel", "outcome"])
    op.drop_index("ix_intake_received", "intake")
