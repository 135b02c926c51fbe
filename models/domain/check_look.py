"""When a check's looks tell something of a window, and when what they tell is certain.

A check looks closely for a minute (at least five pictures of each camera). The window's spans
decide, so that the monitor, the check and the finding never say different things; a look counts
where it falls into a span of a known state that nothing later can take back. An empty window
stays 待复核 until its stretch is over or has become a finding.
Source: domain.md §2.1 and §2.5; scenarios S01, S04, S08, S16.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from models.domain.check_result import Checked, Result, result_at
from models.domain.duty import Duty, Status
from models.domain.finding import Finding
from models.domain.hall import Window
from models.domain.hours import Session
from models.domain.presence import Reason, State
from models.domain.spans import Span
from models.domain.stretches import stretches

SHORTEST_REAL_S: Final = 5.0
"""Real seconds that cameras need at least for the close looks."""


@dataclass(frozen=True, slots=True)
class Burst:
    """How a check looks.

    Attributes:
        length_s: How long it looks closely.
        frames: Pictures that are looked at, of each camera, at least.
        enough: Looks that a window takes at least to be called empty.
        closer_s: Seconds between them.
        again_s: Seconds between looks at a window that was empty, until it is certain.
        patience_s: How long after its begin a window whose looks do not yet suffice is waited
            for: a busy machine is no reason for 无法核查.
    """

    length_s: float = 60.0
    frames: int = 5
    enough: int = 3
    closer_s: float = 10.0
    again_s: float = 60.0
    patience_s: float = 120.0

    def at_speed(self, speed: float) -> Burst:
        """The same on an accelerated clock, for cameras that give pictures in real time."""
        return replace(
            self,
            length_s=max(self.length_s, SHORTEST_REAL_S * speed),
            again_s=max(self.again_s, speed),
            patience_s=max(self.patience_s, 2 * SHORTEST_REAL_S * speed),
        )


UNDECIDED = frozenset(
    {Reason.TOO_FEW_LOOKS, Reason.NOT_YET_LOOKED, Reason.NO_SAMPLE, Reason.NOT_WATCHED}
)
"""Reasons of UNKNOWN that more looks end."""

ACCUSING = frozenset({Result.OFF_POST, Result.ABSENT, Result.UNMANNED, Result.LATE, Result.EARLY})
"""Results that need pictures."""


def telling_look(
    looks: Iterable[datetime], spans: Sequence[Span], *, over: bool = True
) -> tuple[datetime, State] | None:
    """The look that tells the window, and what it saw; None while there is none.

    Somebody who is seen during the close looks is there, whether or not an earlier look missed
    them: a person who is hard to see is missed several times in a row. So the first look that
    saw somebody tells it at once, and an empty one only when the close looks are over.

    Args:
        looks: When the window was looked at (LOOKED samples of any of its views).
        spans: Its spans; a look counts where its span is known for good.
        over: Whether the close looks are over.
    """
    known = [(at, state) for at in sorted(looks) if (state := _known(spans, at)) is not None]
    seen = next((one for one in known if one[1] is State.PRESENT), None)
    if seen is not None or not over:
        return seen
    return known[0] if known else None


def _known(spans: Sequence[Span], at: datetime) -> State | None:
    """The state that holds at a look for good; UNKNOWN is none."""
    for span in spans:
        if span.state is not State.UNKNOWN and span.start <= at and _proven(span, at):
            return span.state
    return None


def _proven(span: Span, at: datetime) -> bool:
    """Inside an ended span, or no later than the newest sample that carries a running one."""
    if span.end is not None:
        return at < span.end
    return span.proven_until is not None and at <= span.proven_until


def session_of(sessions: Iterable[Session], *moments: datetime) -> Session | None:
    """The session that holds the first of these moments that is in one."""
    known = list(sessions)
    for moment in moments:
        for session in known:
            if session.start <= moment < session.end:
                return session
    return None


def within(at: datetime, session: Session | None) -> datetime:
    """`at`, or the last instant of the session where that is over: what a check that was due
    in the last minute looks at."""
    if session is None or at < session.end:
        return at
    return session.end - timedelta(microseconds=1)


def told_unseen(window: Window, at: datetime, duty: Duty) -> Checked | None:
    """豁免 and 无排班 hold whatever is seen; None where somebody has to be there."""
    status = duty.expectation(window, at).status
    if status is Status.EXEMPT:
        return Checked(Result.EXEMPT, Reason.NOT_YET_LOOKED)
    if status is Status.NO_ROSTER:
        return Checked(Result.NO_ROSTER, Reason.NOT_YET_LOOKED)
    return None


def certain(
    window: Window,
    at: datetime,
    spans: Sequence[Span],
    findings: Sequence[Finding],
    duty: Duty,
    *,
    session: Session | None,
    now: datetime,
    gap: timedelta,
) -> Checked | None:
    """The result of a look at `at`, None while it is 待复核.

    Args:
        window: The window.
        at: The look; inside `session` where there is one.
        spans: The window's spans up to `now`.
        findings: What `judge` says of them.
        duty: What is expected.
        session: The open session that the check falls into, None outside of any.
        now: Up to when the spans are known.
        gap: Two of the slowest sample periods.

    Returns:
        One of the twelve results once nothing can change it: an empty window is 离岗 when
        somebody is back below the threshold, and at the latest when the session is over.
    """
    found = result_at(window, at, spans, findings, duty)
    if found.result is not Result.AWAY:
        return found
    if session is None:  # nobody is held to account outside working hours
        return Checked(Result.NO_ROSTER, found.reason)
    if now >= session.end + gap or _over(spans, at, now, gap):
        return found
    return None


def _over(spans: Sequence[Span], at: datetime, now: datetime, gap: timedelta) -> bool:
    """Whether the empty stretch that `at` falls into can no longer grow."""
    return not any(
        one.open and one.since <= at <= one.until + gap for one in stretches(spans, now, gap)
    )
