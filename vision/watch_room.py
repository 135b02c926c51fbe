"""The watch room: what all cameras together say of every window, and since when.

It keeps the filters' memory, the running spans and the few pictures that an accusation
would need; it neither reads cameras nor writes the record. Safe from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.domain.errors import ClockWentBack
from models.domain.hall import Window
from models.domain.presence import (
    Evidence,
    Look,
    Presence,
    PresenceProfile,
    Reason,
    State,
    as_of,
    step,
)
from models.domain.spans import Reading, Span, ViewState, combine, follow
from vision.camera_desk import Examined

ViewKey = tuple[str, str]
"""(window id, camera id)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A camera's picture as JPEG, unmasked; it leaves the process only through evidence."""

    camera_id: str
    taken_at: datetime
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one view that an absence would need as evidence (证据)."""

    before: Picture | None = None
    first_empty: Picture | None = None
    newest: Picture | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What changed since the record last took it over."""

    ended: tuple[Span, ...]
    running: Mapping[str, Span]
    presences: Mapping[ViewKey, Presence]


@dataclass(frozen=True, slots=True)
class Memory:
    """What a restarted room takes up from the record."""

    presences: Mapping[ViewKey, Presence] = field(default_factory=dict)
    running: Mapping[str, Span] = field(default_factory=dict)
    ended: Sequence[Span] = ()


class WatchRoom:
    """All windows, all views.

    Args:
        windows: The windows to watch.
        profiles: How evidence is weighed, by window.
        memory: What the record holds from before a restart.
    """

    def __init__(
        self,
        windows: Iterable[Window],
        profiles: Mapping[str, PresenceProfile],
        memory: Memory | None = None,
    ) -> None:
        memory = memory or Memory()
        self._windows = {window.id: window for window in windows}
        self._profiles = dict(profiles)
        keys = {(w.id, view.camera_id) for w in self._windows.values() for view in w.views}
        self._presences = {key: memory.presences.get(key, Presence()) for key in keys}
        self._running = {k: s for k, s in memory.running.items() if k in self._windows}
        self._history: dict[str, list[Span]] = {window: [] for window in self._windows}
        for span in memory.ended:
            self._history.get(span.window_id, []).append(span)
        self._ended: list[Span] = []
        self._touched: set[ViewKey] = set()
        self._pictures: dict[ViewKey, Pictures] = {}
        self._offline: dict[str, Reason] = {}
        self._faults: dict[str, Reason | None] = {}
        self._hidden: dict[ViewKey, Reason] = {}
        self._readings: dict[str, Reading] = {}
        self._lock = threading.RLock()

    @property
    def windows(self) -> Mapping[str, Window]:
        """The windows, by id."""
        return self._windows

    def doubtful(self, camera_id: str) -> frozenset[str]:
        """Windows of this camera that must be looked at whether or not they changed."""
        known = self.presences_of(camera_id)
        return frozenset(window for window, presence in known.items() if presence.doubtful)

    def presences_of(self, camera_id: str) -> dict[str, Presence]:
        """What is known of each window that this camera sees, in its view alone."""
        with self._lock:
            return {
                window: presence
                for (window, camera), presence in self._presences.items()
                if camera == camera_id
            }

    def take(self, camera_id: str, examined: Examined, jpeg: bytes) -> list[str]:
        """Take one examined picture into account.

        Returns:
            The windows whose evidence was older than what is known, and was left out.
        """
        refused = []
        picture = Picture(camera_id, examined.frame.taken_at, jpeg)
        with self._lock:
            self._offline.pop(camera_id, None)
            self._faults[camera_id] = examined.fault
            for window, evidence in examined.evidence.items():
                key = (window, camera_id)
                self._note_hidden(key, evidence, examined.fault)
                before = self._presences[key]
                try:
                    after = step(before, evidence, self._profiles[window])
                except ClockWentBack:
                    refused.append(window)
                    continue
                self._presences[key] = after
                self._touched.add(key)
                if evidence.look is not Look.UNUSABLE:
                    self._keep(key, before, after, picture)
                self._follow(window, evidence.at)
        return refused

    def offline(self, camera_id: str, reason: Reason | None) -> None:
        """Remember why a camera gives no pictures; None when it is back."""
        with self._lock:
            if reason is None:
                self._offline.pop(camera_id, None)
            else:
                self._offline[camera_id] = reason

    def silent(self, window_id: str) -> Reason | None:
        """Why a camera of the window gives no pictures, None where all of them do."""
        with self._lock:
            views = self._windows[window_id].views
            return next(
                (self._offline[one.camera_id] for one in views if one.camera_id in self._offline),
                None,
            )

    def conditions(self) -> dict[str, Reason | None]:
        """Why the pictures of each camera cannot be used, None where they can; cameras of which
        nothing is known yet are left out."""
        with self._lock:
            return {**self._faults, **self._offline}

    def hidden(self) -> dict[ViewKey, Reason]:
        """Views whose window cannot be told although the camera's picture can be used."""
        with self._lock:
            return dict(self._hidden)

    def _note_hidden(self, key: ViewKey, evidence: Evidence, fault: Reason | None) -> None:
        if fault is None and evidence.look is Look.UNUSABLE and evidence.reason is not None:
            self._hidden[key] = evidence.reason
        elif fault is None:
            self._hidden.pop(key, None)

    def tick(self, now: datetime) -> None:
        """Let what was not seen for too long become UNKNOWN."""
        with self._lock:
            for key, presence in self._presences.items():
                window, camera = key
                reason = self._offline.get(camera, Reason.NO_SAMPLE)
                later = as_of(presence, now, self._profiles[window], reason)
                if later is not presence:
                    self._presences[key] = later
                    self._touched.add(key)
            for window in self._windows:
                self._follow(window, now)

    def readings(self) -> dict[str, Reading]:
        """Every window's state as last told."""
        with self._lock:
            return dict(self._readings)

    def readings_of(self, camera_id: str) -> dict[str, Reading]:
        """States of the windows that a camera sees, as last told."""
        with self._lock:
            return {
                window: self._readings[window]
                for window, camera in self._presences
                if camera == camera_id and window in self._readings
            }

    def spans(self, window_id: str) -> list[Span]:
        """The window's spans that are kept at hand, the running one last."""
        with self._lock:
            running = self._running.get(window_id)
            return [*self._history[window_id], *([running] if running else [])]

    def pictures(self, window_id: str) -> list[Pictures]:
        """Pictures of the window, one set a view."""
        with self._lock:
            return [kept for (window, _), kept in self._pictures.items() if window == window_id]

    def pending(self) -> Batch:
        """What the record has to take over; `settled` tells that it did."""
        with self._lock:
            return Batch(
                ended=tuple(self._ended),
                running=dict(self._running),
                presences={key: self._presences[key] for key in self._touched},
            )

    def settled(self, batch: Batch) -> None:
        """The record holds `batch`; it need not be told again."""
        with self._lock:
            del self._ended[: len(batch.ended)]
            self._touched -= {
                key for key, value in batch.presences.items() if self._presences[key] is value
            }

    def forget_before(self, moment: datetime) -> None:
        """Let go of ended spans from before `moment`; the record has them."""
        with self._lock:
            for window, spans in self._history.items():
                self._history[window] = [s for s in spans if s.end is None or s.end > moment]

    def _follow(self, window_id: str, now: datetime) -> None:
        window = self._windows[window_id]
        views = [
            ViewState(view.coverage, self._presences[window_id, view.camera_id])
            for view in window.views
        ]
        reading = combine(views)
        ended, running = follow(window_id, self._running.get(window_id), reading, now)
        self._running[window_id] = running
        self._readings[window_id] = reading
        self._ended += ended
        self._history[window_id] += ended

    def _keep(self, key: ViewKey, before: Presence, after: Presence, picture: Picture) -> None:
        kept = self._pictures.get(key, Pictures())
        seen = after.hit_at == picture.taken_at and after.state is State.PRESENT
        starts = after.empty_since == picture.taken_at and before.empty_since != after.empty_since
        self._pictures[key] = Pictures(
            before=picture if seen else kept.before,
            first_empty=picture if starts else kept.first_empty,
            newest=picture,
        )
