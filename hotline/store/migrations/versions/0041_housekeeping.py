"""Indexes by which what is past its time is found: doors, numbers of call-back tasks, rungs by moment."""

from alembic import op

from hotline.store.migrations.columns import partial_index

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_index("ix_door_since", "door", ["since"])
    op.create_index("ix_rung_climbed_at", "rung", ["climbed_at"])
    partial_index("ix_missed_numbered", "missed", ["ended_at"], "number_hash <> ''")


def downgrade() -> None:
    op.drop_index("ix_missed_numbered", "missed")
    op.drop_index("ix_rung_climbed_at", "rung")
    op.drop_index("ix_door_since", "door")
