"""The check room (抽查室): spot checks that are being carried out, from first look to last result.

It sees every examined picture, says which cameras must be looked at closer, and tells each
window's result as soon as the watch room's spans allow it. It neither claims checks nor writes
results. Safe from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.domain.check_look import (
    UNDECIDED,
    Burst,
    certain,
    session_of,
    telling_look,
    told_unseen,
    within,
)
from models.domain.check_result import Checked, Result
from models.domain.duty import Duty
from models.domain.hall import Window
from models.domain.hours import Session
from models.domain.inspection import Check
from models.domain.presence import Look, Reason, State
from vision.camera_desk import Examined
from vision.check_told import Standing, Told
from vision.record_keeper import JudgeWindow
from vision.watch_room import WatchRoom

SessionsOf = Callable[[Window, datetime], Sequence[Session]]
"""The window's open sessions on the local day of a moment."""


@dataclass(slots=True)
class _Under:
    """A check under way."""

    check: Check
    epoch: int
    started: datetime
    windows: dict[str, Window]
    cameras: frozenset[str]
    saved: dict[str, Told] = field(default_factory=dict)
    looks: dict[str, list[datetime]] = field(default_factory=dict)
    frames: dict[str, int] = field(default_factory=dict)

    def waiting(self) -> list[Window]:
        """Windows of which nothing is known yet."""
        return [one for key, one in self.windows.items() if key not in self.saved]

    def pending(self) -> list[Window]:
        """Windows that were empty and are looked at again."""
        return [self.windows[key] for key, told in self.saved.items() if not told.certain]

    def gone(self, now: datetime) -> float:
        """Seconds since it began."""
        return (now - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class Rules:
    """What checks are judged by.

    Attributes:
        judge: The duty rules, as the record keeper uses them.
        duty: Roster, notices and exemptions that rule now.
        sessions: Open sessions of a window.
        gap: Two of a window's slowest sample periods.
    """

    judge: JudgeWindow
    duty: Callable[[], Duty]
    sessions: SessionsOf
    gap: Callable[[Window], timedelta]


class CheckRoom:
    """Checks under way.

    Args:
        room: What is known of every window.
        rules: What checks are judged by.
        cameras: All cameras, by hall.
        burst: How a check looks.
    """

    def __init__(
        self,
        room: WatchRoom,
        rules: Rules,
        cameras: Mapping[str, frozenset[str]],
        burst: Burst | None = None,
    ) -> None:
        self._room = room
        self._rules = rules
        self._cameras = cameras
        self._burst = burst or Burst()
        self._under: dict[int, _Under] = {}
        self._lock = threading.Lock()

    @property
    def halls(self) -> frozenset[str]:
        """Halls whose windows are watched here."""
        return frozenset(window.hall_id for window in self._room.windows.values())

    def begin(self, check: Check, epoch: int, now: datetime, saved: Iterable[Told] = ()) -> None:
        """Begin a check, or take up one whose results stand in part."""
        windows = {
            key: one for key, one in self._room.windows.items() if one.hall_id == check.hall_id
        }
        known = {one.window_id: one for one in saved}
        cameras = self._cameras.get(check.hall_id, frozenset())
        with self._lock:
            self._under[check.id] = _Under(
                check,
                epoch,
                now,
                windows,
                cameras,
                {key: one for key, one in known.items() if key in windows},
            )

    def drop(self, check_id: int) -> None:
        """Forget a check: it was settled, or somebody else has it."""
        with self._lock:
            self._under.pop(check_id, None)

    def under_way(self) -> list[tuple[int, int]]:
        """(check id, epoch) of every check under way."""
        with self._lock:
            return [(key, one.epoch) for key, one in self._under.items()]

    def pending(self, check_id: int) -> frozenset[str]:
        """Windows of a check that stand as 待复核 in the record."""
        with self._lock:
            one = self._under.get(check_id)
            return frozenset(window.id for window in one.pending()) if one else frozenset()

    def see(self, examined: Examined) -> None:
        """Count an examined picture; only what was looked at counts."""
        frame = examined.frame
        looked = [window for window, one in examined.evidence.items() if one.look is Look.LOOKED]
        if examined.fault is not None or (examined.evidence and not looked):
            return
        with self._lock:
            for one in self._under.values():
                if frame.camera_id not in one.cameras or frame.taken_at < one.started:
                    continue
                one.frames[frame.camera_id] = one.frames.get(frame.camera_id, 0) + 1
                for window in looked:
                    one.looks.setdefault(window, []).append(frame.taken_at)

    def step(self, now: datetime) -> list[Standing]:
        """What every check under way says now."""
        with self._lock:
            under = list(self._under.values())
            looks = {id(one): {key: list(at) for key, at in one.looks.items()} for one in under}
        return [self._stands(one, looks[id(one)], now) for one in under]

    def saved(self, check_id: int, news: Iterable[Told]) -> None:
        """The record holds these; they are not told again."""
        with self._lock:
            one = self._under.get(check_id)
            if one is not None:
                one.saved.update({told.window_id: told for told in news})

    def wanted(self, now: datetime) -> dict[str, float]:
        """Seconds between the looks that the checks want of each camera."""
        found: dict[str, float] = {}
        with self._lock:
            for one in self._under.values():
                for camera, seconds in self._wants(one, now):
                    found[camera] = min(seconds, found.get(camera, seconds))
        return found

    def _wants(self, one: _Under, now: datetime) -> list[tuple[str, float]]:
        close = set() if self._burst_over(one, now) else self._short_of_frames(one)
        close |= _seen_by(one.waiting())
        again = _seen_by(one.pending()) - close
        return [(camera, self._burst.closer_s) for camera in close] + [
            (camera, self._burst.again_s) for camera in again
        ]

    def _short_of_frames(self, one: _Under) -> set[str]:
        return {key for key in one.cameras if one.frames.get(key, 0) < self._burst.frames}

    def _burst_over(
        self, one: _Under, now: datetime, cameras: Collection[str] | None = None
    ) -> bool:
        """Whether the close looks are over, of all the hall's cameras or of some of them."""
        if one.gone(now) >= self._burst.length_s:
            return True
        short = self._short_of_frames(one)
        return not (short if cameras is None else short.intersection(cameras))

    def _stands(
        self, one: _Under, looks: Mapping[str, Sequence[datetime]], now: datetime
    ) -> Standing:
        news = []
        for window in one.waiting():
            told = self._first(one, window, looks.get(window.id, ()), now)
            if told is not None:
                news.append(told)
        for window in one.pending():
            before = one.saved[window.id]
            checked = self._certain(one, window, before.at, now)
            if checked is not None:
                seen = len(looks.get(window.id, ()))
                news.append(Told(window.id, before.at, before.seen, checked, seen))
        left = len(one.waiting()) + len(one.pending()) - sum(told.certain for told in news)
        return Standing(one.check, one.epoch, tuple(news), left == 0 and self._burst_over(one, now))

    def _first(
        self, one: _Under, window: Window, looks: Sequence[datetime], now: datetime
    ) -> Told | None:
        """The first thing that can be said of a window."""
        session = self._session(one, window)
        begun = within(one.started, session)
        unseen = told_unseen(window, begun, self._rules.duty())
        if unseen is not None and one.check.counted:
            return Told(window.id, begun, State.UNKNOWN, unseen)
        over = self._burst_over(one, now, _seen_by([window]))
        patient = one.gone(now) < self._burst.patience_s
        enough = over and (len(looks) >= self._burst.enough or not patient)
        telling = telling_look(looks, self._room.spans(window.id), over=enough)
        if telling is not None:
            at, seen = within(telling[0], session), telling[1]
            checked = self._certain(one, window, at, now)
            return Told(window.id, at, seen, checked, len(looks))
        if not over:
            return None
        reason = self._reason(window)
        if reason in UNDECIDED and patient:
            return None
        checked = unseen or Checked(Result.UNVERIFIABLE, reason)
        return Told(window.id, begun, State.UNKNOWN, checked, len(looks))

    def _session(self, one: _Under, window: Window) -> Session | None:
        sessions = self._rules.sessions(window, one.started)
        return session_of(sessions, one.check.due_at, one.started)

    def _certain(self, one: _Under, window: Window, at: datetime, now: datetime) -> Checked | None:
        spans = self._room.spans(window.id)
        return certain(
            window,
            at,
            spans,
            self._rules.judge(window, spans, now),
            self._rules.duty(),
            session=self._session(one, window),
            now=now,
            gap=self._rules.gap(window),
        )

    def _reason(self, window: Window) -> Reason:
        """Why nothing can be said of a window."""
        silent = self._room.silent(window.id)
        reading = self._room.readings().get(window.id)
        if reading is not None and reading.state is State.UNKNOWN:
            return silent if reading.reason in UNDECIDED and silent else reading.reason
        return silent or Reason.NO_SAMPLE


def _seen_by(windows: Iterable[Window]) -> set[str]:
    return {view.camera_id for window in windows for view in window.views}
