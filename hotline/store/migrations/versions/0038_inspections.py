"""Inspection: drawings, score sheets and their versions."""

import sqlalchemy as sa
from alembic import op

from hotline.store.migrations.columns import FACTS, MOMENT, needed, partial_index

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    _inspection()
    _sheet()
    _version()


def _inspection() -> None:
    op.create_table(
        "inspection",
        needed("id", sa.Integer()),
        needed("subject", sa.String(8)),
        needed("first", sa.Date()),
        needed("last", sa.Date()),
        needed("size", sa.Integer()),
        needed("share", sa.Integer()),
        needed("reason", sa.Text()),
        needed("seed", sa.String(64)),
        needed("found", sa.Integer()),
        needed("found_digest", sa.String(64)),
        needed("drawn", sa.Integer()),
        needed("strata", FACTS),
        needed("rubric", FACTS),
        needed("by", sa.String(80)),
        needed("at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_inspection"),
    )


def _sheet() -> None:
    op.create_table(
        "sheet",
        needed("id", sa.Integer()),
        needed("inspection_id", sa.Integer()),
        needed("subject", sa.String(8)),
        sa.Column("number", sa.String(20)),
        sa.Column("call_id", sa.String(120)),
        needed("whose", sa.String(80)),
        needed("stratum", sa.String(12)),
        needed("why", FACTS),
        needed("state", sa.String(10)),
        needed("version", sa.Integer()),
        sa.Column("inspector", sa.String(80)),
        needed("passed", FACTS),
        sa.Column("taken_at", MOMENT),
        needed("said", FACTS),
        sa.Column("total", sa.Integer()),
        needed("failed", sa.Boolean()),
        needed("exposed", sa.Boolean()),
        sa.Column("submitted_at", MOMENT),
        sa.Column("appeal", sa.String(10)),
        sa.Column("appealed_by", sa.String(80)),
        sa.Column("appealed_at", MOMENT),
        needed("grounds", sa.Text()),
        sa.Column("ruled_by", sa.String(80)),
        sa.Column("ruled_at", MOMENT),
        needed("ruling", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_sheet"),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name="fk_sheet_inspection_id"
        ),
        sa.UniqueConstraint("inspection_id", "number", name="uq_sheet_inspection_id_number"),
    )
    partial_index("ix_sheet_open", "sheet", ["id"], "state <> 'submitted'")
    partial_index("ix_sheet_appealed", "sheet", ["id"], "appeal = 'asked'")
    for column in ("number", "call_id"):
        op.create_index(f"ix_sheet_{column}", "sheet", [column])
    op.create_index("ix_sheet_whose", "sheet", ["subject", "whose", "submitted_at"])
    op.create_index("ix_sheet_submitted", "sheet", ["submitted_at"])


def _version() -> None:
    op.create_table(
        "sheet_version",
        needed("sheet_id", sa.Integer()),
        needed("n", sa.Integer()),
        needed("at", MOMENT),
        needed("by", sa.String(80)),
        needed("said", FACTS),
        needed("total", sa.Integer()),
        needed("failed", sa.Boolean()),
        sa.PrimaryKeyConstraint("sheet_id", "n", name="pk_sheet_version"),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name="fk_sheet_version_sheet_id"),
    )


def downgrade() -> None:
    for table in ("sheet_version", "sheet", "inspection"):
        op.drop_table(table)
