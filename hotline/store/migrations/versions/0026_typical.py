"""Typical cases made public, and who supports them."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "typical",
        needed("id", sa.Integer()),
        needed("number", sa.String(20)),
        needed("topic", sa.String(120)),
        needed("department", sa.String(40)),
        needed("title", sa.String(128)),
        needed("problem", sa.Text()),
        needed("handling", sa.Text()),
        needed("stage", sa.String(10)),
        needed("revision", sa.Integer()),
        needed("writers", FACTS),
        needed("written_at", MOMENT),
        sa.Column("reviewer", sa.String(80)),
        sa.Column("released_at", MOMENT),
        needed("note", sa.Text()),
        needed("supports", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_typical"),
    )
    op.create_index("ix_typical_number", "typical", ["number"])
    op.create_index("ix_typical_stage_id", "typical", ["stage", "id"])
    op.create_table(
        "typical_support",
        needed("typical_id", sa.Integer()),
        needed("key", sa.String(64)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("typical_id", "key", name="pk_typical_support"),
        sa.ForeignKeyConstraint(
            ["typical_id"], ["typical.id"], name="fk_typical_support_typical_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("typical_support")
    op.drop_table("typical")
