"""Cases found by their words: an index of terms, which cases it holds, and saved views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("cases", needed("worded", sa.Boolean(), server_default=sa.false()))
    partial_index("ix_cases_unworded", "cases", ["id"], "NOT worded")
    _words()
    op.create_table(
        "saved_view",
        needed("id", sa.Integer()),
        needed("officer_id", sa.Integer()),
        needed("name", sa.String(40)),
        needed("filters", FACTS),
        needed("created_at", MOMENT),
        sa.Column("gone_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
    )
    op.create_index("ix_saved_view_officer_id_id", "saved_view", ["officer_id", "id"])


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_table("case_words")
    op.drop_index("ix_cases_unworded", "cases")
    op.drop_column("cases", "worded")


def _words() -> None:
    """Terms are cut before they come here: the database only splits them at spaces."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE case_words USING fts5"
            "(terms, detail = none, columnsize = 0,"
            ' tokenize = "unicode61 remove_diacritics 0")'
        )
        return
    op.create_table(
        "case_words",
        needed("case_id", sa.Integer()),
        needed("words", TSVECTOR()),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_words"),
    )
    op.create_index("ix_case_words_words", "case_words", ["words"], postgresql_using="gin")
