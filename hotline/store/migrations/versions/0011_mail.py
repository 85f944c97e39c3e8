"""The post: letters in as they came, mailboxes, letters out to citizens, addresses that bounce."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    _letter()
    _mailbox()
    _out()


def downgrade() -> None:
    op.drop_column("outbox", "sealed")
    for table in ("posted_letter", "marked_address", "mailbox", "letter"):
        op.drop_table(table)


def _letter() -> None:
    op.create_table(
        "letter",
        needed("id", sa.Integer()),
        needed("mailbox", sa.String(120)),
        sa.Column("uidvalidity", sa.BigInteger()),
        sa.Column("uid", sa.BigInteger()),
        needed("sha256", sa.String(64)),
        needed("size", sa.Integer()),
        needed("raw", sa.LargeBinary()),
        needed("envelope", sa.LargeBinary()),
        sa.Column("department", sa.String(40)),
        needed("received_at", MOMENT),
        needed("outcome", sa.String(20)),
        needed("attempts", sa.Integer()),
        sa.Column("problem", sa.Text()),
        sa.Column("next_at", MOMENT),
        sa.Column("lease_until", MOMENT),
        sa.Column("identity", sa.String(64)),
        sa.Column("sender_hash", sa.String(64)),
        sa.Column("number", sa.String(20)),
        sa.Column("intake_id", sa.Integer()),
        sa.Column("original_id", sa.Integer()),
        needed("marks", FACTS),
        sa.Column("facts", sa.LargeBinary()),
        sa.Column("tray", sa.String(12)),
        sa.Column("tray_at", MOMENT),
        sa.Column("alarmed_at", MOMENT),
        sa.Column("judged_at", MOMENT),
        sa.Column("judged_by", sa.String(80)),
        sa.Column("judgement", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint(
            "mailbox", "uidvalidity", "uid", name="uq_letter_mailbox_uidvalidity_uid"
        ),
        sa.UniqueConstraint("identity", name="uq_letter_identity"),
    )
    op.create_index("ix_letter_sha256", "letter", ["sha256"])
    op.create_index("ix_letter_number", "letter", ["number"])
    op.create_index("ix_letter_intake_id", "letter", ["intake_id"])
    op.create_index("ix_letter_sender", "letter", ["sender_hash", "received_at"])
    partial_index("ix_letter_pending", "letter", ["next_at", "id"], "outcome = 'pending'")
    partial_index("ix_letter_tray", "letter", ["tray_at", "id"], "tray IS NOT NULL")


def _mailbox() -> None:
    op.create_table(
        "mailbox",
        needed("name", sa.String(120)),
        sa.Column("uidvalidity", sa.BigInteger()),
        needed("began", sa.BigInteger()),
        sa.Column("since", MOMENT),
        needed("last_uid", sa.BigInteger()),
        sa.Column("looked_at", MOMENT),
        sa.Column("broken_since", MOMENT),
        sa.Column("problem", sa.Text()),
        sa.Column("alarmed_at", MOMENT),
        sa.PrimaryKeyConstraint("name", name="pk_mailbox"),
    )


def _out() -> None:
    op.add_column("outbox", sa.Column("sealed", sa.LargeBinary()))
    op.create_table(
        "marked_address",
        needed("hash", sa.String(64)),
        sa.Column("number", sa.String(20)),
        needed("reason", sa.Text()),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("hash", name="pk_marked_address"),
    )
    op.create_index("ix_marked_address_number", "marked_address", ["number"])
    op.create_table(
        "posted_letter",
        needed("message_id", sa.String(200)),
        needed("number", sa.String(20)),
        needed("address_hash", sa.String(64)),
        needed("kind", sa.String(20)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("message_id", name="pk_posted_letter"),
    )
    op.create_index("ix_posted_letter_number", "posted_letter", ["number"])
    op.create_index("ix_posted_letter_address", "posted_letter", ["address_hash", "at"])
