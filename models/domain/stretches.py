"""Empty stretches of a window, put together from its spans.

Source: domain.md §2.1, measurement rule: a gap in the samples of more than two sample periods
splits a stretch, because unknown is not empty; a shorter one is the usual distance of samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from models.domain.presence import State
from models.domain.spans import Span


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window empty without a proven break.

    Attributes:
        since: First empty sample.
        until: Last empty sample.
        last_present: Sighting before it, None where none is known.
        next_present: Sighting after it, None where none is known (yet).
        open: It may still go on.
    """

    since: datetime
    until: datetime
    last_present: datetime | None
    next_present: datetime | None
    open: bool
    samples: int
    weakest: float


@dataclass(slots=True)
class Run:
    """Spans of one state that follow each other, as one; `since` and `until` are, for ABSENT,
    its first and last empty sample, None where it holds none."""

    state: State
    start: datetime
    end: datetime
    since: datetime | None
    until: datetime | None
    last_present: datetime | None
    samples: int
    weakest: float


def runs(spans: Iterable[Span], now: datetime) -> list[Run]:
    """Spans in order, up to `now`, neighbours of the same state as one."""
    whole: list[Run] = []
    for span in sorted(spans, key=attrgetter("start")):
        if span.start > now:
            break
        end = now if span.end is None or span.end > now else span.end
        run = _run(span, end)
        last = whole[-1] if whole else None
        if last is not None and last.state is run.state and last.end == run.start:
            _extend(last, run)
        else:
            whole.append(run)
    return whole


def _run(span: Span, end: datetime) -> Run:
    since = max(span.start, span.proven_since or span.start)
    until = min(end, span.proven_until or end)
    proven = until >= since
    return Run(
        span.state,
        span.start,
        end,
        since if proven else None,
        until if proven else None,
        span.last_present,
        span.samples,
        span.weakest,
    )


def _extend(last: Run, run: Run) -> None:
    nearest = min if last.state is State.PRESENT else max
    last.end = run.end
    last.since = last.since or run.since
    last.until = run.until or last.until
    last.samples += run.samples
    last.weakest = nearest(last.weakest, run.weakest)


def stretches(spans: Sequence[Span], now: datetime, gap: timedelta) -> list[Stretch]:
    """The empty stretches in `spans`, oldest first.

    Args:
        spans: A window's spans; only the last may have no end.
        now: Up to when they are known.
        gap: Longest UNKNOWN between two empty pieces that does not split them: two sample
            periods.
    """
    if not any(span.state is State.ABSENT for span in spans):
        return []
    line = runs(spans, now)
    found: list[Stretch] = []
    last_present: datetime | None = None
    for run in line:
        if run.state is State.PRESENT:
            if found and found[-1].next_present is None:
                found[-1] = replace(found[-1], next_present=run.start, open=False)
            last_present = run.until or run.end
        elif run.state is State.ABSENT and run.since and run.until:
            piece = Stretch(
                run.since,
                run.until,
                run.last_present or last_present,
                None,
                True,
                run.samples,
                run.weakest,
            )
            _append(found, piece, gap)
    return _closed(found, line, gap)


def _append(found: list[Stretch], piece: Stretch, gap: timedelta) -> None:
    """Onto the stretch before it where nobody was seen between and the samples are near."""
    last = found[-1] if found else None
    if last is None or last.next_present is not None or piece.since - last.until > gap:
        found.append(piece)
        return
    found[-1] = replace(
        last,
        until=piece.until,
        samples=last.samples + piece.samples,
        weakest=max(last.weakest, piece.weakest),
    )


def _closed(found: list[Stretch], line: Sequence[Run], gap: timedelta) -> list[Stretch]:
    """Only the last stretch may go on: while it is empty, or blind for so short a time that a
    late decision of the filter could still join what follows."""
    if not found:
        return []
    last = found[-1]
    tail = timedelta()
    for run in reversed(line):
        if run.state is not State.UNKNOWN:
            break
        tail += run.end - run.start
    going_on = last.next_present is None and tail <= 3 * gap
    closed = [one if one.next_present else replace(one, open=False) for one in found[:-1]]
    return [*closed, last if going_on else replace(last, open=False)]
