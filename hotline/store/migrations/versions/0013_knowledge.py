"""The knowledge base: articles with versions, their use, open questions; full-text search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0013"
down_revision = "0012"

TABLES = (
    "article_offer",
    "article_gap",
    "article_use",
    "article_term",
    "article_version",
    "article",
)


def upgrade() -> None:
    _article()
    _version()
    _beside()
    _search()


def downgrade() -> None:
    op.drop_table("knowledge_words")
    for table in TABLES:
        op.drop_table(table)


def _article() -> None:
    op.create_table(
        "article",
        needed("id", sa.Integer()),
        needed("title", sa.String(128)),
        needed("topic", sa.String(120)),
        needed("department", sa.String(40)),
        needed("place", sa.String(40)),
        needed("public", sa.Boolean()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        needed("stage", sa.String(10)),
        needed("latest", sa.Integer()),
        sa.Column("released", sa.Integer()),
        sa.Column("released_at", MOMENT),
        sa.Column("review_on", sa.Date()),
        sa.Column("reminded_on", sa.Date()),
        needed("created_at", MOMENT),
        needed("used", sa.Integer()),
        needed("helpful", sa.Integer()),
        needed("unhelpful", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
    )
    op.create_index("ix_article_title", "article", ["title"])
    op.create_index("ix_article_stage_id", "article", ["stage", "id"])
    op.create_index("ix_article_department_id", "article", ["department", "id"])
    partial_index("ix_article_review", "article", ["review_on"], "review_on IS NOT NULL")


def _version() -> None:
    op.create_table(
        "article_version",
        needed("article_id", sa.Integer()),
        needed("n", sa.Integer()),
        needed("revision", sa.Integer()),
        needed("stage", sa.String(10)),
        needed("title", sa.String(128)),
        needed("body", sa.Text()),
        needed("topic", sa.String(120)),
        needed("department", sa.String(40)),
        needed("place", sa.String(40)),
        needed("basis", sa.Text()),
        needed("keywords", FACTS),
        needed("questions", FACTS),
        needed("public", sa.Boolean()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        needed("files", FACTS),
        needed("origin", sa.String(200)),
        needed("author", sa.String(80)),
        needed("written_at", MOMENT),
        sa.Column("submitted_at", MOMENT),
        sa.Column("reviewer", sa.String(80)),
        sa.Column("reviewed_at", MOMENT),
        needed("note", sa.Text()),
        sa.PrimaryKeyConstraint("article_id", "n", name="pk_article_version"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_version_article_id"
        ),
    )
    op.create_index("ix_article_version_origin", "article_version", ["origin"])


def _beside() -> None:
    op.create_table(
        "article_term",
        needed("term", sa.String(64)),
        needed("n", sa.Integer()),
        sa.PrimaryKeyConstraint("term", name="pk_article_term"),
    )
    op.create_table(
        "article_use",
        needed("day", sa.Date()),
        needed("article_id", sa.Integer()),
        needed("kind", sa.String(10)),
        needed("n", sa.Integer()),
        sa.PrimaryKeyConstraint("day", "article_id", "kind", name="pk_article_use"),
    )
    op.create_table(
        "article_gap",
        needed("key", sa.String(64)),
        needed("question", sa.String(200)),
        needed("times", sa.Integer()),
        needed("first_at", MOMENT),
        needed("last_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("article_id", sa.Integer()),
        sa.PrimaryKeyConstraint("key", name="pk_article_gap"),
    )
    partial_index("ix_article_gap_open", "article_gap", ["times"], "ended_at IS NULL")
    op.create_table(
        "article_offer",
        needed("case_id", sa.Integer()),
        sa.Column("article_id", sa.Integer()),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        sa.PrimaryKeyConstraint("case_id", name="pk_article_offer"),
    )


def _search() -> None:
    """Terms are cut before they come here: the database only splits them at spaces."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE knowledge_words USING fts5"
            '(title, keys, sounds, body, tokenize = "unicode61 remove_diacritics 0")'
        )
        return
    op.create_table(
        "knowledge_words",
        needed("article_id", sa.Integer()),
        needed("title", sa.Text()),
        needed("keys", sa.Text()),
        needed("sounds", sa.Text()),
        needed("body", sa.Text()),
        needed("words", TSVECTOR()),
        sa.PrimaryKeyConstraint("article_id", name="pk_knowledge_words"),
    )
    op.create_index(
        "ix_knowledge_words_words", "knowledge_words", ["words"], postgresql_using="gin"
    )
