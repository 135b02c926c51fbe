"""Which faults of cameras a technician is told of, and when each is over (摄像头故障提醒).

One alert a camera, reason and window: raised when the fault has held long enough, by day or by
fits and starts; closed when the picture has been good for a while. A camera that keeps coming and
going must stay good longer each time, so that it does not flood anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from models.domain.presence import Reason

RAISED_AFTER_S: Final = 600.0
"""A fault weighs a second for each second that it is seen, and is told from this weight on."""
CALM_S: Final = 60.0
"""Seconds without the fault after which its alert is closed; for each alert of the last day
before it, three times as long."""
LONGEST_CALM_S: Final = 7200.0
FADES: Final = 0.5
"""What a fault's weight loses in a second without it."""
LONGEST_STEP_S: Final = 300.0
"""More than this is not believed to have passed between two rounds: clocks are set."""
REMEMBERED: Final = timedelta(days=1)

LINK: Final = frozenset({Reason.OFFLINE, Reason.STALE})
"""Faults of the line: over when any picture comes, though it may be a bad one."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong where; `window_id` is empty for the whole picture."""

    camera_id: str
    reason: Reason
    window_id: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A fault that a technician was told of, and since when it has been seen."""

    fault: Fault
    since: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """An alert and when the fault was seen for the last time."""

    alert: Alert
    until: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be told."""

    raised: tuple[Alert, ...] = ()
    ended: tuple[Ended, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.raised or self.ended)


@dataclass(slots=True)
class _Weighed:
    since: datetime
    last: datetime
    weight_s: float = 0.0
    calm_s: float = 0.0


@dataclass(slots=True)
class FaultScale:
    """Weighs faults over time. Used by one thread.

    Attributes:
        standing: Alerts that were told and are not over.
        told: When alerts of a fault were told before.
    """

    standing: dict[Fault, Alert] = field(default_factory=dict)
    told: dict[Fault, list[datetime]] = field(default_factory=dict)
    _weights: dict[Fault, _Weighed] = field(default_factory=dict)
    _at: datetime | None = None

    def weigh(
        self,
        conditions: Mapping[str, Reason | None],
        hidden: Iterable[Fault],
        now: datetime,
        counts: Callable[[str], bool],
    ) -> Changes:
        """Take one round into account. What it returns is told again by the next round, until
        `took` says that it is kept.

        Args:
            conditions: Why each camera's pictures cannot be used, None where they can.
            hidden: Faults of single windows.
            now: The moment.
            counts: Whether anybody is expected at a camera's windows now: at night lights and
                cameras may be off.
        """
        passed = 0.0 if self._at is None else (now - self._at).total_seconds()
        passed = min(max(0.0, passed), LONGEST_STEP_S)
        self._at = now
        seen = {*_faults(conditions), *hidden}
        for fault in seen:
            self._seen(fault, now, passed if counts(fault.camera_id) else 0.0)
        for fault in {*self._weights, *self.standing} - seen:
            if _is_clear(fault, conditions):
                self._clear(fault, now, passed)
        return Changes(tuple(self._raised()), tuple(self._ended()))

    def took(self, changes: Changes) -> None:
        """The record holds what `changes` tells."""
        for alert in changes.raised:
            self.standing[alert.fault] = alert
            self.told.setdefault(alert.fault, []).append(self._weights[alert.fault].last)
        for ended in changes.ended:
            self.standing.pop(ended.alert.fault, None)
            self._weights.pop(ended.alert.fault, None)

    def _seen(self, fault: Fault, now: datetime, passed: float) -> None:
        weighed = self._weights.setdefault(fault, _Weighed(now, now))
        weighed.last = now
        weighed.calm_s = 0.0
        weighed.weight_s = min(RAISED_AFTER_S, weighed.weight_s + passed)

    def _clear(self, fault: Fault, now: datetime, passed: float) -> None:
        weighed = self._weights.setdefault(fault, _Weighed(now, now))
        weighed.calm_s += passed
        weighed.weight_s = max(0.0, weighed.weight_s - FADES * passed)
        if weighed.weight_s == 0.0 and fault not in self.standing:
            del self._weights[fault]

    def _raised(self) -> Iterable[Alert]:
        for fault, weighed in sorted(self._weights.items()):
            if weighed.weight_s >= RAISED_AFTER_S and fault not in self.standing:
                yield Alert(fault, weighed.since)

    def _ended(self) -> Iterable[Ended]:
        for fault, alert in sorted(self.standing.items()):
            weighed = self._weights.get(fault)
            if weighed is not None and weighed.calm_s >= self._calm_s(fault):
                yield Ended(alert, weighed.last)

    def _calm_s(self, fault: Fault) -> float:
        assert self._at is not None  # noqa: S101 - only asked while weighing
        recent = [at for at in self.told.get(fault, ()) if self._at - at <= REMEMBERED]
        return min(LONGEST_CALM_S, CALM_S * float(3 ** min(8, max(0, len(recent) - 1))))


def _faults(conditions: Mapping[str, Reason | None]) -> Iterable[Fault]:
    for camera, reason in conditions.items():
        if reason is not None and reason is not Reason.NOT_WATCHED:
            yield Fault(camera, reason)


def _is_clear(fault: Fault, conditions: Mapping[str, Reason | None]) -> bool:
    """Whether what is known of the camera speaks against the fault; a camera that rests says
    nothing of its picture."""
    if fault.camera_id not in conditions:
        return False
    now = conditions[fault.camera_id]
    return now is None or (fault.reason in LINK and now not in LINK)
