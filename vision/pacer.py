"""Keeps each camera's pace (自适应采样); the rules are in models/domain/pace.py."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from models.domain.pace import (
    Calm,
    Pace,
    calm_after,
    camera_period,
    look_is_due,
    window_period,
)
from models.domain.presence import Look, Presence, PresenceProfile


class Pacer:
    """Told what every picture came to, asked by the links. Safe from any thread.

    Args:
        paces: Bounds by camera; a camera that is left out keeps its fixed rate.
        profiles: How evidence is weighed, by window.
    """

    def __init__(
        self,
        paces: Mapping[str, Pace] | None = None,
        profiles: Mapping[str, PresenceProfile] | None = None,
    ) -> None:
        self._paces = dict(paces or {})
        self._profiles = dict(profiles or {})
        self._calms: dict[str, dict[str, Calm]] = {}
        self._periods = {camera: pace.usual_s for camera, pace in self._paces.items()}
        self._lock = threading.Lock()

    def keeps(self, camera_id: str) -> bool:
        """Whether the camera's rate is adaptive."""
        return camera_id in self._paces

    def period_s(self, camera_id: str) -> float | None:
        """Seconds between the camera's samples just now; None where its rate is fixed."""
        with self._lock:
            return self._periods.get(camera_id)

    def fastest_s(self, camera_id: str) -> float | None:
        """Seconds between the camera's samples in doubt; None where its rate is fixed."""
        pace = self._paces.get(camera_id)
        return None if pace is None else pace.fastest_s

    def overdue(
        self, camera_id: str, presences: Mapping[str, Presence], at: datetime
    ) -> frozenset[str]:
        """Windows that must be looked at in the picture of `at`, changed or not."""
        pace = self._paces.get(camera_id)
        if pace is None:
            return frozenset()
        return frozenset(
            window for window, known in presences.items() if look_is_due(known, at, pace)
        )

    def see(
        self, camera_id: str, looks: Mapping[str, Look], presences: Mapping[str, Presence]
    ) -> None:
        """One picture was examined: what each window's sample was, and its state after it."""
        pace = self._paces.get(camera_id)
        if pace is None:
            return
        with self._lock:
            known = self._calms.get(camera_id, {})
            calms = {
                name: calm_after(known.get(name, Calm()), look) for name, look in looks.items()
            }
            self._calms[camera_id] = calms
            self._periods[camera_id] = camera_period(
                (
                    window_period(presences[name], self._profiles[name], calm, pace)
                    for name, calm in calms.items()
                ),
                pace,
            )

    def idle(self, camera_id: str) -> None:
        """Nobody is expected at the camera's windows."""
        self._set(camera_id, quiet=True)

    def forget(self, camera_id: str) -> None:
        """The camera's link changed: the usual rate, until it is known to be quiet again."""
        self._set(camera_id, quiet=False)

    def _set(self, camera_id: str, *, quiet: bool) -> None:
        pace = self._paces.get(camera_id)
        if pace is None:
            return
        with self._lock:
            self._calms.pop(camera_id, None)
            self._periods[camera_id] = camera_period((), pace) if quiet else pace.usual_s
