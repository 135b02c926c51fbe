"""Indexes for what is asked of years: what stands, a unit's findings, entries of a kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_alerts_standing",
        "alerts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "ix_findings_standing",
        "findings",
        ["id"],
        unique=False,
        sqlite_where=sa.text("ended IS 0"),
        postgresql_where=sa.text("ended IS false"),
    )
    op.create_index("ix_findings_unit_id_state", "findings", ["unit_id", "state"], unique=False)
    op.create_index("ix_findings_started_at", "findings", ["started_at"], unique=False)
    op.create_index("ix_findings_kind_state", "findings", ["kind", "state"], unique=False)
    op.create_index(
        "ix_register_entries_chain_kind_seq",
        "register_entries",
        ["chain", "kind", "seq"],
        unique=False,
    )
    op.create_index(
        "ix_check_results_unit_id_check_id",
        "check_results",
        ["unit_id", "check_id"],
        unique=False,
    )
    op.drop_index("ix_check_results_unit_id", "check_results")
    op.drop_index("ix_spans_started_at", "spans")
