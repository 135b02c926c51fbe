"""Reads a view of another system's database: never writes, bounded in rows and in time.

The address belongs to the settings and is in no message. PostgreSQL reads in a READ ONLY
transaction under a statement timeout; an SQLite file is opened read-only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from models.domain.errors import InputError, StorageError

CONNECT_S: Final = 10
READ_S: Final = 60
EXACT: Final = 2**53
"""From here on a float is no longer exact; larger numbers stay text."""

Value = str | float | datetime | time


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """What a query gave: heads, and rows of plain values; empty text for NULL."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def read_foreign(name: str, url: str, query: str, *, most: int) -> ForeignTable:
    """Read all rows of a query.

    Args:
        name: Of the source, for messages.
        url: `postgresql://…` or `sqlite:///file`.
        query: One SELECT.
        most: Rows that are taken at most.

    Raises:
        InputError: the address or the query is not usable, or it gives more rows.
        StorageError: the database cannot be reached or refuses.
    """
    where = f"supervision.case_sources.{name}"
    statement = _one_select(query, where)
    engine = _engine(url, where)
    try:
        with _told(where), engine.connect() as connection:
            _make_read_only(connection)
            streaming = connection.execution_options(stream_results=True)
            with streaming.execute(text(statement)) as found:
                heads = tuple(found.keys())
                rows = found.fetchmany(most + 1)
            connection.rollback()
    finally:
        engine.dispose()
    if len(rows) > most:
        raise InputError(
            f"查询结果超过 {most} 行,未读取;请在视图或 query 中限定时间范围(如近 90 天)。",
            f"the query gives more than {most} rows; narrow it, say to the last 90 days.",
            where=where,
        )
    return ForeignTable(heads, tuple(tuple(_plain(value) for value in row) for row in rows))


def _one_select(query: str, where: str) -> str:
    statement = query.strip().rstrip(";").strip()
    first = statement.split(None, 1)[0].lower() if statement else ""
    if first not in {"select", "with"} or ";" in statement:
        raise InputError(
            "query 须为一条 SELECT 语句。", "the query is one SELECT statement.", where=where
        )
    return statement.replace(":", "\\:")


def _engine(url: str, where: str) -> Engine:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError:
        backend = ""
    if backend == "postgresql":
        given = {"connect_timeout": CONNECT_S}
        driven = parsed.set(drivername="postgresql+psycopg")
        return _made(driven.render_as_string(hide_password=False), given, where)
    if backend == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        file = quote(str(parsed.database))
        return _made(f"sqlite:///file:{file}?mode=ro&uri=true", {"timeout": CONNECT_S}, where)
    raise InputError(
        "database 应为 postgresql://用户@主机/库名 或 sqlite:///文件路径;其他数据库请提供 "
        "PostgreSQL 视图,或改用文件夹投递。",
        "database is postgresql://user@host/name or sqlite:///path; for others offer a view in "
        "PostgreSQL, or drop files.",
        where=where,
    )


def _made(url: str, given: dict[str, Any], where: str) -> Engine:
    try:
        engine = create_engine(url, connect_args=given, poolclass=NullPool, hide_parameters=True)
    except ImportError:
        raise StorageError(
            "未安装 PostgreSQL 驱动,请运行 pip install 'onpost[postgres]'。",
            "the PostgreSQL driver is missing; run pip install 'onpost[postgres]'.",
            where=where,
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _bound_sqlite)
    return engine


def _bound_sqlite(connection: Any, _record: Any) -> None:
    """Query only, and given up after so many steps of its machine (about a minute)."""
    connection.execute("PRAGMA query_only = ON")
    left = [READ_S * 1000]

    def still() -> int:
        left[0] -= 1
        return int(left[0] < 0)

    connection.set_progress_handler(still, 10_000)


def _make_read_only(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {READ_S * 1000}")


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
        raise StorageError(
            f"外部数据库无法读取:{cause}。请检查连接、只读账号的权限与 query。",
            f"the other database cannot be read: {cause}. Check connection, rights and query.",
            where=where,
        ) from None


def _plain(value: Any) -> Value:
    if isinstance(value, str | datetime | time):
        return value
    if isinstance(value, int | float | Decimal) and -EXACT < value < EXACT:
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
