"""Guard: second factors, recovery codes, past passwords, invitations, rights that wait for a second."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0015"
down_revision = "0014"

TABLES = ("right_request", "invitation", "past_password", "recovery_code")


def upgrade() -> None:
    _officer()
    _beside()
    _rights()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for column in ("password_at", "factor_step", "factor_since", "factor_secret"):
        op.drop_column("officer", column)


def _officer() -> None:
    op.add_column("officer", sa.Column("factor_secret", sa.LargeBinary()))
    op.add_column("officer", sa.Column("factor_since", MOMENT))
    op.add_column("officer", needed("factor_step", sa.BigInteger(), server_default="0"))
    op.add_column("officer", sa.Column("password_at", MOMENT))


def _beside() -> None:
    op.create_table(
        "recovery_code",
        needed("hash", sa.String(64)),
        needed("officer_id", sa.Integer()),
        sa.PrimaryKeyConstraint("hash", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_officer_id", "recovery_code", ["officer_id"])
    op.create_table(
        "past_password",
        needed("id", sa.Integer()),
        needed("officer_id", sa.Integer()),
        needed("password", sa.Text()),
        needed("until", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_past_password"),
    )
    op.create_index("ix_past_password_officer_id", "past_password", ["officer_id"])
    op.create_table(
        "invitation",
        needed("hash", sa.String(64)),
        needed("officer_id", sa.Integer()),
        needed("expires_at", MOMENT),
        sa.PrimaryKeyConstraint("hash", name="pk_invitation"),
    )
    op.create_index("ix_invitation_officer_id", "invitation", ["officer_id"])


def _rights() -> None:
    op.create_table(
        "right_request",
        needed("id", sa.Integer()),
        needed("at", MOMENT),
        needed("asked_by", sa.String(80)),
        needed("act", sa.String(20)),
        needed("about", FACTS),
        needed("state", sa.String(10)),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_right_request"),
    )
    partial_index("ix_right_request_waiting", "right_request", ["id"], "state = 'waiting'")
