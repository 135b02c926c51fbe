"""The duty record in the database: rows are added, a correction replaces, nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from models.domain.duty_rows import DutyKind, DutyRow
from models.domain.errors import InputError
from models.storage.tables import duty_rows


class StoredDuty:
    """DutyBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self,
        kind: DutyKind,
        key: str,
        content: Mapping[str, Any],
        *,
        at: datetime,
        by: str,
        reason: str = "",
    ) -> DutyRow:
        standing = self.get(kind, key)
        if standing is not None and standing.content == content:
            return standing
        return self._add(DutyRow(0, kind, key, content, at, by, reason))

    def withdraw(self, kind: DutyKind, key: str, *, at: datetime, by: str, reason: str) -> DutyRow:
        if self.get(kind, key) is None:
            raise InputError(
                f"没有“{key}”,或已撤回。", f"there is no {key!r}, or it was withdrawn.", where=kind
            )
        return self._add(DutyRow(0, kind, key, {}, at, by, reason, withdrawn=True))

    def get(self, kind: DutyKind, key: str) -> DutyRow | None:
        newest = self._newest(kind, key)
        return None if newest is None or newest.withdrawn else newest

    def standing(self, *kinds: DutyKind) -> list[DutyRow]:
        inner = select(func.max(duty_rows.c.number)).group_by(duty_rows.c.kind, duty_rows.c.key)
        query = select(duty_rows).where(
            duty_rows.c.number.in_(inner), duty_rows.c.withdrawn.is_(False)
        )
        if kinds:
            query = query.where(duty_rows.c.kind.in_([kind.value for kind in kinds]))
        return self._rows(query)

    def history(self, kind: DutyKind, key: str) -> Sequence[DutyRow]:
        return self._rows(
            select(duty_rows).where(duty_rows.c.kind == kind.value, duty_rows.c.key == key)
        )

    def counter(self) -> int:
        newest = self._connection.execute(select(func.max(duty_rows.c.number))).scalar()
        return int(newest or 0)

    def _newest(self, kind: DutyKind, key: str) -> DutyRow | None:
        rows = self.history(kind, key)
        return rows[-1] if rows else None

    def _rows(self, query: Select[Any]) -> list[DutyRow]:
        found = self._connection.execute(query.order_by(duty_rows.c.number))
        return [_row(one) for one in found]

    def _add(self, row: DutyRow) -> DutyRow:
        """The row with its number, after the one that it replaces."""
        before = self._newest(row.kind, row.key)
        row = replace(row, number=self.counter() + 1, replaces=before.number if before else 0)
        self._connection.execute(duty_rows.insert(), asdict(row) | {"kind": row.kind.value})
        return row


def _row(row: Row[Any]) -> DutyRow:
    values = dict(row._mapping)
    return DutyRow(**values | {"kind": DutyKind(values["kind"])})
