"""Which accounts are the demo's: only they may go without second factor, and on loopback alone.

Accounts that were there before are nobody's demo: after an update `hotline seed --demo` marks those
of its own that still have the password it gave them.
"""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import needed

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("officer", needed("demo", sa.Boolean(), server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("officer", "demo")
