"""The clock of a watch: it goes on evenly when somebody sets the machine's clock.

An hour that is set on or back would else make an absence out of a minute, or leave everything
unwatched for an hour. Small differences (NTP) are followed slowly, so that it never goes back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from api.settings import Settings
from api.wiring_record import make_clock
from models.domain.ports import Clock
from models.domain.presence import Reason
from vision.camera_desk import Health
from vision.frame import Frame

log = structlog.get_logger("onpost.watch")

FOLLOWS_S: Final = 60.0
"""A difference of more real seconds is a clock that somebody set; as with cameras (时钟不准)."""

TAKEN_AFTER_S: Final = 600.0
"""Real seconds after which the machine's clock is believed, and the watch begins again by it."""

SLEW: Final = 0.1
"""Share of the time gone by that a small difference is followed in."""


def _steady_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)  # it counts on while the machine sleeps


class SteadyClock:
    """Begins at another clock's moment and follows the machine's steady clock from there.

    Args:
        clock: Gives the beginning and the speed.
        follows_s: Differences up to this, in real seconds, are followed.
        wall: The machine's clock, which may be set.
        steady: The one that cannot.
    """

    def __init__(
        self,
        clock: Clock,
        follows_s: float = FOLLOWS_S,
        *,
        wall: Callable[[], float] | None = None,
        steady: Callable[[], float] | None = None,
    ) -> None:
        self._wall = wall or time.time
        self._steady = steady or _steady_s
        self._follows_s = follows_s
        self._speed = clock.speed
        self._lock = threading.Lock()
        self._start = clock.now()
        self._began = self._followed_at = self._steady()
        self._offset = self._wall() - self._began

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        return self._speed

    @property
    def set_by_s(self) -> float:
        """By how much the machine's clock differs from what this one follows, in real seconds."""
        with self._lock:
            return self._difference()

    @property
    def in_doubt(self) -> bool:
        """Whether somebody set the machine's clock by so much that one of the two is wrong."""
        return abs(self.set_by_s) > self._follows_s

    def now(self) -> datetime:
        # Read at once and without the lock: every packet of every camera asks.
        start = self._start
        return start + timedelta(seconds=(self._steady() - self._began) * self._speed)

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock; a negative wait is none."""
        if seconds > 0:
            time.sleep(seconds / self._speed)

    def follow(self) -> None:
        """Come nearer to the machine's clock where it differs a little; called now and then."""
        with self._lock:
            now = self._steady()
            gone = now - self._followed_at
            self._followed_at = now
            difference = self._difference()
            if abs(difference) > self._follows_s:
                return
            step = max(-SLEW * gone, min(SLEW * gone, difference))
            self._offset += step
            self._start += timedelta(seconds=step * self._speed)

    def _difference(self) -> float:
        return self._wall() - self._steady() - self._offset


@dataclass(frozen=True, slots=True)
class DoubtedTime:
    """A camera's health, and that no picture can be used while nobody knows what time it is.

    Attributes:
        clock: The watch's clock.
        health: The camera's own.
    """

    clock: SteadyClock
    health: Health

    def check(self, frame: Frame) -> Reason | None:
        """WRONG_CLOCK while the machine's clock is in doubt, otherwise what the health says."""
        reason = self.health.check(frame)
        return Reason.WRONG_CLOCK if self.clock.in_doubt else reason


def doubted(clock: Clock, health: Health) -> Health:
    """A camera's health under a clock."""
    return DoubtedTime(clock, health) if isinstance(clock, SteadyClock) else health


def steady_clock(settings: Settings) -> SteadyClock:
    """The clock that the settings choose, steady.

    Raises:
        SettingsError: a simulated clock without a start.
    """
    return SteadyClock(make_clock(settings))


class ClockNews:
    """Notices a machine's clock that was set. Used by one thread.

    Args:
        clock: The watch's clock.
        stopwatch: Steady real seconds.
    """

    def __init__(self, clock: Clock, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stopwatch = stopwatch
        self._since: float | None = None

    def due(self) -> bool:
        """Whether to begin again by the machine's clock; called every round."""
        if not isinstance(self._clock, SteadyClock):
            return False
        self._clock.follow()
        if not self._clock.in_doubt:
            if self._since is not None:
                log.warning("machine_clock_right_again", what=_RIGHT)
            self._since = None
            return False
        if self._since is None:
            self._since = self._stopwatch()
            log.warning("machine_clock_was_set", by_s=round(self._clock.set_by_s, 1), what=_SET)
        if self._stopwatch() - self._since < TAKEN_AFTER_S:
            return False
        log.warning("machine_clock_taken", by_s=round(self._clock.set_by_s, 1), what=_TAKEN)
        return True


_SET: Final = (
    "本机时钟被改动;在时间核实之前所有窗口均为无法核查,不登记任何缺岗。请检查对时(NTP)。 / "
    "the machine's clock was set; until it is certain every window is unknown and nobody is "
    "called absent. Check its time service (NTP)."
)
_RIGHT: Final = "本机时钟已恢复,监看继续。 / the machine's clock is right again, the watch goes on."
_TAKEN: Final = (
    "本机时钟的改动持续存在,按新时间重新开始监看。 / "
    "the machine's clock stays as it was set; the watch begins again by it."
)
