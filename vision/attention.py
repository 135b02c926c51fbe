"""Which cameras a spot check looks through just now, and how closely (抽查关注)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

SOON: Final = 0.9
"""A look that comes this share of the wanted time after the last one is in time."""


class Attention:
    """The checks say what they want; links and engine ask. Safe from any thread."""

    def __init__(self) -> None:
        self._wanted: dict[str, float] = {}
        self._forced: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def set(self, wanted: Mapping[str, float]) -> None:
        """From now on these cameras are wanted, each with so many seconds between looks."""
        with self._lock:
            self._wanted = dict(wanted)
            self._forced = {k: at for k, at in self._forced.items() if k in wanted}

    def closer(self, camera_id: str) -> float | None:
        """Seconds of the clock between the looks that are wanted, None where nobody asks."""
        with self._lock:
            return self._wanted.get(camera_id)

    def wants(self, camera_id: str) -> bool:
        """Whether somebody asks for this camera."""
        return self.closer(camera_id) is not None

    def forces(self, camera_id: str, at: datetime) -> bool:
        """Whether the picture taken at `at` must be looked at, changed or not; it then counts
        as looked at."""
        with self._lock:
            wanted = self._wanted.get(camera_id)
            if wanted is None:
                return False
            before = self._forced.get(camera_id)
            if before is not None and at - before < timedelta(seconds=SOON * wanted):
                return False
            self._forced[camera_id] = at
            return True
