"""How often somebody may call: buckets of tokens (令牌桶) in memory, one a caller."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MOST_CALLERS: Final = 20_000
"""Callers remembered; a flood of addresses must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second for ever."""

    burst: float
    per_s: float


SIGN_IN: Final = Rate(burst=20, per_s=0.5)
"""Sign-ins from one address; a hall's staff sit behind one. Each costs a hash."""

STRANGER: Final = Rate(burst=200, per_s=20)
"""Calls from one address without an account, health checks among them."""

ACCOUNT: Final = Rate(burst=2000, per_s=600)
"""Calls of one account; a wall of 82 cameras asks for as many pictures a second."""

CHANGES: Final = Rate(burst=60, per_s=5)
"""Calls of one account that change something."""


class Buckets:
    """One bucket for each caller. Safe from any thread.

    Args:
        rate: How much each may.
        monotonic: Seconds that only grow.
    """

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> float:
        """Take one; 0 where there was one, otherwise the seconds until there is."""
        now = self._monotonic()
        with self._lock:
            level = self._level(caller, now)
            if level < 1:
                return (1 - level) / self._rate.per_s
            self._levels.pop(caller, None)  # the one used last stands last
            self._levels[caller] = (level - 1, now)
            if len(self._levels) > MOST_CALLERS:
                self._sweep(now)
        return 0.0

    def _level(self, caller: str, now: float) -> float:
        level, at = self._levels.get(caller, (self._rate.burst, now))
        return min(self._rate.burst, level + (now - at) * self._rate.per_s)

    def _sweep(self, now: float) -> None:
        """Forget the full ones, and where that is not enough the longest unused half."""
        full = [name for name in self._levels if self._level(name, now) >= self._rate.burst]
        for name in full or list(self._levels)[: MOST_CALLERS // 2]:
            del self._levels[name]


class Limits:
    """Every limit of the web, by what is called and who calls."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.sign_ins = Buckets(SIGN_IN, monotonic)
        self.strangers = Buckets(STRANGER, monotonic)
        self.accounts = Buckets(ACCOUNT, monotonic)
        self.changes = Buckets(CHANGES, monotonic)
