"""Every table as portable rows and back: one moment of either database, loaded into either.

Rows are JSON arrays in the order of the columns. Times are RFC 3339, and text is the text that lies
there, so that what a hash was taken over stays the same bytes. A dump of an earlier schema
is loaded into that schema and migrated from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from alembic import command
from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    MetaData,
    Table,
    Text,
    func,
    inspect,
    select,
    text,
    type_coerce,
)

from models.domain.errors import StorageError
from models.domain.register import MAIN_CHAIN, PURGED
from models.storage.engine import READ_ONLY
from models.storage.migrate import alembic_config, head_revision, require_known
from models.storage.tables import metadata, register_entries, register_heads
from models.storage.types import JsonText
from models.storage.unit_of_work import storage_errors

ROWS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table, as lines of JSON."""

    table: str
    rows: int
    lines: bytes


class Snapshot:
    """One moment of the database; what is written meanwhile is not in it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.revision = head_revision()

    def heads(self) -> dict[str, int]:
        """The number of each chain's newest entry."""
        return {row.chain: row.seq for row in self._connection.execute(select(register_heads))}

    def pictures(self) -> Iterator[tuple[str, str]]:
        """(path, SHA-256) of every picture of evidence that has a row."""
        evidence = metadata.tables["evidence"].c
        for row in self._connection.execute(select(evidence.path, evidence.sha256)):
            yield row.path, row.sha256

    def purged(self) -> set[str]:
        """SHA-256 of the pictures that the register says were destroyed."""
        entries = register_entries.c
        query = select(register_entries).where(entries.chain == MAIN_CHAIN, entries.kind == PURGED)
        found: set[str] = set()
        for row in self._connection.execute(query):
            found |= set(json.loads(row.body).get("sha256") or ())
        return found

    def sequences(self) -> dict[str, int]:
        """The last number that tables gave, where the database remembers it."""
        connection, found = self._connection, dict[str, int]()
        if connection.dialect.name == "sqlite":
            if inspect(connection).has_table("sqlite_sequence"):
                rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
                found = {name: int(seq) for name, seq in rows}
            return found
        for table in metadata.sorted_tables:
            name = _sequence(connection, table)
            if name is not None:
                last = connection.execute(text(f"SELECT last_value FROM {name}")).scalar()  # noqa: S608
                found[table.name] = int(last or 0)
        return found

    def parts(self) -> Iterator[Part]:
        """All rows of all tables, referred ones first; a table without rows has one empty part."""
        for table in metadata.sorted_tables:
            columns = [
                type_coerce(one, Text) if isinstance(one.type, JsonText) else one
                for one in table.columns
            ]
            query = select(*columns).order_by(*table.primary_key.columns)
            found = self._connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
            number = 0
            for number, rows in enumerate(found.partitions(ROWS_AT_ONCE), 1):  # noqa: B007
                lines = "".join(f"{_line(row)}\n" for row in rows)
                yield Part(table.name, len(rows), lines.encode("utf-8"))
            if number == 0:
                yield Part(table.name, 0, b"")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """Read one moment of a database; writers go on.

    Raises:
        StorageError: it cannot be read.
    """
    with storage_errors(), engine.connect() as connection:
        reading = connection.execution_options(**{READ_ONLY: True})
        reading.execute(select(register_heads)).all()  # the moment begins with the first read
        yield Snapshot(reading)


class Loading:
    """An empty database being filled in one transaction."""

    def __init__(self, connection: Connection, revision: str) -> None:
        self._connection = connection
        self._tables = MetaData()
        command.upgrade(alembic_config(connection), revision)
        self._tables.reflect(connection)

    def order(self) -> list[str]:
        """Tables in the order in which they have to be filled."""
        return [one.name for one in self._tables.sorted_tables if one.name != "alembic_version"]

    def columns(self, name: str) -> list[str]:
        """A table's columns."""
        return [one.name for one in self._table(name).columns]

    def put(self, name: str, columns: list[str], rows: Iterable[list[Any]]) -> int:
        """Rows into a table; gives their number.

        Raises:
            StorageError: the table is none of this schema, or a row does not fit it.
        """
        table = self._table(name)
        if set(columns) != {one.name for one in table.columns}:
            raise _unfit(name)
        types = [table.c[one].type for one in columns]
        naive = self._connection.dialect.name == "sqlite"
        try:
            values = [
                {
                    key: _value(kind, one, naive=naive)
                    for key, kind, one in zip(columns, types, row, strict=True)
                }
                for row in rows
            ]
        except (ValueError, TypeError) as error:
            raise _unfit(name) from error
        if values:
            self._connection.execute(table.insert(), values)
        return len(values)

    def finish(self, sequences: Mapping[str, int]) -> None:
        """Number on from where the dumped database stood, and migrate to the newest schema."""
        connection = self._connection
        for table in self._tables.sorted_tables:
            last = sequences.get(table.name, 0)
            if connection.dialect.name == "postgresql":
                name = _sequence(connection, table)
                if name is None:
                    continue
                (column,) = table.primary_key.columns
                most = connection.execute(select(func.max(column))).scalar() or 0
                if max(last, most):
                    given = {"name": name, "last": max(last, most)}
                    connection.execute(text("SELECT setval(:name, :last)"), given)
            elif table.name in sequences and inspect(connection).has_table("sqlite_sequence"):
                connection.execute(
                    text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
                )
                connection.execute(
                    text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
                    {"name": table.name, "last": last},
                )
        command.upgrade(alembic_config(connection), "head")

    def _table(self, name: str) -> Table:
        table = self._tables.tables.get(name)
        if table is None:
            raise _unfit(name)
        return table


@contextmanager
def loading(engine: Engine, revision: str) -> Iterator[Loading]:
    """Fill an empty database; all of it, or where anything fails nothing.

    Args:
        engine: The database.
        revision: The schema that the rows are of.

    Raises:
        StorageError: the schema is of a newer OnPost, the database is not empty or cannot be
            written.
    """
    require_known({revision})
    with storage_errors(), engine.begin() as connection:
        if inspect(connection).get_table_names():
            raise StorageError(
                "目标数据库已有表,不能恢复到其中。请另建一个空数据库(或空的数据文件夹)。",
                "the database has tables already; nothing is restored into it. Make an empty "
                "one, or use an empty data folder.",
                where="database",
            )
        yield Loading(connection, revision)


def _line(row: Any) -> str:
    return json.dumps([_plain(one) for one in row], ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _value(kind: Any, value: Any, *, naive: bool) -> Any:
    """A value of a row as the column takes it."""
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if naive else moment
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return bool(value) if isinstance(kind, Boolean) else value


def _sequence(connection: Connection, table: Table) -> str | None:
    """The sequence behind a table's number on PostgreSQL, None where it has none."""
    if len(table.primary_key.columns) != 1:
        return None
    (column,) = table.primary_key.columns
    found: str | None = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"),
        {"table": table.name, "column": column.name},
    ).scalar()
    return found


def _unfit(name: str) -> StorageError:
    return StorageError(
        f"备份中“{name}”表的内容与其所述版本不符,未恢复任何内容。",
        f"the rows of table {name!r} do not fit the version that the backup names; nothing was "
        "restored.",
        where=name,
    )
