"""Tells technicians of cameras that stay unusable, and that they are back (摄像头故障提醒).

Told through the outbox, once a camera, reason and window; what was told and is not over is read
from there after a restart, and by the page of those who keep the house running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from api.duty_desk import DutyDesk
from models.domain.camera_alerts import Alert, Ended, Fault, FaultScale
from models.domain.hall import Window
from models.domain.notice import Audience, Notice, NoticeKind, Severity
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.ports_outbox import Kept
from models.domain.presence import Reason
from vision.watch_room import ViewKey

KINDS: Final = (NoticeKind.CAMERA_DOWN, NoticeKind.CAMERA_BACK)
_REASONS: Final = frozenset(one.value for one in Reason)

Counts: TypeAlias = Callable[[str, datetime], bool]
"""Whether a fault of a camera counts at a moment."""


def always(_camera: str, _now: datetime) -> bool:
    """It counts at any time."""
    return True


@dataclass(slots=True)
class CameraAlerts:
    """Tells what lasts. Used by one thread.

    Attributes:
        halls: Hall of each camera.
        make_uow: The record.
        counts: Whether a fault of a camera counts at a moment: lights and cameras that are off
            while the hall is closed are none.
    """

    halls: Mapping[str, str]
    make_uow: MakeUnitOfWork
    counts: Counts = always
    _scale: FaultScale = field(default_factory=FaultScale)

    def take_up(self) -> None:
        """Learn what was told before.

        Raises:
            StorageError: the database cannot be used.
        """
        with self.make_uow(read_only=True) as uow:
            told = [one for one in uow.outbox.of_kinds(KINDS) if _camera(one) in self.halls]
        self._scale = FaultScale({one.fault: one for one in standing(told)}, _told(told))

    def round(
        self,
        conditions: Mapping[str, Reason | None],
        hidden: Mapping[ViewKey, Reason],
        now: datetime,
    ) -> None:
        """Tell what has become due.

        Raises:
            StorageError: the database cannot be used; the next round tells the same.
        """
        mine = {camera: one for camera, one in conditions.items() if camera in self.halls}
        faults = [Fault(camera, why, window) for (window, camera), why in hidden.items()]
        changes = self._scale.weigh(
            mine,
            [one for one in faults if mine.get(one.camera_id, Reason.STALE) is None],
            now,
            lambda camera: self.counts(camera, now),
        )
        if not changes:
            return
        with self.make_uow() as uow:
            for alert in changes.raised:
                self._put(uow, NoticeKind.CAMERA_DOWN, alert, now)
            for ended in changes.ended:
                self._put(uow, NoticeKind.CAMERA_BACK, ended.alert, now, ended)
            uow.commit()
        self._scale.took(changes)

    def _put(
        self,
        uow: UnitOfWork,
        kind: NoticeKind,
        alert: Alert,
        now: datetime,
        ended: Ended | None = None,
    ) -> None:
        fault, since = alert.fault, alert.since.isoformat()
        hall = self.halls[fault.camera_id]
        data = {
            "hall": hall,
            "camera": fault.camera_id,
            "window": fault.window_id,
            "reason": fault.reason.value,
            "since": since,
        }
        if ended is not None:
            data["until"] = ended.until.isoformat()
        severity = Severity.IMPORTANT if ended is None else Severity.ORDINARY
        key = f"{kind.value}:{fault.camera_id}:{fault.window_id}:{fault.reason.value}:{since}"
        uow.outbox.put(Notice(kind.value, key, severity, Audience(hall_id=hall), data), now)


def standing(told: Iterable[Kept]) -> list[Alert]:
    """Alerts of which no notice says that they are over."""
    found: dict[tuple[Fault, str], Alert] = {}
    for one in told:
        alert, since = _alert(one), str(one.notice.data.get("since", ""))
        if alert is None:  # it closes all of the camera
            found = {
                key: kept
                for key, kept in found.items()
                if (kept.fault.camera_id, key[1]) != (_camera(one), since)
            }
        elif one.notice.kind == NoticeKind.CAMERA_DOWN:
            found[alert.fault, since] = alert
        else:
            found.pop((alert.fault, since), None)
    return list(found.values())


def in_session(desk: DutyDesk) -> Counts:
    """A fault counts while a window of the camera is open."""
    windows: dict[str, list[Window]] = {}
    for window in desk.windows.values():
        for view in window.views:
            windows.setdefault(view.camera_id, []).append(window)

    def counts(camera: str, now: datetime) -> bool:
        return any(
            session.start <= now < session.end
            for window in windows.get(camera, ())
            for session in desk.sessions(window, desk.local_day(window, now))
        )

    return counts


def _told(told: Iterable[Kept]) -> dict[Fault, list[datetime]]:
    found: dict[Fault, list[datetime]] = {}
    for one in told:
        alert = _alert(one)
        if alert is not None and one.notice.kind == NoticeKind.CAMERA_DOWN:
            found.setdefault(alert.fault, []).append(one.at)
    return found


def _camera(kept: Kept) -> str:
    return str(kept.notice.data.get("camera", ""))


def _alert(kept: Kept) -> Alert | None:
    """What a notice is about; None for one of before alerts named their reason when over."""
    data = kept.notice.data
    reason, since = str(data.get("reason", "")), str(data.get("since", ""))
    if reason not in _REASONS or not since:
        return None
    fault = Fault(_camera(kept), Reason(reason), str(data.get("window", "")))
    return Alert(fault, datetime.fromisoformat(since))
