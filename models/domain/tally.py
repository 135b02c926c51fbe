"""How a window's open time was spent, second by second: everything adds up to the total.

Source: domain.md §2.5. UNKNOWN leaves the denominator; closed time is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.domain.duty import Duty, Status
from models.domain.hall import Window
from models.domain.hours import Session, joined
from models.domain.presence import State
from models.domain.spans import Span
from models.domain.stretches import Run, runs


@dataclass(frozen=True, slots=True)
class Tally:
    """Seconds of a stretch of time, split without rest.

    Attributes:
        present: Staffed by who was to be there (在岗).
        covered: Staffed while a cover was accountable (顶岗在岗).
        absent: Empty while somebody, or the unit, was accountable.
        exempt: Exempted (豁免), whatever was seen.
        no_roster: Open without a roster (无排班), whatever was seen.
        unknown: Could not be told (无法核查), or no span at all.
        closed: Outside every session.
    """

    present: float = 0.0
    covered: float = 0.0
    absent: float = 0.0
    exempt: float = 0.0
    no_roster: float = 0.0
    unknown: float = 0.0
    closed: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.open + self.closed

    @property
    def open(self) -> float:
        """The part inside sessions."""
        return self.effective + self.exempt + self.no_roster + self.unknown

    @property
    def effective(self) -> float:
        """The part that says something of the window: open, rostered, not exempt, seen."""
        return self.present + self.covered + self.absent

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.present + other.present,
            self.covered + other.covered,
            self.absent + other.absent,
            self.exempt + other.exempt,
            self.no_roster + other.no_roster,
            self.unknown + other.unknown,
            self.closed + other.closed,
        )


def tally(
    window: Window,
    spans: Sequence[Span],
    sessions: Iterable[Session],
    duty: Duty,
    *,
    start: datetime,
    end: datetime,
) -> Tally:
    """Split the time from `start` to `end` of a window.

    Args:
        window: The window.
        spans: Its spans; one that still goes on is taken to last until `end`.
        sessions: Its open sessions.
        duty: What is expected of it.
        start: From when, aware.
        end: Until when, aware.
    """
    line = runs(spans, end)
    seconds = dict.fromkeys(("present", "covered", "absent", "exempt", "no_roster", "unknown"), 0.0)
    opened = 0.0
    for session in joined(list(sessions)):
        first, last = max(session.start, start), min(session.end, end)
        if last <= first:
            continue
        opened += (last - first).total_seconds()
        for standing in duty.course(window, first, last):
            split = _split(line, standing.start, standing.end)
            for name, length in _named(standing.expectation.status, split).items():
                seconds[name] += length
    closed = (end - start).total_seconds() - opened
    return Tally(**seconds, closed=closed)


def _split(line: Sequence[Run], start: datetime, end: datetime) -> dict[State, float]:
    """Seconds of each state between two moments; what no span covers is UNKNOWN."""
    split = dict.fromkeys(State, 0.0)
    for run in line:
        first, last = max(run.start, start), min(run.end, end)
        if last > first:
            split[run.state] += (last - first).total_seconds()
    rest = (end - start).total_seconds() - sum(split.values())
    split[State.UNKNOWN] += max(0.0, rest)
    return split


def _named(status: Status, split: dict[State, float]) -> dict[str, float]:
    if status is Status.EXEMPT:
        return {"exempt": sum(split.values())}
    if status is Status.NO_ROSTER:
        return {"no_roster": sum(split.values())}
    staffed = "covered" if status is Status.COVERING else "present"
    return {
        staffed: split[State.PRESENT],
        "absent": split[State.ABSENT],
        "unknown": split[State.UNKNOWN],
    }
