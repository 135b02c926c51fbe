"""Spot checks: plans, checks, results, campaigns. What has ended is never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FOR_GOOD = {
    "checks": "OLD.state IN ('settled', 'not_done')",
    "check_results": "OLD.result <> 'pending'",
    "check_days": "OLD.seed <> ''",
    "check_campaigns": "",
}
"""Rows that are never changed again, by table; none of any is ever removed."""


def upgrade() -> None:
    _checks()
    _results()
    _days()
    _campaigns()
    for table, ended in FOR_GOOD.items():
        _guard(table, ended)


def _checks() -> None:
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=120), nullable=False),
        sa.Column("hall_id", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=100), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("late_s", sa.Float(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
        sa.UniqueConstraint(
            "plan", "hall_id", "number", name=op.f("uq_checks_plan_hall_id_number")
        ),
    )
    op.create_index("ix_checks_due_at", "checks", ["due_at"], unique=False)
    op.create_index("ix_checks_hall_id_due_at", "checks", ["hall_id", "due_at"], unique=False)
    op.create_index("ix_checks_state_due_at", "checks", ["state", "due_at"], unique=False)


def _results() -> None:
    op.create_table(
        "check_results",
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.String(length=100), nullable=False),
        sa.Column("unit_id", sa.String(length=100), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("finding_key", sa.String(length=300), nullable=False),
        sa.Column("entry_seq", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["checks.id"], name=op.f("fk_check_results_check_id_checks")
        ),
        sa.PrimaryKeyConstraint("check_id", "window_id", name=op.f("pk_check_results")),
    )
    op.create_index("ix_check_results_finding_key", "check_results", ["finding_key"], unique=False)
    op.create_index("ix_check_results_unit_id", "check_results", ["unit_id"], unique=False)


def _days() -> None:
    op.create_table(
        "check_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(length=200), nullable=False),
        sa.Column("nonce_by", sa.String(length=100), nullable=False),
        sa.Column("nonce_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_check_days")),
    )


def _campaigns() -> None:
    op.create_table(
        "check_campaigns",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_check_campaigns")),
    )


def _guard(table: str, ended: str) -> None:
    when = f"WHEN ({ended}) " if ended else ""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {when}"
            "EXECUTE FUNCTION onpost_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION onpost_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION onpost_refuse_change()"
        )
        return
    for change, limit in (("UPDATE", when), ("DELETE", "")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {limit}"
            f"BEGIN SELECT RAISE(ABORT, '{table}: what has ended is never changed or removed'); "
            "END"
        )
