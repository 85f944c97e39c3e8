"""Reply templates with their versions; rulings on returns are found by an index of their own."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed, partial_index

revision = "0033"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "reply_template",
        needed("id", sa.Integer()),
        needed("department", sa.String(40)),
        needed("version", sa.Integer()),
        needed("topic", sa.String(120)),
        needed("name", sa.String(60)),
        needed("body", sa.Text()),
        needed("changed_at", MOMENT),
        sa.Column("gone_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_reply_template"),
    )
    op.create_index("ix_reply_template_department_id", "reply_template", ["department", "id"])
    op.create_table(
        "reply_template_version",
        needed("template_id", sa.Integer()),
        needed("n", sa.Integer()),
        needed("topic", sa.String(120)),
        needed("name", sa.String(60)),
        needed("body", sa.Text()),
        needed("author", sa.String(80)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("template_id", "n", name="pk_reply_template_version"),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["reply_template.id"],
            name="fk_reply_template_version_template_id",
        ),
    )
    partial_index("ix_entry_ruled", "entry", ["at"], "action = 'rule'")


def downgrade() -> None:
    op.drop_index("ix_entry_ruled", "entry")
    op.drop_table("reply_template_version")
    op.drop_table("reply_template")
