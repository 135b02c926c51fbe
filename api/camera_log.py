"""Which cameras give pictures that can be used, and which do not, since when (摄像头状态).

A condition is noted once it has held for a while; one that lasts is told once, and once more
when the camera is back. Source: scenario S04.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from api.settings import Settings
from models.domain.notice import Audience, Notice, NoticeKind, Severity
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.presence import Reason

LIVE: Final = "live"
RESTING: Final = "resting"
DOWN: Final = "down"

HOLDS: Final = timedelta(seconds=30)
"""How long a condition lasts before it is noted: a camera that reconnects is no event."""

LASTS: Final = timedelta(minutes=10)
"""How long a camera is down before somebody is told."""

Condition = tuple[str, str]
"""State and reason."""


@dataclass(slots=True)
class CameraLog:
    """Notes what changes. Used by one thread.

    Attributes:
        halls: Hall of each camera.
        make_uow: The record.
    """

    halls: Mapping[str, str]
    make_uow: MakeUnitOfWork
    _noted: dict[str, Condition] = field(default_factory=dict)
    _down_since: dict[str, datetime] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
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
            if event.state == DOWN:
                self._down_since[camera] = event.at

    def round(self, conditions: Mapping[str, Reason | None], now: datetime) -> list[str]:
        """Note what has changed and held; the cameras it was noted of.

        Args:
            conditions: Of each camera why its pictures cannot be used, None where they can.
            now: The moment.

        Raises:
            StorageError: the database cannot be used; the next round notes the same.
        """
        changed = self._held(conditions, now)
        lasting = [
            camera
            for camera, since in self._down_since.items()
            if camera not in changed and camera not in self._told and now - since >= LASTS
        ]
        if not changed and not lasting:
            return []
        with self.make_uow() as uow:
            for camera, (condition, since) in changed.items():
                uow.cameras.note(camera, *condition, since)
                if condition[0] != DOWN and camera in self._down_since:
                    self._put_back(uow, camera, since, now)
            for camera in lasting:
                self._put_down(uow, camera, now)
            uow.commit()
        self._told.update(lasting)
        for camera, (condition, since) in changed.items():
            self._remember(camera, condition, since)
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

    def _remember(self, camera: str, condition: Condition, since: datetime) -> None:
        self._changing.pop(camera, None)
        self._noted[camera] = condition
        if condition[0] == DOWN:
            self._down_since.setdefault(camera, since)
        else:
            self._down_since.pop(camera, None)
            self._told.discard(camera)

    def _put_down(self, uow: UnitOfWork, camera: str, now: datetime) -> None:
        since, reason = self._down_since[camera], self._noted[camera][1]
        data = {"reason": reason, "since": since.isoformat()}
        self._put(uow, NoticeKind.CAMERA_DOWN, camera, data, now)

    def _put_back(self, uow: UnitOfWork, camera: str, until: datetime, now: datetime) -> None:
        """Only of a camera whose being down was told."""
        since = self._down_since[camera]
        if until - since >= LASTS or camera in self._told:
            data = {"since": since.isoformat(), "until": until.isoformat()}
            self._put(uow, NoticeKind.CAMERA_BACK, camera, data, now)

    def _put(
        self, uow: UnitOfWork, kind: NoticeKind, camera: str, data: dict[str, str], now: datetime
    ) -> None:
        hall = self.halls[camera]
        severity = Severity.IMPORTANT if kind is NoticeKind.CAMERA_DOWN else Severity.ORDINARY
        notice = Notice(
            kind.value,
            f"{kind.value}:{camera}:{data['since']}",
            severity,
            Audience(hall_id=hall),
            {"hall": hall, "camera": camera, **data},
        )
        uow.outbox.put(notice, now)


def camera_log_of(settings: Settings, make_uow: MakeUnitOfWork) -> CameraLog:
    """The log of the settings' cameras, with what the record holds.

    Raises:
        StorageError: the database cannot be used.
    """
    halls = {camera: one.hall for camera, one in settings.cameras.items()}
    found = CameraLog(halls, make_uow)
    found.take_up()
    return found


def _condition(reason: Reason | None) -> Condition:
    if reason is None:
        return LIVE, ""
    return (RESTING, "") if reason is Reason.NOT_WATCHED else (DOWN, reason.value)
