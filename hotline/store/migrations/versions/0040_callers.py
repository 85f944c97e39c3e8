"""A caller's cases lie in an index by their age: the newest are read, not all, and no one else's."""

from alembic import op

revision = "0040"
down_revision = "0039"
WAYS = ("phone", "email")


def upgrade() -> None:
    for way in WAYS:
        op.create_index(f"ix_identity_{way}", "identity", [f"{way}_hash", "case_id"])
        op.drop_index(f"ix_identity_{way}_hash", "identity")


def downgrade() -> None:
    for way in WAYS:
        op.create_index(f"ix_identity_{way}_hash", "identity", [f"{way}_hash"])
        op.drop_index(f"ix_identity_{way}", "identity")
