"""What a look at one window at one moment finds (到点核查): exactly one result each.

Source: domain.md §2.5; scenarios S01, S04, S20. The result is told by the spans and findings of
that time, so that a check, the monitor and a report never say different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.domain.duty import Duty, Status
from models.domain.finding import Finding, Kind, Level
from models.domain.hall import Window
from models.domain.presence import Reason, State
from models.domain.spans import Span


class Result(StrEnum):
    """The column of the report that a check is counted in."""

    ON_POST = "on_post"
    COVERED = "covered"
    AWAY = "away"
    OFF_POST = "off_post"
    ABSENT = "absent"
    UNMANNED = "unmanned"
    LATE = "late"
    EARLY = "early"
    EXEMPT = "exempt"
    NO_ROSTER = "no_roster"
    UNVERIFIABLE = "unverifiable"
    NOT_DONE = "not_done"


RESULT_NAMES: dict[Result, str] = {
    Result.ON_POST: "在岗",
    Result.COVERED: "顶岗",
    Result.AWAY: "离岗",
    Result.OFF_POST: "脱岗",
    Result.ABSENT: "缺岗",
    Result.UNMANNED: "空岗",
    Result.LATE: "迟到",
    Result.EARLY: "早退",
    Result.EXEMPT: "豁免",
    Result.NO_ROSTER: "无排班",
    Result.UNVERIFIABLE: "无法核查",
    Result.NOT_DONE: "未执行",
}

NOT_EFFECTIVE = frozenset({Result.EXEMPT, Result.NO_ROSTER, Result.UNVERIFIABLE, Result.NOT_DONE})
"""Results that leave the denominator."""

_BY_KIND = {
    Kind.LATE: Result.LATE,
    Kind.EARLY: Result.EARLY,
    Kind.ABSENT_HALF_DAY: Result.ABSENT,
    Kind.ABSENT_SESSION: Result.ABSENT,
    Kind.OFF_POST: Result.OFF_POST,
    Kind.COVER_OFF_POST: Result.OFF_POST,
    Kind.UNMANNED: Result.UNMANNED,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A result and what it rests on.

    Attributes:
        reason: For 无法核查, why; else what was seen.
        key: The finding it belongs to, empty where there is none.
    """

    result: Result
    reason: Reason
    key: str = ""


def result_at(
    window: Window,
    at: datetime,
    spans: Sequence[Span],
    findings: Sequence[Finding],
    duty: Duty,
) -> Checked:
    """The result of a check of `window` at `at`, inside one of its sessions.

    Args:
        window: The window.
        at: The moment looked at.
        spans: The window's spans around it.
        findings: What `judge` says of that session.
        duty: What is expected.

    Returns:
        One result. An empty window that was staffed again before the threshold, and one whose
        stretch still goes on below it, is 离岗: counted, never a finding.
    """
    status = duty.expectation(window, at).status
    span = next((one for one in spans if _holds(one, at)), None)
    state = span.state if span else State.UNKNOWN
    reason = span.reason if span else Reason.NO_SAMPLE
    if status is Status.EXEMPT:
        return Checked(Result.EXEMPT, reason)
    if status is Status.NO_ROSTER:
        return Checked(Result.NO_ROSTER, reason)
    if state is State.PRESENT:
        covered = status is Status.COVERING
        return Checked(Result.COVERED if covered else Result.ON_POST, reason)
    # A short gap inside a stretch is of the stretch: the finding holds there too.
    found = next((one for one in findings if one.since <= at <= one.until_at_least), None)
    if found is not None and found.level is Level.FINDING:
        return Checked(_BY_KIND[found.kind], reason, found.key)
    if state is State.UNKNOWN:
        return Checked(Result.UNVERIFIABLE, reason)
    return Checked(Result.AWAY, reason, found.key if found else "")


def _holds(span: Span, at: datetime) -> bool:
    return span.start <= at and (span.end is None or at < span.end)
