"""Which cameras give pictures that can be used, and which do not, since when (摄像头状态).

A condition is noted once it has held for a while; who is told of it: `camera_alerts`.
Source: scenario S04.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from api.camera_alerts import CameraAlerts, Counts, always
from api.settings import Settings
from models.domain.ports import MakeUnitOfWork
from models.domain.presence import Reason
from vision.watch_room import ViewKey

LIVE: Final = "live"
RESTING: Final = "resting"
DOWN: Final = "down"

HOLDS: Final = timedelta(seconds=30)
"""How long a condition lasts before it is noted: a camera that reconnects is no event."""

Condition = tuple[str, str]
"""State and reason."""


@dataclass(slots=True)
class CameraLog:
    """Notes what changes. Used by one thread.

    Attributes:
        halls: Hall of each camera.
        make_uow: The record.
        alerts: Who is told of what lasts.
    """

    halls: Mapping[str, str]
    make_uow: MakeUnitOfWork
    alerts: CameraAlerts
    _noted: dict[str, Condition] = field(default_factory=dict)
    _changing: dict[str, tuple[Condition, datetime]] = field(default_factory=dict)

    def take_up(self) -> None:
        """Learn what the record holds of these cameras.

        Raises:
            StorageError: the database cannot be used.
        """
        with self.make_uow(read_only=True) as uow:
            current = uow.cameras.current()
        for camera, event in current.items():
            if camera not in self.halls:
                continue
            self._noted[camera] = event.state, event.reason
        self.alerts.take_up()

    def round(
        self,
        conditions: Mapping[str, Reason | None],
        now: datetime,
        hidden: Mapping[ViewKey, Reason] | None = None,
    ) -> list[str]:
        """Note what has changed and held, and tell of what lasts; the cameras it was noted of.

        Args:
            conditions: Of each camera why its pictures cannot be used, None where they can.
            now: The moment.
            hidden: Views whose window cannot be told although the picture can be used.

        Raises:
            StorageError: the database cannot be used; the next round notes the same.
        """
        changed = self._held(conditions, now)
        if changed:
            with self.make_uow() as uow:
                for camera, (condition, since) in changed.items():
                    uow.cameras.note(camera, *condition, since)
                uow.commit()
        for camera, (condition, _) in changed.items():
            self._changing.pop(camera, None)
            self._noted[camera] = condition
        self.alerts.round(conditions, hidden or {}, now)
        return sorted(changed)

    def _held(
        self, conditions: Mapping[str, Reason | None], now: datetime
    ) -> dict[str, tuple[Condition, datetime]]:
        found = {}
        for camera, reason in conditions.items():
            condition = _condition(reason)
            if condition == self._noted.get(camera):
                self._changing.pop(camera, None)
                continue
            before = self._changing.get(camera)
            if before is None or before[0] != condition:
                before = condition, now
                self._changing[camera] = before
            if camera not in self._noted or now - before[1] >= HOLDS:
                found[camera] = before
        return found


def camera_log_of(
    settings: Settings, make_uow: MakeUnitOfWork, counts: Counts = always
) -> CameraLog:
    """The log of the settings' cameras, with what the record holds.

    Args:
        settings: Names the cameras.
        make_uow: The record.
        counts: Whether a fault of a camera counts at a moment.

    Raises:
        StorageError: the database cannot be used.
    """
    halls = {camera: one.hall for camera, one in settings.cameras.items()}
    found = CameraLog(halls, make_uow, CameraAlerts(halls, make_uow, counts))
    found.take_up()
    return found


def _condition(reason: Reason | None) -> Condition:
    if reason is None:
        return LIVE, ""
    return (RESTING, "") if reason is Reason.NOT_WATCHED else (DOWN, reason.value)
