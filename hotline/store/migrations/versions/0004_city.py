"""The city and its staff: departments, topics, duties, settings, accounts and doors."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _department()
    _district()
    _door()
    _duty()
    _officer()
    _session()
    _setting()
    _topic()


def downgrade() -> None:
    for table in (
        "topic",
        "setting",
        "session",
        "officer",
        "duty",
        "door",
        "district",
        "department",
    ):
        op.drop_table(table)


def _department() -> None:
    op.create_table(
        "department",
        needed("code", sa.String(40)),
        needed("name", sa.String(80)),
        sa.Column("parent", sa.String(40)),
        needed("kind", sa.String(40)),
        needed("level", sa.String(20)),
        needed("district", sa.String(40)),
        needed("phone", sa.String(40)),
        needed("dispatchable", sa.Boolean()),
        sa.PrimaryKeyConstraint("code", name="pk_department"),
    )
    op.create_index("ix_department_name", "department", ["name"])


def _district() -> None:
    op.create_table(
        "district",
        needed("name", sa.String(40)),
        needed("places", FACTS),
        sa.Column("lon", sa.Double()),
        sa.Column("lat", sa.Double()),
        sa.PrimaryKeyConstraint("name", name="pk_district"),
    )


def _door() -> None:
    op.create_table(
        "door",
        needed("key", sa.String(120)),
        needed("wrong", sa.Integer()),
        needed("since", MOMENT),
        sa.Column("shut_until", MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_door"),
    )


def _duty() -> None:
    op.create_table(
        "duty",
        needed("id", sa.String(40)),
        needed("rank", sa.Integer()),
        needed("facts", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_duty"),
    )
    op.create_index("ix_duty_rank", "duty", ["rank"])


def _officer() -> None:
    op.create_table(
        "officer",
        needed("id", sa.Integer()),
        needed("username", sa.String(80)),
        needed("name", sa.String(80)),
        needed("role", sa.String(20)),
        sa.Column("department", sa.String(40)),
        needed("machine", sa.Boolean()),
        sa.Column("password", sa.Text()),
        sa.Column("first_password", sa.LargeBinary()),
        needed("failures", sa.Integer()),
        sa.Column("locked_until", MOMENT),
        needed("disabled", sa.Boolean()),
        needed("created_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_officer"),
        sa.UniqueConstraint("username", name="uq_officer_username"),
    )


def _session() -> None:
    op.create_table(
        "session",
        needed("hash", sa.String(64)),
        needed("officer_id", sa.Integer()),
        needed("created_at", MOMENT),
        needed("seen_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.PrimaryKeyConstraint("hash", name="pk_session"),
    )
    op.create_index("ix_session_officer_id", "session", ["officer_id"])


def _setting() -> None:
    op.create_table(
        "setting",
        needed("key", sa.String(80)),
        needed("value", FACTS),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )


def _topic() -> None:
    op.create_table(
        "topic",
        needed("id", sa.Integer()),
        needed("level1", sa.String(40)),
        needed("level2", sa.String(40)),
        needed("level3", sa.String(40)),
        needed("default_department", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_topic"),
    )
