"""Rosters and settings as they were, in the database; versions are added, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, select

from models.domain.records import RosterVersion
from models.domain.register import canonical
from models.storage.statements import insert_or
from models.storage.tables import roster_versions, settings_snapshots


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the content's canonical JSON."""
    return sha256(canonical(content).encode("utf-8")).hexdigest()


class StoredRosters:
    """RosterBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, content: Mapping[str, Any], file_name: str, at: datetime) -> RosterVersion:
        digest = content_hash(content)
        newest = self._one(select(roster_versions).order_by(roster_versions.c.number.desc()))
        if newest is not None and newest.sha256 == digest:
            return newest
        number = 1 if newest is None else newest.number + 1
        self._connection.execute(
            roster_versions.insert(),
            {
                "number": number,
                "sha256": digest,
                "content": content,
                "imported_at": at,
                "file_name": file_name,
            },
        )
        return self.get(number) or RosterVersion(number, digest, content, at, file_name)

    def current(self, at: datetime) -> RosterVersion | None:
        query = select(roster_versions).where(roster_versions.c.imported_at <= at)
        return self._one(query.order_by(roster_versions.c.number.desc()))

    def get(self, number: int) -> RosterVersion | None:
        return self._one(select(roster_versions).where(roster_versions.c.number == number))

    def counter(self) -> int:
        newest = self._connection.execute(select(func.max(roster_versions.c.number))).scalar()
        return int(newest or 0)

    def list(self) -> Sequence[RosterVersion]:
        query = select(roster_versions).order_by(roster_versions.c.number.desc())
        return [_roster(row) for row in self._connection.execute(query)]

    def _one(self, query: Any) -> RosterVersion | None:
        row = self._connection.execute(query.limit(1)).first()
        return None if row is None else _roster(row)


def _roster(row: Row[Any]) -> RosterVersion:
    return RosterVersion(**row._mapping)


class StoredSettings:
    """SettingsBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, settings: Mapping[str, Any], at: datetime) -> str:
        digest = content_hash(settings)
        self._connection.execute(
            insert_or(self._connection, settings_snapshots).on_conflict_do_nothing(),
            {"sha256": digest, "content": settings, "taken_at": at},
        )
        return digest

    def get(self, sha256: str) -> Mapping[str, Any] | None:
        snapshots = settings_snapshots.c
        query = select(snapshots.content).where(snapshots.sha256 == sha256)
        content: Mapping[str, Any] | None = self._connection.execute(query).scalar()
        return content
