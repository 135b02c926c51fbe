"""What is known of each evidence picture, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from models.domain.records import EvidenceKind, EvidencePicture
from models.storage.statements import insert_or
from models.storage.tables import evidence


class StoredEvidence:
    """EvidenceBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, picture: EvidencePicture) -> EvidencePicture:
        row = asdict(picture)
        del row["id"]
        statement = insert_or(self._connection, evidence).on_conflict_do_nothing()
        self._connection.execute(statement, row)
        return self.get(picture.sha256) or replace(picture)

    def get(self, sha256: str) -> EvidencePicture | None:
        query = select(evidence).where(evidence.c.sha256 == sha256)
        row = self._connection.execute(query).first()
        return None if row is None else _picture(row)

    def known(self) -> set[str]:
        return set(self._connection.execute(select(evidence.c.sha256)).scalars())

    def of_window(
        self, window_id: str, start: datetime, end: datetime
    ) -> Sequence[EvidencePicture]:
        query = (
            select(evidence)
            .where(
                evidence.c.window_id == window_id,
                evidence.c.taken_at >= start,
                evidence.c.taken_at < end,
            )
            .order_by(evidence.c.taken_at, evidence.c.id)
        )
        return [_picture(row) for row in self._connection.execute(query)]


def _picture(row: Row[Any]) -> EvidencePicture:
    values = dict(row._mapping)
    values["kind"] = EvidenceKind(values["kind"])
    return EvidencePicture(**values)
