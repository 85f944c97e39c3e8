"""Public consultations and polls, and the votes."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "poll",
        needed("id", sa.Integer()),
        needed("kind", sa.String(12)),
        needed("stage", sa.String(10)),
        needed("title", sa.String(128)),
        needed("intro", sa.Text()),
        needed("questions", FACTS),
        needed("opens_on", sa.Date()),
        needed("closes_on", sa.Date()),
        needed("author", sa.String(80)),
        needed("made_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        needed("voters", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_poll"),
    )
    op.create_index("ix_poll_stage_id", "poll", ["stage", "id"])
    op.create_table(
        "poll_vote",
        needed("poll_id", sa.Integer()),
        needed("key", sa.String(64)),
        needed("at", MOMENT),
        needed("answers", FACTS),
        sa.PrimaryKeyConstraint("poll_id", "key", name="pk_poll_vote"),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name="fk_poll_vote_poll_id"),
    )


def downgrade() -> None:
    op.drop_table("poll_vote")
    op.drop_table("poll")
