"""Holds the rows of the tables against what the chain of rows says of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from sqlalchemy import Connection, select

from models.domain.register import Entry, Fault, FaultKind
from models.storage.row_kinds import SEALED, SealedTable
from models.storage.row_seals import MARK, ROWS_CHAIN, rows_of, told
from models.storage.tables import register_entries

MOST: Final = 100
"""Faults named of one table; the rest is counted."""

Said = dict[str, tuple[bytes, int]]
"""By the name of a row: the hash that was sealed last, and the number of its entry."""


class RowCheck:
    """Takes the entries of the chain of rows, then looks at the tables.

    Attributes:
        rows: How many rows were held against the chain.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._said: dict[str, Said] = {}

    def take(self, entry: Entry) -> None:
        """The next entry; one that does not read is reported by its hash."""
        try:
            tables = entry.payload["rows"]
            for table, named in tables.items():
                said = self._said.setdefault(table, {})
                for name, seal in named.items():
                    if seal:
                        said[name] = (bytes.fromhex(seal[:64]), entry.seq)
                    else:
                        said.pop(name, None)
        except (ValueError, KeyError, TypeError, AttributeError):
            return

    def finish(self, connection: Connection) -> Iterator[Fault]:
        """What is wrong with the rows, by table."""
        for kind in SEALED.values():
            faults = self._table(connection, kind, self._said.pop(kind.name, {}))
            yield from islice(faults, MOST)
            more = sum(1 for _ in faults)
            if more:
                yield Fault(
                    FaultKind.ROW_CHANGED,
                    0,
                    f"表 {kind.name} 另有 {more} 行有误。",
                    f"{more} more rows of table {kind.name} are wrong.",
                )

    def _table(self, connection: Connection, kind: SealedTable, said: Said) -> Iterator[Fault]:
        for values, seal in rows_of(connection, kind):
            name = told(values)
            self.rows += 1
            sealed = said.pop(name, None)
            if sealed is None:
                yield _foreign(kind, name)
            elif bytes.fromhex(seal[:64]) != sealed[0]:
                yield _changed(connection, kind, name, seal, sealed[1])
        for name, (_, seq) in said.items():
            yield Fault(
                FaultKind.ROW_MISSING,
                seq,
                f"表 {kind.name} 中的行 {name} 缺失(被删除或改名);登记于行封签第 {seq} 条。",
                f"row {name} of table {kind.name} is missing (deleted or renamed); "
                f"sealed by entry {seq} of the chain of rows.",
            )


def _foreign(kind: SealedTable, name: str) -> Fault:
    return Fault(
        FaultKind.ROW_FOREIGN,
        0,
        f"表 {kind.name} 中的行 {name} 从未封签(并非本程序写入)。",
        f"row {name} of table {kind.name} was never sealed (not written by this program).",
    )


def _changed(connection: Connection, kind: SealedTable, name: str, found: str, seq: int) -> Fault:
    columns = _differing(kind, _sealed(connection, kind, name, seq), found)
    which = "、".join(columns) or "?"
    return Fault(
        FaultKind.ROW_CHANGED,
        seq,
        f"表 {kind.name} 中的行 {name} 被改动,列:{which};封签于第 {seq} 条。",
        f"row {name} of table {kind.name} was changed, columns: {', '.join(columns) or '?'}; "
        f"sealed by entry {seq} of the chain of rows.",
    )


def _sealed(connection: Connection, kind: SealedTable, name: str, seq: int) -> str:
    """The seal as the entry says it, empty where that entry does not read."""
    columns = register_entries.c
    query = select(columns.body).where(columns.chain == ROWS_CHAIN, columns.seq == seq)
    body = connection.execute(query).scalar()
    entry = Entry(seq, ROWS_CHAIN, "", "", "", str(body), "", "")
    try:
        return str(entry.payload["rows"][kind.name][name])
    except (ValueError, KeyError, TypeError):
        return ""


def _differing(kind: SealedTable, sealed: str, found: str) -> list[str]:
    """The columns in which a row is not the one that was sealed."""
    before, now = sealed.partition(":")[2], found.partition(":")[2]
    if len(before) != len(now):
        return []
    return [
        column.name
        for place, column in enumerate(kind.columns)
        if before[place * MARK : (place + 1) * MARK] != now[place * MARK : (place + 1) * MARK]
    ]
