"""PostgreSQL's index of a case's words stands in the order of receipt too, as SQLite's rows do."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0018"

_PLACE = (
    "UPDATE case_words SET place = (GREATEST(CAST(FLOOR(EXTRACT(EPOCH FROM c.received_at)) AS bigint)"
    " - 1577836800, 0) << 32) | c.id FROM cases AS c WHERE c.id = case_words.case_id"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.add_column("case_words", sa.Column("place", sa.BigInteger()))
    op.execute(_PLACE)
    op.execute("DELETE FROM case_words WHERE place IS NULL")
    op.alter_column("case_words", "place", nullable=False)
    op.create_index("ix_case_words_place", "case_words", ["place"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_index("ix_case_words_place", "case_words")
        op.drop_column("case_words", "place")
