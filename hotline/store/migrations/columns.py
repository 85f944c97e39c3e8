"""What the steps build tables from; frozen with them, so that old steps never change meaning."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

MOMENT = sa.DateTime(timezone=True)
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def needed(name: str, kind: Any, **options: Any) -> "sa.Column[Any]":
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False, **options)


def several(kind: Any, *names: str, nullable: bool = False) -> "list[sa.Column[Any]]":
    """Columns of one kind."""
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over the rows that are still to be done: small however much is done already."""
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
