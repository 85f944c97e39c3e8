"""Deadlines keep every pause and extension, and when a paused clock runs on by itself."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("deadline", needed("changes", FACTS, server_default=sa.text("'[]'")))
    op.add_column("deadline", sa.Column("resume_at", MOMENT))
    partial_index("ix_deadline_resume", "deadline", ["resume_at"], "resume_at IS NOT NULL")
    partial_index(
        "ix_deadline_provisional", "deadline", ["case_id"], "provisional AND ended_at IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_deadline_provisional", "deadline")
    op.drop_index("ix_deadline_resume", "deadline")
    op.drop_column("deadline", "resume_at")
    op.drop_column("deadline", "changes")
