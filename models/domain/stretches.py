"""Empty stretches of a window, put together from its spans.

Source: domain.md §2.1, measurement rule: a gap in the samples of more than two sample periods
splits a stretch, because unknown is not empty; a shorter one is the usual distance of samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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


def normal(spans: Iterable[Span], now: datetime) -> list[Span]:
    """Spans in order, each with an end, neighbours of the same state as one."""
    whole: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if span.start > now:
            break
        end = now if span.end is None else min(span.end, now)
        known = replace(span, end=end)
        if span.state is State.ABSENT:
            known = _proven(known, end)
        if whole and whole[-1].state is span.state and whole[-1].end == span.start:
            whole[-1] = _one(whole[-1], known)
        else:
            whole.append(known)
    return whole


def _proven(span: Span, end: datetime) -> Span:
    """Its first and last empty sample, None where its piece of the stretch holds none."""
    since = max(span.start, span.proven_since or span.start)
    until = min(end, span.proven_until or end)
    if until < since:
        return replace(span, proven_since=None, proven_until=None)
    return replace(span, proven_since=since, proven_until=until)


def _one(left: Span, right: Span) -> Span:
    nearest = min if left.state is State.PRESENT else max
    return replace(
        left,
        end=right.end,
        proven_since=left.proven_since or right.proven_since,
        proven_until=right.proven_until or left.proven_until,
        samples=left.samples + right.samples,
        weakest=nearest(left.weakest, right.weakest),
    )


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
    line = normal(spans, now)
    found: list[Stretch] = []
    last_present: datetime | None = None
    for span in line:
        end = span.end or now
        if span.state is State.PRESENT:
            if found and found[-1].next_present is None:
                found[-1] = replace(found[-1], next_present=span.start)
            last_present = min(end, span.proven_until) if span.proven_until else end
        elif span.state is State.ABSENT and span.proven_since and span.proven_until:
            before = span.last_present or last_present
            piece = Stretch(
                span.proven_since,
                span.proven_until,
                before,
                None,
                True,
                span.samples,
                span.weakest,
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


def _closed(found: list[Stretch], line: list[Span], gap: timedelta) -> list[Stretch]:
    """Only the last stretch may go on: while it is empty, or blind for so short a time that a
    late decision of the filter could still join what follows."""
    if not found:
        return []
    closed = [replace(one, open=False) for one in found[:-1]]
    last = found[-1]
    tail = timedelta()
    for span in reversed(line):
        if span.state is not State.UNKNOWN:
            break
        tail += (span.end or span.start) - span.start
    return [*closed, replace(last, open=last.next_present is None and tail <= 3 * gap)]
