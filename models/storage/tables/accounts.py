"""Tables of accounts (账号), failed sign-ins, sessions and tokens; secrets only as hashes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

accounts = Table(
    "accounts",
    metadata,
    Column("login", String(40), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("roles", JsonText, nullable=False),
    Column("halls", JsonText),
    Column("units", JsonText),
    Column("hashes", JsonText, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("password_at", UtcDateTime, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("login", String(40), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime),
    Index("ix_sign_in_failures_last_at", "last_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("login", String(40), ForeignKey("accounts.login"), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Column("address", String(64), nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_why", String(40), nullable=False),
    Index("ix_sessions_login_address_opened_at", "login", "address", "opened_at"),
    Index("ix_sessions_used_at", "used_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("login", String(40), ForeignKey("accounts.login"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("permissions", JsonText, nullable=False),
    Column("halls", JsonText),
    Column("units", JsonText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Index("ix_tokens_login", "login"),
)
