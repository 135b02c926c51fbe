"""Statements that several books share: what SQLite and PostgreSQL spell differently, scopes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from models.domain.access import Scope
from models.storage.types import UtcDateTime

CLOCKS_WENT_BACK: Final = timedelta(days=1)
"""How much earlier than the row before a row may have begun."""


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


def each_value(connection: Connection, column: Column[str]) -> Iterator[str]:
    """The different values of a column that an index begins with, in their order; each is one
    look into the index, however many rows have it."""
    query = select(func.min(column))
    value = connection.execute(query).scalar()
    while value is not None:
        yield value
        value = connection.execute(query.where(column > value)).scalar()


def begun_before(
    whose: Column[str], name: str, started_at: Column[Any], start: datetime
) -> ColumnElement[Any]:
    """The beginning of the row that ran at `start`, or an earlier one: of rows that follow one
    another, those from it on are all that can touch `start` or later. Years of earlier rows are
    left out by the index on (`whose`, `started_at`).

    Args:
        whose: The column that names whose rows follow one another.
        name: Its value.
        started_at: When a row began.
        start: The moment.
    """
    moment = literal(start - CLOCKS_WENT_BACK, UtcDateTime())
    newest = select(func.max(started_at)).where(whose == name, started_at <= moment)
    return func.coalesce(newest.scalar_subquery(), moment)
