"""Privacy: requests about one's own data, legal holds, erasures, interests; last use, directory's subject."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import MOMENT, needed, partial_index

revision = "0017"
down_revision = "0016"

TABLES = ("spent_challenge", "interest", "erasure", "legal_hold", "privacy_request")


def upgrade() -> None:
    _requests()
    _holds()
    _interests()
    op.add_column("officer", sa.Column("used_at", MOMENT))
    op.add_column("officer", sa.Column("subject", sa.String(255)))
    op.create_index("ix_officer_subject", "officer", ["subject"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_officer_subject", "officer")
    for column in ("subject", "used_at"):
        op.drop_column("officer", column)
    for table in TABLES:
        op.drop_table(table)


def _requests() -> None:
    op.create_table(
        "privacy_request",
        needed("id", sa.Integer()),
        needed("at", MOMENT),
        needed("case_id", sa.Integer()),
        needed("number", sa.String(20)),
        needed("kind", sa.String(10)),
        needed("words", sa.LargeBinary()),
        needed("due_at", MOMENT),
        needed("climbed", sa.Integer()),
        sa.Column("next_at", MOMENT),
        needed("state", sa.String(10)),
        sa.Column("answer", sa.Text()),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_request"),
    )
    op.create_index("ix_privacy_request_case_id", "privacy_request", ["case_id"])
    partial_index(
        "ix_privacy_request_next", "privacy_request", ["next_at", "id"], "state = 'waiting'"
    )


def _holds() -> None:
    op.create_table(
        "legal_hold",
        needed("id", sa.Integer()),
        needed("case_id", sa.Integer()),
        needed("since", MOMENT),
        needed("reason", sa.Text()),
        needed("by", sa.String(80)),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
        sa.UniqueConstraint("case_id", "since", name="uq_legal_hold_case_id_since"),
    )
    partial_index("ix_legal_hold_live", "legal_hold", ["case_id"], "ended_at IS NULL")
    op.create_table(
        "erasure",
        needed("case_id", sa.Integer(), autoincrement=False),
        needed("number", sa.String(20)),
        needed("at", MOMENT),
        needed("why", sa.String(12)),
        needed("through", sa.Integer()),
        sa.PrimaryKeyConstraint("case_id", name="pk_erasure"),
        sa.UniqueConstraint("number", name="uq_erasure_number"),
    )


def _interests() -> None:
    op.create_table(
        "interest",
        needed("case_id", sa.Integer(), autoincrement=False),
        needed("id", sa.Integer(), autoincrement=False),
        needed("kind", sa.String(10)),
        needed("of", sa.String(80)),
        needed("why", sa.Text()),
        needed("by", sa.String(80)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_interest"),
        sa.UniqueConstraint("case_id", "kind", "of", name="uq_interest_case_id_kind_of"),
    )
    op.create_index("ix_interest_of", "interest", ["of"])
    op.create_table(
        "spent_challenge",
        needed("salt", sa.String(40)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("salt", name="pk_spent_challenge"),
    )
    op.create_index("ix_spent_challenge_at", "spent_challenge", ["at"])
