"""Lights are found by when they came on; an officer's standing views have each a name of its own."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import partial_index

revision = "0035"
down_revision = "0034"
LONGEST = 40
LIT, STANDING = "outcome = 'notified' AND kind <> 'remind'", "gone_at IS NULL"


def upgrade() -> None:
    partial_index("ix_rung_lit", "rung", ["climbed_at"], LIT)
    _tell_apart()
    where = sa.text(STANDING)
    op.create_index(
        "ix_saved_view_standing",
        "saved_view",
        ["officer_id", "name"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_saved_view_standing", "saved_view")
    op.drop_index("ix_rung_lit", "rung")


def _tell_apart() -> None:
    """Two that were saved at once under a name: the later is numbered, and nobody loses filters."""
    bind = op.get_bind()
    rows = bind.execute(
        sa.text(f"SELECT id, officer_id, name FROM saved_view WHERE {STANDING} ORDER BY id")
    ).all()
    taken = {(row.officer_id, row.name) for row in rows}
    seen: set[tuple[int, str]] = set()
    for row in rows:
        name, n = row.name, 2
        while (row.officer_id, name) in seen or (n > 2 and (row.officer_id, name) in taken):
            tail = f" ({n})"
            name, n = row.name[: LONGEST - len(tail)] + tail, n + 1
        seen.add((row.officer_id, name))
        if name != row.name:
            told = {"name": name, "id": row.id}
            bind.execute(sa.text("UPDATE saved_view SET name = :name WHERE id = :id"), told)
