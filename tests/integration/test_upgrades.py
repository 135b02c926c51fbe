"""From every released schema with rows in place to the newest: nothing is lost, chains verify."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    select,
)

from models.domain.audit import AUDIT_CHAIN
from models.domain.register import GENESIS, MAIN_CHAIN, Entry, Head, head_of, seal
from models.storage.anchors import Anchors
from models.storage.engine import open_engine
from models.storage.migrate import alembic_config
from models.storage.record import ANCHORS, KEY, open_record
from models.storage.row_kinds import SEALED
from models.storage.row_seals import ROWS_CHAIN
from models.storage.verification import verify_record

WHEN = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
RELEASED = sorted(
    revision.revision for revision in ScriptDirectory.from_config(alembic_config()).walk_revisions()
)
CHAINS = (MAIN_CHAIN, AUDIT_CHAIN)
FOUND = "finding_opened"


def value_of(column: Any, table: str, *, naive: bool) -> Any:
    """Something that a column of an early schema may hold."""
    kind = column.type
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value_of(key.column, key.column.table.name, naive=naive)
    values = (
        (Boolean, False),
        (DateTime, WHEN.replace(tzinfo=None) if naive else WHEN),
        (Date, date(2026, 11, 23)),
        (Float, 1.5),
        (Integer, 1),
    )
    for one, value in values:
        if isinstance(kind, one):
            return value
    return "{}" if column.name == "content" else f"{table}.{column.name}"[:20]


def entered(connection: Connection, tables: MetaData, anchors: Anchors) -> None:
    """Three entries a chain, signed as they were written."""
    for chain in CHAINS:
        head, last = Head(chain, 0, GENESIS), None
        for number in range(1, 4):
            last = seal(head, FOUND, {"window": f"w{number}", "至少": number}, WHEN, f"k{number}")
            head = head_of(last)
            connection.execute(tables.tables["register_entries"].insert(), row_of(last))
        row = {"chain": chain, "seq": head.seq, "hash": head.hash}
        connection.execute(tables.tables["register_heads"].insert(), row)
        assert last is not None
        anchors.sign(1, last, settled=True)


def row_of(entry: Entry) -> dict[str, Any]:
    names = ("chain", "seq", "at_text", "kind", "key", "body", "prev_hash", "hash")
    return {name: getattr(entry, name) for name in names}


def rows_of(connection: Connection, tables: dict[str, Table]) -> dict[str, list[Any]]:
    """Every row of the tables, as values; the chain of rows begins with the upgrade."""
    found = {}
    for name, table in tables.items():
        query = select(table)
        if "chain" in table.c:
            query = query.where(table.c.chain != ROWS_CHAIN)
        found[name] = sorted(map(repr, connection.execute(query)))
    return found


def with_rows(engine: Engine, revision: str, data: Path) -> dict[str, list[Any]]:
    """A database of an early schema with a row in every table; gives what lies there."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)
        tables = MetaData()
        tables.reflect(connection)
        entered(connection, tables, Anchors(data / ANCHORS, data / KEY))
        naive = connection.dialect.name == "sqlite"
        for table in tables.sorted_tables:
            if table.name.startswith(("alembic", "register_")):
                continue
            # What names content by hash must hold that content: the check of versions reads it.
            row = {one.name: value_of(one, table.name, naive=naive) for one in table.columns}
            if "sha256" in row and "content" in row:
                row["sha256"] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
            connection.execute(table.insert(), row)
        kept = {one.name: one for one in tables.sorted_tables if one.name != "alembic_version"}
        return rows_of(connection, kept)


@pytest.mark.parametrize("revision", RELEASED)
def test_an_upgrade_keeps_every_row_and_the_chains_verify(
    revision: str, database_url: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    engine = open_engine(database_url)
    before = with_rows(engine, revision, data)
    engine.dispose()
    assert {"spans", "register_entries"} <= set(before)
    assert all(before.values())
    record = open_record(data, database_url)
    try:
        assert verify_record(record).faults == ()
        assert verify_record(record, audit=True).faults == ()
        stood = sum(len(rows) for name, rows in before.items() if name in SEALED)
        assert verify_record(record).rows == stood  # sealed as they stand
        with record.make_uow.engine.connect() as connection:
            now = MetaData()
            now.reflect(connection)
            after = rows_of(connection, {name: now.tables[name] for name in before})
        assert after == before
        with record.make_uow() as uow:
            assert uow.register.append(FOUND, {}, WHEN, key="k4").seq == 4
            uow.commit()
        assert verify_record(record).entries == 4
    finally:
        record.close()
