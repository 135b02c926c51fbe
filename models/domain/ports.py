"""Where the rooms meet: what `vision` and `scheduler` need of each other and of the record.

Adapters live beside what they adapt; fakes live in `tests/fakes.py` under the same names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The one clock of a process, real or simulated (accelerated)."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock's time (less real time when accelerated)."""
        ...

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second; 1.0 for the real clock."""
        ...
