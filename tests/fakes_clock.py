"""A clock that moves only when a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.builders import NINE


@dataclass
class StillClock:
    """Time as a test sets it; waiting moves it."""

    moment: datetime = NINE
    speed: float = 1.0

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
