"""The daily digest (日报) and the zero reports (零报告): what is told, as counts. Pure.

Source: domain.md row 58: what is serious is told at once, what is ordinary by the month, and
where nothing was found that is said too. A digest names windows and cameras, never a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from models.domain.check_result import Result
from models.domain.inspection import Check, CheckResult, CheckState
from models.domain.life import Stage
from models.domain.records import CameraEvent, FindingRecord
from models.domain.register import Head

DIGEST: Final = "digest"
"""Kind of the register entry, and the beginning of its key."""

ZERO_REPORT: Final = "zero_report"

MOST_NAMED: Final = 50
"""Windows and cameras that are named; the counts count all."""

NOTHING: Final = frozenset(
    {Stage.DISMISSED.value, Stage.EXCUSED.value, Stage.EXEMPTED.value, Stage.REVOKED.value}
)
"""A finding in such a state is none (误报排除, 情况说明成立, 豁免, 撤销)."""

UNDECIDED: Final = (Stage.CLUE.value, Stage.TO_VERIFY.value)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or half-year that is over, both days counted."""

    name: str
    first: date
    last: date


def day_key(day: date) -> str:
    """The key of a day's digest, in the register and in the outbox."""
    return f"{DIGEST}:{day.isoformat()}"


def zero_key(period: Period) -> str:
    """The key of a period's zero report."""
    return f"{ZERO_REPORT}:{period.name}"


def periods_before(day: date) -> list[Period]:
    """The periods that ended last before the month of `day`: the month, and in January and
    July the half-year.

    >>> [one.name for one in periods_before(date(2027, 1, 4))]
    ['2026-12', '2026-H2']
    """
    last = day.replace(day=1) - timedelta(days=1)
    found = [Period(f"{last:%Y-%m}", last.replace(day=1), last)]
    if day.month in {1, 7}:
        half = 1 if day.month == 7 else 2
        first = last.replace(month=1 if half == 1 else 7, day=1)
        found.append(Period(f"{last.year}-H{half}", first, last))
    return found


def checks_told(
    checks: Sequence[Check], results: Mapping[int, Sequence[CheckResult]]
) -> dict[str, Any]:
    """How many checks were planned, made and not made, and what they found."""
    reasons = Counter(one.reason for one in checks if one.state is CheckState.NOT_DONE)
    told = [one for check in checks for one in results.get(check.id, ())]
    unable = [one for one in told if one.result is Result.UNVERIFIABLE]
    return {
        "planned": len(checks),
        "done": sum(one.state is CheckState.SETTLED for one in checks),
        "not_done": dict(sorted(reasons.items())),
        "under_way": [one.id for one in checks if not one.ended],
        "kinds": dict(sorted(Counter(one.kind.value for one in checks).items())),
        "results": dict(sorted(Counter(one.result.value for one in told if one.result).items())),
        "unable": {
            "reasons": dict(sorted(Counter(one.reason for one in unable).items())),
            "windows": sorted({one.window_id for one in unable})[:MOST_NAMED],
        },
    }


def findings_told(findings: Iterable[FindingRecord]) -> dict[str, dict[str, int]]:
    """New findings by kind, and of each kind by where it stands."""
    found: dict[str, Counter[str]] = {}
    for one in findings:
        found.setdefault(one.kind, Counter())[one.state] += 1
    return {kind: dict(sorted(found[kind].items())) for kind in sorted(found)}


def cameras_told(
    events: Iterable[CameraEvent], down: str, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Cameras that were down in [since, until): how long, why last, and whether they still are."""
    seconds: Counter[str] = Counter()
    newest: dict[str, CameraEvent] = {}
    for one in events:
        if one.state == down:
            end = until if one.until is None else min(one.until, until)
            seconds[one.camera_id] += round((end - max(one.at, since)).total_seconds())
            newest[one.camera_id] = one
    return [
        {
            "camera": camera,
            "reason": newest[camera].reason,
            "seconds": length,
            "since": newest[camera].at,
            "still": newest[camera].until is None,
        }
        for camera, length in sorted(seconds.items(), key=lambda one: (-one[1], one[0]))
        if length > 0
    ]


def nothing_found(findings: Iterable[FindingRecord]) -> bool:
    """Whether none of them stands or may still come to stand (零报告)."""
    return all(one.state in NOTHING for one in findings)


def heads_told(*heads: Head) -> dict[str, dict[str, Any]]:
    """Number and hash of chain heads: whoever keeps the digest can prove a later rewriting."""
    return {one.chain: {"seq": one.seq, "hash": one.hash} for one in heads}
