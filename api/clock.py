"""The clock of a process: the real one, or one that runs faster for rehearsals."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from models.domain.errors import InputError


class RealClock:
    """The machine's own time."""

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        return 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`; a negative wait is none."""
        if seconds > 0:
            time.sleep(seconds)


class SimulatedClock:
    """Time that began at `start` when the real clock showed `anchored_at`, and runs `speed`
    times as fast.

    Two processes with the same three values show the same time. After it was made it follows
    the machine's steady clock, so that setting the machine's time never turns it back.

    Args:
        start: Simulated moment of the anchor, aware.
        speed: Simulated seconds per real second.
        anchored_at: Real moment of the anchor, seconds since 1970; now where left out.

    Raises:
        InputError: `start` has no time zone or `speed` is not positive.
    """

    def __init__(self, start: datetime, speed: float, anchored_at: float | None = None) -> None:
        if start.tzinfo is None:
            raise InputError(
                f"模拟时钟的开始时间 {start.isoformat()} 缺少时区。",
                f"the simulated clock's start {start.isoformat()} has no time zone.",
                where="clock.start",
            )
        if speed <= 0:
            raise InputError(
                f"模拟时钟的速度须为正数,现为 {speed}。",
                f"the simulated clock's speed must be positive, not {speed}.",
                where="clock.speed",
            )
        real = time.time()
        self._start = start.astimezone(UTC)
        self._speed = float(speed)
        self.anchored_at = real if anchored_at is None else anchored_at
        self._steady_anchor = time.monotonic() - (real - self.anchored_at)

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        return self._speed

    def now(self) -> datetime:
        passed = (time.monotonic() - self._steady_anchor) * self._speed
        return self._start + timedelta(seconds=passed)

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` of simulated time; a negative wait is none."""
        if seconds > 0:
            time.sleep(seconds / self._speed)
