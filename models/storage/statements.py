"""Statements that several books share: what SQLite and PostgreSQL spell differently, scopes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from models.domain.access import Scope


def insert_or(connection: Connection, table: Table) -> Any:
    """An INSERT that takes `on_conflict_do_update` / `on_conflict_do_nothing`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def within(query: Select[Any], table: Table, scope: Scope) -> Select[Any]:
    """A query for rows with `hall_id` and `unit_id`, narrowed to a scope as `Scope.covers` is."""
    if scope.halls is not None:
        query = query.where(table.c.hall_id.in_(scope.halls))
    if scope.units is not None:
        query = query.where(table.c.unit_id.in_(scope.units), table.c.unit_id != "")
    return query
