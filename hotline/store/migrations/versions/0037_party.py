"""Whose matter a case is (诉求主体), and the language or dialect that its citizen speaks."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import needed

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    for table in ("cases", "fact_case"):
        op.add_column(table, needed("party", sa.String(20), server_default="citizen"))
        op.add_column(table, needed("language", sa.String(20), server_default=""))


def downgrade() -> None:
    for table in ("fact_case", "cases"):
        op.drop_column(table, "language")
        op.drop_column(table, "party")
