"""Tables of the register (登记台账). Triggers, made in the migration, refuse every change."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, text

from models.storage.base import metadata

register_entries = Table(
    "register_entries",
    metadata,
    Column("chain", String(40), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_text", String(40), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("key", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_register_entries_kind_at", "kind", "at_text"),
    Index("ix_register_entries_chain_kind_seq", "chain", "kind", "seq"),
)
Index(
    "uq_register_entries_key",
    register_entries.c.chain,
    register_entries.c.key,
    unique=True,
    sqlite_where=text("key <> ''"),
    postgresql_where=text("key <> ''"),
)

register_heads = Table(
    "register_heads",
    metadata,
    Column("chain", String(40), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
