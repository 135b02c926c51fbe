"""Collects what pictures hint at (线索) and hands it to the record, still by still."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.domain.hints import Glance, Hint, HintMemory, HintRules, glance
from models.domain.presence import Look
from vision.camera_desk import Examined


@dataclass(frozen=True, slots=True)
class Clue:
    """One hint with the picture that it was seen in; unmasked, never leaves the process so."""

    window_id: str
    camera_id: str
    hint: Hint
    taken_at: datetime
    jpeg: bytes = field(repr=False)


class ClueDesk:
    """Watches looks for what they hint at. Safe from any thread.

    Args:
        rules: What is hinted at, by window; windows that are not named give no hints.
    """

    def __init__(self, rules: Mapping[str, HintRules]) -> None:
        self._rules = dict(rules)
        self._memory: dict[tuple[str, str], HintMemory] = {}
        self._pending: list[Clue] = []
        self._lock = threading.Lock()

    def see(self, examined: Examined, jpeg: bytes) -> None:
        """Take one examined picture into account."""
        camera = examined.frame.camera_id
        with self._lock:
            for window, evidence in examined.evidence.items():
                rules = self._rules.get(window)
                if rules is None:
                    continue
                key = (window, camera)
                before = self._memory.get(key, HintMemory())
                after, hints = glance(before, _glance(examined, window), rules)
                self._memory[key] = after
                self._pending += [Clue(window, camera, hint, evidence.at, jpeg) for hint in hints]

    def pending(self) -> list[Clue]:
        """Clues that the record has not taken over."""
        with self._lock:
            return list(self._pending)

    def settled(self, count: int) -> None:
        """The record holds the first `count` of them."""
        with self._lock:
            del self._pending[:count]


def _glance(examined: Examined, window: str) -> Glance | None:
    evidence = examined.evidence[window]
    if evidence.look is Look.UNUSABLE:
        return None
    seen = examined.sightings.get(window)
    if seen is None:
        return Glance(evidence.at, None)
    box = seen.boxes[0] if seen.boxes else None
    return Glance(evidence.at, seen.people, seen.score, seen.phone_score, box)
