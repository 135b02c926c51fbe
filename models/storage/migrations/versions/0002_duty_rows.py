"""The duty record: notices, exemptions, calendar, staff; rows are never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_rows",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_duty_rows")),
        sa.UniqueConstraint("kind", "key", "replaces", name=op.f("uq_duty_rows_kind_key_replaces")),
    )
    op.create_index("ix_duty_rows_kind_key", "duty_rows", ["kind", "key"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER duty_rows_no_change BEFORE UPDATE OR DELETE ON duty_rows "
            "FOR EACH ROW EXECUTE FUNCTION onpost_refuse_change()"
        )
        op.execute(
            "CREATE TRIGGER duty_rows_no_truncate BEFORE TRUNCATE ON duty_rows "
            "FOR EACH STATEMENT EXECUTE FUNCTION onpost_refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER duty_rows_no_{change.lower()} BEFORE {change} ON duty_rows "
            "BEGIN SELECT RAISE(ABORT, 'duty_rows: rows are never changed or removed'); END"
        )
