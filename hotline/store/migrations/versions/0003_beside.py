"""What lies beside the cases: identity, reveals, messages, labels, files, and the logs."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _identity()
    _reveal()
    _outbox()
    _label()
    _attachment()
    _act()
    _tick()


def downgrade() -> None:
    for table in (
        "tick",
        "act",
        "attachment",
        "label",
        "outbox",
        "reveal",
        "identity",
    ):
        op.drop_table(table)


def _identity() -> None:
    op.create_table(
        "identity",
        needed("case_id", sa.Integer(), autoincrement=False),
        sa.Column("name", sa.LargeBinary()),
        sa.Column("phone", sa.LargeBinary()),
        sa.Column("email", sa.LargeBinary()),
        sa.Column("address", sa.LargeBinary()),
        sa.Column("id_number", sa.LargeBinary()),
        needed("words", sa.LargeBinary()),
        needed("masked", FACTS),
        sa.Column("phone_hash", sa.String(64)),
        sa.Column("email_hash", sa.String(64)),
        sa.PrimaryKeyConstraint("case_id", name="pk_identity"),
    )
    op.create_index("ix_identity_email_hash", "identity", ["email_hash"])
    op.create_index("ix_identity_phone_hash", "identity", ["phone_hash"])


def _reveal() -> None:
    op.create_table(
        "reveal",
        needed("id", sa.Integer()),
        needed("case_id", sa.Integer()),
        needed("seq", sa.Integer()),
        needed("at", MOMENT),
        needed("role", sa.String(20)),
        needed("actor", sa.String(80)),
        needed("origin", sa.String(80)),
        needed("fields", FACTS),
        needed("purpose", sa.Text()),
        needed("previous", sa.String(64)),
        needed("hash", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_reveal"),
    )
    op.create_index("ix_reveal_actor", "reveal", ["actor"])
    op.create_index("ix_reveal_at", "reveal", ["at"])
    op.create_index("ix_reveal_case_id", "reveal", ["case_id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        needed("id", sa.Integer()),
        needed("message_id", sa.String(120)),
        needed("audience", sa.String(80)),
        needed("about", sa.String(20)),
        needed("subject", sa.Text()),
        needed("text", sa.Text()),
        sa.Column("level", sa.Integer()),
        needed("created_at", MOMENT),
        needed("state", sa.String(10)),
        needed("attempts", sa.Integer()),
        sa.Column("next_at", MOMENT),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    op.create_index("ix_outbox_desk", "outbox", ["audience", "id"])
    partial_index("ix_outbox_due", "outbox", ["next_at", "id"], "next_at IS NOT NULL")


def _label() -> None:
    op.create_table(
        "label",
        needed("id", sa.Integer()),
        needed("case_id", sa.Integer()),
        needed("field", sa.String(20)),
        needed("suggested", sa.String(120)),
        needed("chosen", sa.String(120)),
        needed("by", sa.String(80)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
    )
    op.create_index("ix_label_case_id", "label", ["case_id"])


def _attachment() -> None:
    op.create_table(
        "attachment",
        needed("token", sa.String(40)),
        needed("sha256", sa.String(64)),
        needed("name", sa.LargeBinary()),
        needed("size", sa.Integer()),
        needed("type", sa.String(80)),
        sa.Column("case_id", sa.Integer()),
        needed("created_at", MOMENT),
        sa.PrimaryKeyConstraint("token", name="pk_attachment"),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id"])
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])


def _act() -> None:
    op.create_table(
        "act",
        needed("seq", sa.Integer(), autoincrement=False),
        needed("at", MOMENT),
        needed("actor", sa.String(80)),
        needed("origin", sa.String(80)),
        needed("act", sa.String(80)),
        needed("about", FACTS),
        needed("previous", sa.String(64)),
        needed("hash", sa.String(64)),
        sa.PrimaryKeyConstraint("seq", name="pk_act"),
    )


def _tick() -> None:
    op.create_table(
        "tick",
        needed("id", sa.Integer()),
        needed("node", sa.String(80)),
        needed("at", MOMENT),
        needed("climbed", sa.Integer()),
        needed("gone", sa.Integer()),
        needed("failed", FACTS),
        sa.PrimaryKeyConstraint("id", name="pk_tick"),
    )
    op.create_index("ix_tick_at", "tick", ["at"])
