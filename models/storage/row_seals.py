"""What every row of the tables says, told to a chain of the register (行封签).

Pages, circulars and decisions read tables, not the register. Each transaction that changes a row
of theirs therefore appends an entry to the chain `rows`: table, name and hash of every row as it
then stands. `onpost register verify` reads the rows again and holds them against that chain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Select,
    UpdateBase,
    cast,
    event,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import NullType

from models.domain.register import moment_text
from models.storage.row_kinds import SEALED, SealedTable
from models.storage.types import UtcDateTime

if TYPE_CHECKING:
    from models.storage.register_book import StoredRegister

ROWS_CHAIN: Final = "rows"
WRITTEN: Final = "rows_written"
ADOPTED: Final = "rows_adopted"
"""Kind of the first entries of the chain: the rows that stood when sealing began."""

TRACE: Final = "onpost_row_trace"
"""Execution option of a connection whose writes are followed."""

MARK: Final = 4
"""Hex digits that tell which column changed; the hash of the row is what holds."""

_FORMAT: Final = 1
_SQLITE_MOMENT: Final = len("2026-11-23 09:00:00.000000")
_AT_ONCE: Final = 300
_IN_ENTRY: Final = 1000

Name = tuple[Any, ...]
"""Values of the columns that name a row."""


class RowTrace:
    """Follows the writes of one transaction and says what its rows became.

    Args:
        connection: The transaction's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before: dict[str, dict[Name, str]] = {}

    def note(self, statement: UpdateBase, given: Sequence[Mapping[str, Any]]) -> None:
        """A statement is about to write: remember its rows as they are."""
        kind = SEALED.get(str(getattr(statement.table, "name", "")))
        if kind is None:
            return
        if statement.is_insert:
            names = [_named(row, kind) for row in _given(statement, given)]
            plain = getattr(statement, "_post_values_clause", None) is None
            found = {} if plain else dict(read_named(self._connection, kind, names))
        else:
            where = getattr(statement, "whereclause", None)
            query = _query(self._connection, kind)
            query = query if where is None else query.where(where)
            found = dict(_read(self._connection, kind, query))
            names = list(found)
        known = self._before.setdefault(kind.name, {})
        for name in names:
            known.setdefault(name, found.get(name, ""))

    def changes(self) -> list[tuple[str, Name, str]]:
        """(table, name, seal) of the rows that are not as they were; no seal for gone."""
        changed = []
        for table, before in self._before.items():
            now = dict(read_named(self._connection, SEALED[table], list(before)))
            changed += [
                (table, name, now.get(name, ""))
                for name, was in before.items()
                if now.get(name, "") != was
            ]
        return changed


def seal_rows(connection: Connection, register: StoredRegister, trace: RowTrace) -> None:
    """Append what rows became in this transaction, as its last deed before the commit."""
    changes = trace.changes()
    if not changes:
        return
    if register.hold(ROWS_CHAIN).seq == 0:
        _adopt(connection, register)
        return
    for payload in payloads(changes):
        register.append(WRITTEN, payload, _moment_of(connection, register), chain=ROWS_CHAIN)


def adopt_rows(
    connection: Connection, register: StoredRegister, *, even_empty: bool = False
) -> None:
    """Seal every row that stands, where none was ever sealed: the record of an older OnPost.

    Args:
        connection: The transaction's.
        register: Its register.
        even_empty: Begin the chain also where there is no row yet.
    """
    if register.head(chain=ROWS_CHAIN).seq:
        return
    if not even_empty and not _any_row(connection):
        return
    if register.hold(ROWS_CHAIN).seq == 0:
        _adopt(connection, register)


def _any_row(connection: Connection) -> bool:
    ones = (select(literal(1)).select_from(kind.table).limit(1) for kind in SEALED.values())
    return any(connection.execute(one).first() is not None for one in ones)


def _adopt(connection: Connection, register: StoredRegister) -> None:
    at = _moment_of(connection, register)
    for payload in payloads(every_row(connection)):
        register.append(ADOPTED, payload, at, chain=ROWS_CHAIN)
    if register.hold(ROWS_CHAIN).seq == 0:
        register.append(ADOPTED, {"format": _FORMAT, "rows": {}}, at, chain=ROWS_CHAIN)


def _moment_of(connection: Connection, register: StoredRegister) -> datetime:
    """That of the transaction's own entries; the database's where it has none."""
    entries = [entry.at for _, entry in register.appended.values()]
    if entries:
        return max(entries)
    now = select(type_coerce(func.current_timestamp(), UtcDateTime()))
    moment: datetime = connection.execute(now).scalar_one()
    return moment


def follow_writes(engine: Engine) -> None:
    """Tell the traces of an engine's connections what is written."""
    if not event.contains(engine, "before_execute", _noted):
        event.listen(engine, "before_execute", _noted)


def _noted(
    connection: Connection,
    statement: Any,
    several: Sequence[Mapping[str, Any]],
    one: Mapping[str, Any],
    _options: Mapping[str, Any],
) -> None:
    if isinstance(statement, UpdateBase):
        trace = connection.get_execution_options().get(TRACE)
        if trace is not None:
            trace.note(statement, several or ([one] if one else []))


def _given(
    statement: UpdateBase, given: Sequence[Mapping[str, Any]]
) -> Iterable[Mapping[str, Any]]:
    return given or [statement.compile().params]


def told(name: Name) -> str:
    """The name of a row as the chain says it."""
    return json.dumps(name, ensure_ascii=False, separators=(",", ":"))


def _named(row: Mapping[str, Any], kind: SealedTable) -> Name:
    values = (row[one] for one in kind.key)
    return tuple(one.isoformat() if isinstance(one, date) else one for one in values)


def payloads(changes: Iterable[tuple[str, Name, str]]) -> Iterator[dict[str, Any]]:
    """Payloads of entries that say what rows became, none of them too long."""
    rows: dict[str, dict[str, str]] = {}
    count = 0
    for table, name, seal in changes:
        rows.setdefault(table, {})[told(name)] = seal
        count += 1
        if count == _IN_ENTRY:
            yield {"format": _FORMAT, "rows": rows}
            rows, count = {}, 0
    if rows:
        yield {"format": _FORMAT, "rows": rows}


def every_row(connection: Connection) -> Iterator[tuple[str, Name, str]]:
    """(table, name, seal) of every row that is sealed."""
    for kind in SEALED.values():
        for name, seal in rows_of(connection, kind):
            yield kind.name, name, seal


def rows_of(connection: Connection, kind: SealedTable) -> Iterator[tuple[Name, str]]:
    """(name, seal) of every row of a table."""
    query = _query(connection, kind).execution_options(yield_per=1000)
    yield from _read(connection, kind, query)


def read_named(
    connection: Connection, kind: SealedTable, names: Sequence[Name]
) -> Iterator[tuple[Name, str]]:
    """(name, seal) of the rows that there are of these names."""
    columns = [kind.table.c[one] for one in kind.key]
    for start in range(0, len(names), _AT_ONCE):
        some = [_asked(name, columns) for name in names[start : start + _AT_ONCE]]
        single = len(columns) == 1
        where = columns[0].in_([one[0] for one in some]) if single else tuple_(*columns).in_(some)
        yield from _read(connection, kind, _query(connection, kind).where(where))


def _asked(name: Name, columns: Sequence[Column[Any]]) -> Name:
    return tuple(
        date.fromisoformat(one) if isinstance(column.type, Date) else one
        for one, column in zip(name, columns, strict=True)
    )


def _query(connection: Connection, kind: SealedTable) -> Select[Any]:
    sqlite = connection.dialect.name == "sqlite"
    return select(*(_raw(column, sqlite=sqlite) for column in kind.columns))


def _raw(column: Column[Any], *, sqlite: bool) -> Any:
    """The column as it lies there, whatever lies there."""
    if sqlite and not isinstance(column.type, (Boolean, Float, Integer)):
        return cast(column, LargeBinary).label(column.name)
    return type_coerce(column, NullType()).label(column.name)


def _read(
    connection: Connection, kind: SealedTable, query: Select[Any]
) -> Iterator[tuple[Name, str]]:
    readers = [(column.name, _reader(column)) for column in kind.columns]
    for row in connection.execute(query):
        values = {name: read(one) for (name, read), one in zip(readers, row, strict=True)}
        yield tuple(values[one] for one in kind.key), seal_of(kind, kind.shape(values))


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """What makes of a stored value the same plain one on either database."""
    if isinstance(column.type, Boolean):
        return lambda value: bool(value) if value in {0, 1} else value
    if isinstance(column.type, UtcDateTime):
        return _moment
    return _plain


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    text = _plain(value)
    if text is None or len(text) != _SQLITE_MOMENT or text[10] != " ":
        return text
    return f"{text[:10]}T{text[11:]}+00:00"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value.isoformat() if isinstance(value, date) else value


def seal_of(kind: SealedTable, values: Mapping[str, Any]) -> str:
    """Hash over a row, and for each column some digits of a hash of its own."""
    said = [values[column.name] for column in kind.columns]
    text = json.dumps([_FORMAT, kind.name, *said], separators=(",", ":"), default=repr)
    marks = "".join(_mark(one) for one in said)
    return f"{sha256(text.encode('ascii')).hexdigest()}:{marks}"


def _mark(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), default=repr)
    return sha256(text.encode("ascii")).hexdigest()[:MARK]
