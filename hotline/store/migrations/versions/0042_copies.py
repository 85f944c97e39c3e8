"""What erased callers had added to a case they were merged into goes from there too.

An erasure left the copy in the other case's timeline; nothing brings the words back.
"""

from alembic import op

revision = "0042"
down_revision = "0041"
# A copy begins with （并单 20261103-000001）.
EMPTY = """
    UPDATE entry SET text = substr(text, 1, 20) || '［个人信息已删除］'
    WHERE origin = 'merged case' AND substr(text, 5, 15) IN (SELECT number FROM erasure)
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # what is freed is overwritten, not only forgotten
        op.execute("PRAGMA secure_delete=ON")
    op.execute(EMPTY)


def downgrade() -> None:
    """What was erased stays erased."""
