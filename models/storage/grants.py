"""Roles on PostgreSQL (数据库角色): what each process may do to which table, as GRANTs.

The owner makes and migrates the tables; no process that serves or watches signs in as the owner.
Nobody but the owner can change or remove what is written for good, drop a trigger or make a table.
Which statements a table takes is listed here once, by its name, for every table there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, text

from models.domain.errors import StorageError

READ: Final = "SELECT"
ADD: Final = "SELECT, INSERT"
KEEP: Final = "SELECT, INSERT, UPDATE"
CLEAR: Final = "SELECT, INSERT, UPDATE, DELETE"

WEB: Final = "onpost_web"
WATCH: Final = "onpost_watch"
SCHEDULE: Final = "onpost_schedule"
ROLES: Final = (WEB, WATCH, SCHEDULE)

FOR_GOOD: Final = (
    "register_entries",
    "roster_versions",
    "settings_snapshots",
    "duty_rows",
    "evidence",
    "clues",
    "papers",
    "paper_files",
    "check_campaigns",
)
"""Rows are added and never changed or removed, by no process."""

_EVERY: Final[Mapping[str, str]] = {
    **dict.fromkeys(FOR_GOOD, ADD),
    **dict.fromkeys(
        (
            "register_heads",
            "findings",
            "alerts",
            "checks",
            "check_results",
            "check_days",
            "leases",
            "notices",
        ),
        KEEP,
    ),
    "deliveries": CLEAR,
    "alembic_version": READ,
}
"""What every process may do."""

_PEOPLE: Final = ("accounts", "tokens")
_SIGN_IN: Final = ("sessions", "sign_in_failures")
_OWN: Final[Mapping[str, Mapping[str, str]]] = {
    WEB: {
        **dict.fromkeys(_PEOPLE, KEEP),
        **dict.fromkeys(_SIGN_IN, CLEAR),
        **dict.fromkeys(("cases", "case_cards", "paper_numbers"), KEEP),
        **dict.fromkeys(("spans", "presences", "camera_events"), READ),
        **dict.fromkeys(("schedule_jobs", "schedule_days"), READ),
        "hooks": CLEAR,
    },
    WATCH: {
        **dict.fromkeys(("spans", "presences", "camera_events"), KEEP),
        **dict.fromkeys(("cases", "case_cards", "paper_numbers", "hooks"), READ),
        **dict.fromkeys(("schedule_jobs", "schedule_days"), READ),
    },
    SCHEDULE: {
        **dict.fromkeys(("cases", "case_cards", "paper_numbers", "hooks"), KEEP),
        **dict.fromkeys(("spans", "presences", "camera_events"), KEEP),
        **dict.fromkeys(("schedule_jobs", "schedule_days", "notices"), CLEAR),
    },
}
"""What one may beside that, or more of it. Accounts, tokens and sessions are the web's alone."""


def granted(role: str) -> dict[str, str]:
    """Statements that a role may make, by table; a table that is not named takes none."""
    return {**_EVERY, **_OWN[role]}


def statements(schema: str = "public") -> Iterator[str]:
    """The SQL that makes the roles and gives each what it may do; made again it gives the same.

    Roles are made without a password: whoever administers the database sets it.
    """
    for role in ROLES:
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; END IF; END $$"
        )
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
    for role in ROLES:
        yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
        for table, allowed in sorted(granted(role).items()):
            yield f"GRANT {allowed} ON {schema}.{table} TO {role}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"


def grant(connection: Connection) -> None:
    """Make the roles and give them what they may do, in the caller's transaction.

    Raises:
        StorageError: the database is not PostgreSQL.
    """
    if connection.dialect.name != "postgresql":
        raise StorageError(
            "数据库角色只适用于 PostgreSQL;SQLite 靠触发器与文件权限。",
            "roles are for PostgreSQL; SQLite has its triggers and the file's permissions.",
            where="database",
        )
    schema = str(connection.execute(text("SELECT current_schema()")).scalar())
    for statement in statements(schema):
        connection.exec_driver_sql(statement)
