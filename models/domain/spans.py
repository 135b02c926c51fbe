"""From the views of a window to its state, and from states to spans without holes.

Spans, not samples, are kept: when a window's state changed, how many samples carried it
and how weak the weakest was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.domain.hall import Coverage
from models.domain.presence import Presence, Reason, State


@dataclass(frozen=True, slots=True)
class ViewState:
    """What one camera says of a window, and how much of the zone it sees."""

    coverage: Coverage
    presence: Presence


@dataclass(frozen=True, slots=True)
class Reading:
    """A window's state at one moment, all its views taken together.

    Attributes:
        since: When this state began.
        last_present: Newest sighting (last present), None where there was none.
        proven_since: For ABSENT, first empty sample: the lower bound begins.
        proven_until: For ABSENT, last empty sample; for PRESENT, last sighting.
    """

    state: State
    reason: Reason
    p: float
    since: datetime | None
    last_present: datetime | None = None
    proven_since: datetime | None = None
    proven_until: datetime | None = None
    samples: int = 0
    weakest: float = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one state. Spans of a window follow each other without a hole.

    Attributes:
        start: When it began.
        end: When the next began, None while it lasts.
        proven_since: For ABSENT, first empty sample; the proven absence (下限) is
            `proven_until - proven_since`.
        proven_until: For ABSENT, last empty sample; for PRESENT, last sighting.
        last_present: Sighting before it; the longest possible absence (上限) begins there
            and ends at the next sighting, which is `end` where PRESENT follows.
        samples: Usable samples that carried it.
        weakest: Probability nearest to a change of mind.
    """

    window_id: str
    state: State
    reason: Reason
    start: datetime
    end: datetime | None = None
    proven_since: datetime | None = None
    proven_until: datetime | None = None
    last_present: datetime | None = None
    samples: int = 0
    weakest: float = 0.5


def combine(views: Sequence[ViewState]) -> Reading:
    """One window in several cameras.

    Any view that sees a person = PRESENT; all views usable, full and empty = ABSENT;
    otherwise UNKNOWN. Source: scenario S11; domain.md §2.1.
    """
    seeing = [view for view in views if view.coverage is not Coverage.NONE]
    if not seeing:
        return Reading(State.UNKNOWN, Reason.NOT_VISIBLE, 0.5, None)
    present = [view.presence for view in seeing if view.presence.state is State.PRESENT]
    if present:
        return _present(present)
    doubtful = [view for view in seeing if view.presence.state is State.UNKNOWN]
    if doubtful:
        return _unknown(seeing, doubtful[0].presence.reason)
    if any(view.coverage is Coverage.PARTIAL for view in seeing):
        return _unknown(seeing, Reason.PARTIAL_VIEW)
    return _absent([view.presence for view in seeing])


def _latest(times: Sequence[datetime | None]) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _earliest(times: Sequence[datetime | None]) -> datetime | None:
    return min((time for time in times if time is not None), default=None)


def _present(views: Sequence[Presence]) -> Reading:
    surest = max(views, key=lambda view: view.log_odds)
    return Reading(
        State.PRESENT,
        Reason.SEEN,
        surest.p,
        _earliest([view.since for view in views]),
        last_present=_latest([view.hit_at for view in views]),
        proven_since=_earliest([view.since for view in views]),
        proven_until=_latest([view.hit_at for view in views]),
        samples=max(view.samples for view in views),
        weakest=max(view.weakest for view in views),
    )


def _unknown(views: Sequence[ViewState], reason: Reason) -> Reading:
    presences = [view.presence for view in views]
    blind = [item.since for item in presences if item.state is State.UNKNOWN]
    return Reading(
        State.UNKNOWN,
        reason,
        0.5,
        _earliest(blind) or _latest([item.since for item in presences]),
        last_present=_latest([item.hit_at for item in presences]),
        samples=sum(item.samples for item in presences),
    )


def _absent(views: Sequence[Presence]) -> Reading:
    return Reading(
        State.ABSENT,
        Reason.EMPTY,
        max(view.p for view in views),
        _latest([view.empty_since for view in views]),
        last_present=_latest([view.hit_at for view in views]),
        proven_since=_latest([view.empty_since for view in views]),
        proven_until=_earliest([view.empty_until for view in views]),
        samples=min(view.samples for view in views),
        weakest=max(view.weakest for view in views),
    )


def follow(
    window_id: str, current: Span | None, reading: Reading, now: datetime
) -> tuple[list[Span], Span]:
    """Carry a window's spans on by one reading.

    Args:
        window_id: The window.
        current: The span that lasts, None at the very start.
        reading: The window's state at `now`.
        now: When the reading was taken.

    Returns:
        The spans that this reading ended, and the span that now lasts. A new state may
        have begun before `now` (an absence begins at its first empty sample), but never
        before the span it follows.
    """
    if current is None:
        return [], _open(window_id, reading, reading.since or now)
    if current.state is reading.state and current.reason is reading.reason:
        return [], _carry(current, reading)
    # UNKNOWN for another reason holds from now on; a picture that waited in a queue may be
    # older than what a tick has said since, but no span begins before the one it follows.
    since = now if current.state is reading.state else min(reading.since or now, now)
    start = max(current.start, since)
    opened = _open(window_id, reading, start)
    if start <= current.start:
        return [], opened
    return [replace(current, end=start)], opened


def _open(window_id: str, reading: Reading, start: datetime) -> Span:
    return Span(
        window_id=window_id,
        state=reading.state,
        reason=reading.reason,
        start=start,
        proven_since=reading.proven_since,
        proven_until=reading.proven_until,
        last_present=reading.last_present,
        samples=reading.samples,
        weakest=reading.weakest,
    )


def _carry(current: Span, reading: Reading) -> Span:
    before = current.last_present if current.state is State.ABSENT else reading.last_present
    return replace(
        current,
        proven_until=reading.proven_until,
        last_present=before,
        samples=reading.samples,
        weakest=reading.weakest,
    )
