"""What the register should hold after a rehearsal, worked out from the script alone.

The rules of domain.md §2.1 once more, in the plainest way, on true times instead of samples:
so that a mistake in the product's own rules shows as a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vision.sources.rehearsal.actors import Stretch
from vision.sources.rehearsal.day import SESSIONS, STARTS, Day, Staged, What

GAP_S: Final = 180.0
"""A blind stretch longer than this splits an absence in two."""
LATE_S: Final = 5 * 60.0
OFF_POST_S: Final = 15 * 60.0
HALF_DAY_S: Final = 30 * 60.0
TOLERANCE_S: Final = 240.0
"""How far a registered edge may lie from the true one: a few sample periods."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that must be registered. Moments are seconds since local midnight."""

    window_id: str
    kind: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Registered:
    """A finding that was registered, as far as it is compared."""

    window_id: str
    kind: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Truth against register.

    Attributes:
        right: Expected and registered.
        missed: Expected, not registered.
        false: Registered, not expected.
    """

    right: tuple[Expected, ...]
    missed: tuple[Expected, ...]
    false: tuple[Registered, ...]

    @property
    def agrees(self) -> bool:
        """Nothing missed, nothing false."""
        return not self.missed and not self.false


def expected(day: Day, until: float) -> list[Expected]:
    """Every finding that the day up to `until` must give, oldest first."""
    found = []
    for window in day.city.windows:
        for session in SESSIONS:
            if session[0] < until:
                found += _in_session(day, window, session, until)
    return sorted(found, key=lambda one: (one.since, one.window_id))


def compare(wanted: Sequence[Expected], registered: Sequence[Registered]) -> Comparison:
    """Each registered finding answers for at most one expected one."""
    left = list(registered)
    right, missed = [], []
    for one in wanted:
        answer = next((other for other in left if _same(one, other)), None)
        if answer is None:
            missed.append(one)
        else:
            left.remove(answer)
            right.append(one)
    return Comparison(tuple(right), tuple(missed), tuple(left))


def _same(one: Expected, other: Registered) -> bool:
    return (
        one.window_id == other.window_id
        and one.kind == other.kind
        and abs(one.since - other.since) <= TOLERANCE_S
        and abs(one.until - other.until) <= TOLERANCE_S
    )


def _in_session(day: Day, window: str, session: Stretch, until: float) -> list[Expected]:
    start, end = max(session[0], STARTS), min(session[1], until)
    staged = next((one for one in day.staged if one.window_id == window), None)
    empty = _outside([(start, end)], day.present[window])
    # A blind camera proves nothing; the truth behind it stays unproven.
    seen = empty
    for camera in day.city.cameras_of(window):
        seen = _outside(seen, day.faults(camera))
    found = []
    for first, last in _joined(seen):
        kind = _kind(staged, (first, last), session, until)
        if kind:
            found.append(Expected(window, kind, first, last))
    return found


def _kind(staged: Staged | None, empty: Stretch, session: Stretch, until: float) -> str:
    length = empty[1] - empty[0]
    if staged and staged.what is What.LEAVE_UNCOVERED:
        return "unmanned" if length >= OFF_POST_S else ""
    at_start = empty[0] <= session[0]
    at_end = empty[1] >= session[1] and until > session[1]
    if at_start and at_end:
        return "absent_session"
    if (at_start or at_end) and length >= HALF_DAY_S:
        return "absent_half_day"
    if (at_start or at_end) and length > LATE_S:
        return "late" if at_start else "early"
    if length < OFF_POST_S:
        return ""
    covering = staged is not None and staged.what is What.COVER_OFF_POST
    return "cover_off_post" if covering else "off_post"


def _outside(stretches: Sequence[Stretch], taken: Sequence[Stretch]) -> list[Stretch]:
    """What is left of `stretches` when `taken` is cut out of them."""
    left = list(stretches)
    for start, end in taken:
        parts = []
        for first, last in left:
            parts += [(first, min(last, start)), (max(first, end), last)]
        left = [(first, last) for first, last in parts if last > first]
    return left


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    whole: list[Stretch] = []
    for first, last in sorted(stretches):
        if whole and first - whole[-1][1] <= GAP_S:
            whole[-1] = (whole[-1][0], last)
        else:
            whole.append((first, last))
    return whole
