"""The board: looks at shelf and record once a second, for all viewers of this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from api.settings import Settings
from api.sight import CameraSight, Sight, WindowSight
from api.wording import KINDS, LIVES
from models.domain.errors import StorageError
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork
from models.domain.presence import Reason, State
from models.domain.register import Entry
from vision.frame_shelf import FrameShelf, ShelfMeta

log = structlog.get_logger("onpost.board")

HEARD_WITHIN_S = 15.0
"""Real seconds without word after which the watching process counts as gone."""

SHOWN = 40
ENTRIES_AT_ONCE = 500

OpenNow = Callable[[str, datetime], bool]
"""(window id, moment) → whether one of its sessions is open."""


class Board:
    """Keeps `sight` current; `refresh` is called from one thread.

    Args:
        settings: Names of halls, cameras, windows; sampling periods.
        clock: This process's clock, the same as the watching process's.
        shelf: Newest pictures and states.
        make_uow: The record.
        open_now: Tells open sessions.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        shelf: FrameShelf,
        make_uow: MakeUnitOfWork,
        open_now: OpenNow,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._shelf = shelf
        self._make_uow = make_uow
        self._open_now = open_now
        self._views = _cameras_of_windows(settings)
        self._seen: dict[str, tuple[str, ...]] = {
            camera: tuple(window for window, cams in self._views.items() if camera in cams)
            for camera in settings.cameras
        }
        self._told_seq: int | None = None
        self._beat: tuple[int, int] | None = None
        self._beat_since = 0.0
        self.sight = Sight(clock.now())
        self.refreshed = time.monotonic()

    def refresh(self) -> list[Entry]:
        """Look again.

        Returns:
            Register entries that are new since the last look, oldest first; none at the first.
        """
        now = self._clock.now()
        self._shelf.sweep()
        metas = {camera: self._shelf.meta(camera) for camera in self._settings.cameras}
        word = self._shelf.process("watch") or {}
        sight = replace(
            self.sight,
            at=now,
            cameras=[self._camera(camera, meta, now) for camera, meta in metas.items()],
            windows=[self._window(window, metas, now) for window in self._settings.windows],
            watching=time.time() - float(word.get("real", 0.0)) <= HEARD_WITHIN_S,
            watch_metrics=str(word.get("metrics", "")),
        )
        try:
            with self._make_uow(read_only=True) as uow:
                sight, entries = self._recorded(sight, uow)
        except StorageError as error:
            if not sight.record_fault:
                log.warning("the record cannot be read", error=str(error))
            sight, entries = replace(sight, record_fault=str(error)), []
        self.sight = sight
        self.refreshed = time.monotonic()
        return entries

    def _recorded(self, sight: Sight, uow: UnitOfWork) -> tuple[Sight, list[Entry]]:
        head = uow.register.head()
        entries: list[Entry] = []
        if self._told_seq is not None and head.seq > self._told_seq:
            entries = uow.register.entries(self._told_seq, ENTRIES_AT_ONCE)
        if head.seq != sight.head_seq or self._told_seq is None or sight.record_fault:
            sight = replace(
                sight, findings=uow.findings.list(limit=SHOWN), finding_counts=_counted(uow)
            )
        standing = uow.alerts.open()
        cleared = [alert for alert in uow.alerts.recent(SHOWN) if alert.cleared_at is not None]
        self._told_seq = entries[-1].seq if entries else head.seq
        return (
            replace(
                sight,
                alerts=[*reversed(standing), *cleared],
                record_fault="",
                head_seq=head.seq,
                schedule_age_s=self._schedule_age(uow),
            ),
            entries,
        )

    def _schedule_age(self, uow: UnitOfWork) -> float | None:
        """By this process's steady clock, as a waiting process would time it."""
        lease, steady = uow.jobs.lease(), time.monotonic()
        if lease is None or lease.free:
            return None
        beat = lease.epoch, lease.beat
        if beat != self._beat:
            self._beat, self._beat_since = beat, steady
        return steady - self._beat_since

    def _camera(self, camera_id: str, meta: ShelfMeta | None, now: datetime) -> CameraSight:
        camera = self._settings.cameras[camera_id]
        taken_at = meta.taken_at if meta else None
        return CameraSight(
            id=camera_id,
            name=camera.name,
            hall_id=camera.hall,
            link=meta.link if meta else "connecting",
            reason=meta.reason if meta else Reason.NOT_YET_LOOKED,
            taken_at=taken_at,
            frame_age_s=max(0.0, (now - taken_at).total_seconds()) if taken_at else None,
            thumbnail_etag=meta.thumbnail_etag if meta else "",
            windows=self._seen[camera_id],
        )

    def _window(
        self, window_id: str, metas: dict[str, ShelfMeta | None], now: datetime
    ) -> WindowSight:
        window = self._settings.windows[window_id]
        cameras = self._views[window_id]
        sight = WindowSight(
            id=window_id,
            name=window.name,
            hall_id=window.hall,
            state=State.UNKNOWN,
            reason=Reason.NOT_YET_LOOKED,
            since=None,
            p=0.5,
            open=self._open_now(window_id, now),
            cameras=cameras,
        )
        known = [
            meta for camera in cameras if (meta := metas[camera]) and window_id in meta.windows
        ]
        if not known:
            return sight
        newest = max(known, key=lambda meta: meta.noted_at)
        told = newest.windows[window_id]
        if now - newest.noted_at > self._longest_silence(cameras):
            return replace(sight, reason=Reason.NO_SAMPLE, since=newest.noted_at)
        return replace(sight, state=told.state, reason=told.reason, since=told.since, p=told.p)

    def _longest_silence(self, cameras: tuple[str, ...]) -> timedelta:
        slowest = max(self._settings.sampling_of(camera).slowest_period_s for camera in cameras)
        return timedelta(seconds=2 * slowest)


def _cameras_of_windows(settings: Settings) -> dict[str, tuple[str, ...]]:
    return {
        window_id: tuple(view.camera for view in window.views)
        for window_id, window in settings.windows.items()
    }


def _counted(uow: UnitOfWork) -> dict[tuple[str, str], int]:
    """Findings by kind and life, as far as both have a name."""
    tally = uow.findings.tally()
    return {key: count for key, count in tally.items() if key[0] in KINDS and key[1] in LIVES}
