"""A reply's print beside its figures, to find nearly the same words; those answered are folded anew."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0027"

_AGAIN = (
    "INSERT INTO fact_todo (case_id) SELECT f.case_id FROM fact_case AS f"
    " JOIN cases AS c ON c.id = f.case_id WHERE f.reply_hash IS NOT NULL"
)


def upgrade() -> None:
    op.add_column("fact_case", sa.Column("reply_print", sa.String(64)))
    op.execute(_AGAIN)


def downgrade() -> None:
    op.drop_column("fact_case", "reply_print")
