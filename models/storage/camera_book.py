"""The cameras' condition in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from models.domain.records import CameraEvent
from models.storage.statements import begun_before, each_value
from models.storage.tables import camera_events


class StoredCameras:
    """CameraBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, camera_id: str, state: str, reason: str, at: datetime) -> bool:
        running = camera_events.c.camera_id == camera_id, camera_events.c.ended_at.is_(None)
        row = self._connection.execute(select(camera_events).where(*running)).first()
        if row is not None and (row.state, row.reason) == (state, reason):
            return False
        if row is not None:
            self._connection.execute(
                update(camera_events).where(*running), {"ended_at": max(at, row.started_at)}
            )
        self._connection.execute(
            camera_events.insert(),
            {"camera_id": camera_id, "state": state, "reason": reason, "started_at": at},
        )
        return True

    def current(self) -> dict[str, CameraEvent]:
        query = select(camera_events).where(camera_events.c.ended_at.is_(None))
        return {row.camera_id: _event(row) for row in self._connection.execute(query)}

    def between(
        self, camera_id: str | None, start: datetime, end: datetime
    ) -> Sequence[CameraEvent]:
        events = camera_events.c
        if camera_id is None:
            every = each_value(self._connection, events.camera_id)
            return [event for one in every for event in self.between(one, start, end)]
        query = select(camera_events).where(
            events.camera_id == camera_id,
            events.started_at < end,
            events.started_at
            >= begun_before(events.camera_id, camera_id, events.started_at, start),
            or_(events.ended_at.is_(None), events.ended_at > start),
        )
        return [_event(row) for row in self._connection.execute(query.order_by(events.id))]


def _event(row: Row[Any]) -> CameraEvent:
    return CameraEvent(row.camera_id, row.state, row.reason, row.started_at, row.ended_at)
