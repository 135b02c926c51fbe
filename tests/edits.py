"""Somebody with full access to database and files, who changes one byte and can take it back."""

# ruff: noqa: S608 - an attacker writes whatever SQL he likes
from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg

from models.storage.record import Record

Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Place:
    """One value in one row: its table, the row's place in the file, the column."""

    table: str
    row: Any
    column: str


class Hand(Protocol):
    """An attacker's own connection, past triggers and foreign keys."""

    def rows(self, table: str) -> list[tuple[Any, dict[str, Any]]]:
        """(place, values as they lie there) of every row."""
        ...

    def write(self, table: str, row: Any, values: dict[str, Any]) -> Any:
        """Put values into a row; gives its new place."""
        ...

    def remove(self, table: str, row: Any) -> None: ...

    def insert(self, table: str, values: dict[str, Any]) -> None: ...


class SqliteHand:
    """On the file, with the triggers dropped."""

    def __init__(self, file: Path) -> None:
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.text_factory = bytes
        named = self._file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in named.fetchall():
            self._file.execute(f"DROP TRIGGER {name.decode()}")

    def rows(self, table: str) -> list[tuple[Any, dict[str, Any]]]:
        found = self._file.execute(f"SELECT rowid AS place_, * FROM {table}")
        names = [one[0] for one in found.description]
        return [(row[0], dict(zip(names[1:], row[1:], strict=True))) for row in found]

    def write(self, table: str, row: Any, values: dict[str, Any]) -> Any:
        sets = ", ".join(f'"{name}" = {_slot(one)}' for name, one in values.items())
        done = self._file.execute(
            f"UPDATE {table} SET {sets} WHERE rowid = ? RETURNING rowid", (*values.values(), row)
        )
        return done.fetchall()[0][0]

    def remove(self, table: str, row: Any) -> None:
        self._file.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))

    def insert(self, table: str, values: dict[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        slots = ", ".join(_slot(one) for one in values.values())
        self._file.execute(f"INSERT INTO {table} ({names}) VALUES ({slots})", [*values.values()])

    def close(self) -> None:
        self._file.close()


def _slot(value: Any) -> str:
    return "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"


class PostgresHand:
    """As the owner of the database, with triggers and foreign keys off."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")

    def rows(self, table: str) -> list[tuple[Any, dict[str, Any]]]:
        found = self._connection.execute(f"SELECT ctid::text, * FROM {table}")
        names = [one.name for one in found.description or ()]
        return [(row[0], dict(zip(names[1:], row[1:], strict=True))) for row in found]

    def write(self, table: str, row: Any, values: dict[str, Any]) -> Any:
        sets = ", ".join(f'"{name}" = %s' for name in values)
        done = self._connection.execute(
            f"UPDATE {table} SET {sets} WHERE ctid = %s::tid RETURNING ctid::text",
            (*values.values(), row),
        )
        return done.fetchall()[0][0]

    def remove(self, table: str, row: Any) -> None:
        self._connection.execute(f"DELETE FROM {table} WHERE ctid = %s::tid", (row,))

    def insert(self, table: str, values: dict[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        slots = ", ".join("%s" for _ in values)
        given = [*values.values()]
        self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({slots})", given)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def hand_on(record: Record) -> Iterator[SqliteHand | PostgresHand]:
    """The attacker's hand on a record's database."""
    url = record.make_uow.engine.url
    hand: SqliteHand | PostgresHand
    if url.get_backend_name() == "sqlite":
        hand = SqliteHand(Path(url.database or ""))
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        hand = PostgresHand(plain)
    try:
        yield hand
    finally:
        hand.close()


def editable(value: Any) -> bool:
    """Whether there is a byte to be edited."""
    return value is not None and value not in {b"", ""}


def edited(value: Any, chance: random.Random) -> Any:
    """The value with one byte of it changed; what has no bytes, by its smallest step."""
    if isinstance(value, bytes):
        return _byte(value, chance)
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return _digit(value, chance)
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    place = chance.randrange(len(value))
    other = chance.choice([one for one in "aZ09 {}:,亖" if one != value[place]])
    return value[:place] + other + value[place + 1 :]


def _byte(value: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(value))
    other = chance.choice([one for one in range(256) if one != value[place]])
    return value[:place] + bytes([other]) + value[place + 1 :]


def _digit(value: float, chance: random.Random) -> Any:
    text = str(value)
    places = [place for place, one in enumerate(text) if one.isdigit()]
    place = chance.choice(places)
    other = chance.choice([one for one in "123456789" if one != text[place]])
    return type(value)(text[:place] + other + text[place + 1 :])


def change_file(file: Path, chance: random.Random) -> Undo:
    """One byte of a file."""
    before = file.read_bytes()
    file.write_bytes(_byte(before, chance))
    return lambda: _put_back(file, before)


def _put_back(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def change_row(hand: Hand, place: Place, chance: random.Random) -> Undo:
    """One byte of one column of one row."""
    values = dict(hand.rows(place.table))[place.row]
    before = values[place.column]
    now = hand.write(place.table, place.row, {place.column: edited(before, chance)})

    def undo() -> None:
        hand.write(place.table, now, {place.column: before})

    return undo


def remove_row(hand: Hand, table: str, chance: random.Random) -> Undo:
    """One row, gone."""
    row, values = chance.choice(hand.rows(table))
    hand.remove(table, row)
    return lambda: hand.insert(table, values)


def swap_rows(hand: Hand, table: str, key: Collection[str], chance: random.Random) -> Undo:
    """What two rows say, under one another's names."""
    (row, mine), (_, other) = chance.sample(hand.rows(table), 2)
    others = {name: one for name, one in other.items() if name not in key}
    mine_again = {name: mine[name] for name in others}
    now = hand.write(table, row, others)
    return lambda: _write_back(hand, table, now, mine_again)


def _write_back(hand: Hand, table: str, row: Any, values: dict[str, Any]) -> None:
    hand.write(table, row, values)
