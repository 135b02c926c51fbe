"""When a camera's samples are due, at a pace that may change while it waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import floor


class DueTimes:
    """Begins at `begins` and goes on by the period of the moment. Used by one thread.

    Where the pace changes, the next due time follows the last one by the new period, or is now
    where that is over already: what was not wanted at its time is no missed sample.

    Args:
        begins: The first due time.
        period_s: Asked for the seconds between samples.
    """

    def __init__(self, begins: datetime, period_s: Callable[[], float]) -> None:
        self._period_s = period_s
        self._period = timedelta(seconds=period_s())
        self._before: datetime | None = None
        self._next = begins

    @property
    def period(self) -> timedelta:
        """Between samples, as last asked."""
        return self._period

    def next(self, now: datetime) -> datetime:
        """The oldest due time that is neither read nor missed, by the pace of this moment."""
        period = timedelta(seconds=self._period_s())
        if period != self._period:
            self._period = period
            if self._before is not None and self._next > now:
                self._next = max(self._before + period, now)
        return self._next

    def skip_to_newest(self, now: datetime) -> int:
        """Pass over what is late, except the newest; how many due times that were."""
        late = max(0, floor((now - self._next) / self._period))
        self._next += late * self._period
        return late

    def over(self) -> None:
        """The due time is read or missed."""
        self._before = self._next
        self._next += self._period
