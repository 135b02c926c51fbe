"""Findings and live alerts in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from models.domain.errors import StorageError
from models.domain.records import FindingQuery, FindingRecord, LiveAlert
from models.storage.tables import alerts, findings

EVERYTHING = FindingQuery()
MOST_ID = 2**31 - 1
"""Of an INTEGER; PostgreSQL refuses to compare one with a larger number."""


class StoredFindings:
    """FindingBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, finding: FindingRecord) -> FindingRecord:
        if self.by_key(finding.key) is not None:
            raise StorageError(
                f"认定“{finding.key}”已存在。",
                f"the finding {finding.key!r} is there already.",
                where="findings",
            )
        result = self._connection.execute(findings.insert(), _finding_row(finding))
        return replace(finding, id=_new_id(result.inserted_primary_key))

    def update(self, finding: FindingRecord) -> None:
        result = self._connection.execute(
            update(findings).where(findings.c.key == finding.key), _finding_row(finding)
        )
        if result.rowcount != 1:
            raise StorageError(
                f"认定“{finding.key}”不存在。",
                f"there is no finding {finding.key!r}.",
                where="findings",
            )

    def get(self, finding_id: int) -> FindingRecord | None:
        if not 0 < finding_id <= MOST_ID:
            return None
        return self._one(select(findings).where(findings.c.id == finding_id))

    def by_key(self, key: str) -> FindingRecord | None:
        return self._one(select(findings).where(findings.c.key == key))

    def _one(self, query: Select[Any]) -> FindingRecord | None:
        row = self._connection.execute(query).first()
        return None if row is None else _finding(row)

    def open(self) -> list[FindingRecord]:
        query = select(findings).where(findings.c.ended.is_(False)).order_by(findings.c.id)
        return [_finding(row) for row in self._connection.execute(query)]

    def list(
        self, query: FindingQuery = EVERYTHING, *, after_id: int = 0, limit: int = 100
    ) -> Sequence[FindingRecord]:
        chosen = _chosen(select(findings), query)
        if after_id:
            chosen = chosen.where(findings.c.id < min(after_id, MOST_ID))
        chosen = chosen.order_by(findings.c.id.desc()).limit(limit)
        return [_finding(row) for row in self._connection.execute(chosen)]

    def count(self, query: FindingQuery = EVERYTHING) -> int:
        chosen = _chosen(select(func.count()).select_from(findings), query)
        return int(self._connection.execute(chosen).scalar_one())

    def tally(self) -> dict[tuple[str, str], int]:
        query = select(findings.c.kind, findings.c.state, func.count().label("rows"))
        found = self._connection.execute(query.group_by(findings.c.kind, findings.c.state))
        return {(row.kind, row.state): row.rows for row in found}


def _chosen(statement: Select[Any], query: FindingQuery) -> Select[Any]:
    for name in ("hall_id", "window_id", "unit_id", "kind", "state"):
        wanted = getattr(query, name)
        if wanted:
            statement = statement.where(findings.c[name] == wanted)
    if query.scope.halls is not None:
        statement = statement.where(findings.c.hall_id.in_(sorted(query.scope.halls)))
    if query.scope.units is not None:  # what has no unit is nobody's own
        statement = statement.where(findings.c.unit_id.in_(sorted(query.scope.units - {""})))
    if query.key_prefix:
        statement = statement.where(findings.c.key.startswith(query.key_prefix, autoescape=True))
    if query.ended is not None:
        statement = statement.where(findings.c.ended.is_(query.ended))
    if query.since is not None:
        statement = statement.where(findings.c.until_at_least >= query.since)
    if query.until is not None:
        statement = statement.where(findings.c.started_at < query.until)
    return statement


def _new_id(key: Row[Any] | None) -> int:
    if key is None:
        raise StorageError("数据库没有返回新记录的编号。", "the database gave no new id.")
    return int(key[0])


def _finding_row(finding: FindingRecord) -> dict[str, Any]:
    row = asdict(finding)
    del row["id"]
    return row


def _finding(row: Row[Any]) -> FindingRecord:
    values = dict(row._mapping)
    values["evidence"] = tuple(values["evidence"])
    return FindingRecord(**values)


class StoredAlerts:
    """AlertBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def raise_(self, alert: LiveAlert) -> LiveAlert:
        standing = self._standing(alert.window_id, alert.kind)
        if standing is not None:
            return standing
        row = asdict(alert)
        del row["id"]
        result = self._connection.execute(alerts.insert(), row)
        return replace(alert, id=_new_id(result.inserted_primary_key))

    def clear(
        self, window_id: str, kind: str, at: datetime, *, finding_key: str = ""
    ) -> LiveAlert | None:
        standing = self._standing(window_id, kind)
        if standing is None:
            return None
        cleared = replace(standing, cleared_at=at, finding_key=finding_key or standing.finding_key)
        self._connection.execute(
            update(alerts).where(alerts.c.id == standing.id),
            {"cleared_at": at, "finding_key": cleared.finding_key},
        )
        return cleared

    def link(self, window_id: str, kind: str, finding_key: str) -> None:
        self._connection.execute(
            update(alerts).where(
                alerts.c.window_id == window_id,
                alerts.c.kind == kind,
                alerts.c.cleared_at.is_(None),
            ),
            {"finding_key": finding_key},
        )

    def open(self) -> Sequence[LiveAlert]:
        query = select(alerts).where(alerts.c.cleared_at.is_(None)).order_by(alerts.c.id)
        return [_alert(row) for row in self._connection.execute(query)]

    def recent(self, limit: int = 50) -> Sequence[LiveAlert]:
        query = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
        return [_alert(row) for row in self._connection.execute(query)]

    def take(self, alert_id: int) -> LiveAlert | None:
        if not 0 < alert_id <= MOST_ID:
            return None
        query = select(alerts).where(alerts.c.id == alert_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _alert(row)

    def keep(self, alert: LiveAlert) -> None:
        self._connection.execute(
            update(alerts).where(alerts.c.id == alert.id), {"details": dict(alert.details)}
        )

    def _standing(self, window_id: str, kind: str) -> LiveAlert | None:
        query = select(alerts).where(
            alerts.c.window_id == window_id,
            alerts.c.kind == kind,
            alerts.c.cleared_at.is_(None),
        )
        row = self._connection.execute(query).first()
        return None if row is None else _alert(row)


def _alert(row: Row[Any]) -> LiveAlert:
    return LiveAlert(**row._mapping)
