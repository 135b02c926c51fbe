"""Opens the database, SQLite or PostgreSQL, so that both behave alike."""

from __future__ import annotations

import sqlite3
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from models.domain.errors import StorageError

READ_ONLY: Final = "onpost_read_only"
"""Execution option of a connection that only reads."""

BUSY_S: Final = 30.0
"""How long a writer waits for another one."""

_NOT_FOR_EVER: Final[dict[str, Any]] = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that stopped answering is given up after so long; an address may say otherwise."""

CACHE_KB: Final = 16 * 1024
"""Of each connection; years of a register's newest pages fit into it."""

LARGEST_WAL: Final = 64 * 1024 * 1024
"""Bytes kept of the write-ahead log after a long transaction has made it larger."""


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`.

    SQLite runs in WAL mode with full syncs; its writing transactions take the writer's place
    at their beginning, so that two writers queue instead of failing half-way.

    Raises:
        StorageError: another database, an SQLite database in memory, or no PostgreSQL driver.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if find_spec("psycopg") is None:
        raise StorageError(
            "未安装 PostgreSQL 驱动,请运行 pip install 'onpost[postgres]'。",
            "the PostgreSQL driver is missing; run pip install 'onpost[postgres]'.",
            where="database",
        )
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={k: v for k, v in _NOT_FOR_EVER.items() if k not in parsed.query},
        pool_pre_ping=True,
        pool_size=10,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database, None for PostgreSQL.

    Raises:
        StorageError: the URL is not usable.
    """
    parsed = _parse(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as error:
        raise _unusable_url() from error
    if backend not in {"sqlite", "postgresql"}:
        raise _unusable_url()
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise _unusable_url()
    return parsed


def _unusable_url() -> StorageError:
    return StorageError(
        "数据库地址无效,应为 sqlite:///文件路径 或 postgresql://用户@主机/库名。",
        "the database URL is not usable; write sqlite:///path/to/file or "
        "postgresql://user@host/name.",
        where="database",
    )


def _sqlite(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"不能创建数据库所在文件夹:{error.strerror}。",
            f"the database's folder cannot be made: {error.strerror}.",
            where=str(folder),
        ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes too late for IMMEDIATE; _begin_sqlite sends ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {int(BUSY_S * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KB}",
        f"journal_size_limit = {LARGEST_WAL}",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(READ_ONLY):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    statement = f"SET LOCAL lock_timeout = {int(BUSY_S * 1000)}"
    if connection.get_execution_options().get(READ_ONLY):
        statement += "; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    connection.exec_driver_sql(statement)
