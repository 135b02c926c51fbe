"""Observations from elsewhere (线索) in the database; rows are added and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from models.domain.access import Scope
from models.domain.clue_rows import ClueKind, ClueRow
from models.domain.finding import SourceKind
from models.storage.statements import insert_or, within
from models.storage.tables.outbox import clues


class StoredClues:
    """ClueBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, clue: ClueRow) -> ClueRow:
        row = asdict(clue) | {"kind": clue.kind.value, "source_kind": clue.source_kind.value}
        del row["number"]
        self._connection.execute(insert_or(self._connection, clues).on_conflict_do_nothing(), row)
        found = self.known(clue.source_kind, clue.source, clue.external_id)
        if found is None:
            raise LookupError("the clue that was just added is not there")
        return found

    def known(self, source_kind: SourceKind, source: str, external_id: str) -> ClueRow | None:
        found = self._rows(
            select(clues).where(
                clues.c.source_kind == source_kind.value,
                clues.c.source == source,
                clues.c.external_id == external_id,
            )
        )
        return found[0] if found else None

    def get(self, number: int) -> ClueRow | None:
        found = self._rows(select(clues).where(clues.c.number == number))
        return found[0] if found else None

    def empty(self, start: datetime, end: datetime) -> Sequence[ClueRow]:
        return self._rows(
            select(clues)
            .where(clues.c.kind == ClueKind.EMPTY.value, clues.c.at >= start, clues.c.at < end)
            .order_by(clues.c.at, clues.c.number)
        )

    def newest(self, scope: Scope, *, after: int, limit: int) -> Sequence[ClueRow]:
        query = within(select(clues), clues, scope)
        if after:
            query = query.where(clues.c.number < after)
        return self._rows(query.order_by(clues.c.number.desc()).limit(limit))

    def count(self, scope: Scope) -> int:
        query = within(select(func.count()).select_from(clues), clues, scope)
        return int(self._connection.execute(query).scalar_one())

    def pictured(self) -> Sequence[ClueRow]:
        return self._rows(select(clues).where(clues.c.evidence != "").order_by(clues.c.number))

    def _rows(self, query: Select[Any]) -> list[ClueRow]:
        return [_clue(row) for row in self._connection.execute(query)]


def _clue(row: Row[Any]) -> ClueRow:
    values = dict(row._mapping)
    return ClueRow(
        **values
        | {"kind": ClueKind(values["kind"]), "source_kind": SourceKind(values["source_kind"])}
    )
