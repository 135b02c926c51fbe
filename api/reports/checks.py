"""Checks of a period, counted: by unit, by hour, what could not be verified."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from api.settings import Settings
from api.wording import REASONS
from models.domain.check_counts import CheckCounts
from models.domain.check_result import Result
from models.domain.inspection import (
    NOT_DONE_NAMES,
    Check,
    CheckKind,
    CheckQuery,
    CheckResult,
    NotDone,
)
from models.domain.inspection_manual import BY_HAND
from models.domain.ports import UnitOfWork
from models.domain.ratio import Ratio
from models.domain.records import FindingRecord
from models.domain.report import ReportPeriod, Unseen
from models.domain.standing import DOUBT_NAMES, counts_as

PAGE: Final = 1000


@dataclass
class Counted:
    """Everything that reports need of a period's checks.

    Attributes:
        batches: Checks of a hall, by kind.
        halls: Halls that were really looked at.
        by_unit: Results by unit.
        by_hour: Results by hour of day.
        by_month: Results by month, `2026-11`.
        unseen: How often what could not be verified: hall, window, reason.
    """

    batches: Counter[CheckKind] = field(default_factory=Counter)
    halls: set[str] = field(default_factory=set)
    by_unit: dict[str, Counter[Result]] = field(default_factory=lambda: defaultdict(Counter))
    by_hour: dict[int, Counter[Result]] = field(default_factory=lambda: defaultdict(Counter))
    by_month: dict[str, Counter[Result]] = field(default_factory=lambda: defaultdict(Counter))
    unseen: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def counts(self, unit_id: str) -> CheckCounts:
        """A unit's results."""
        return CheckCounts(dict(self.by_unit.get(unit_id, {})))

    @property
    def total(self) -> CheckCounts:
        """All results."""
        return sum((CheckCounts(dict(one)) for one in self.by_unit.values()), CheckCounts({}))

    def hours(self) -> tuple[tuple[str, Ratio], ...]:
        """On-post rate by hour of day."""
        return tuple((f"{hour:02}:00", _rate(self.by_hour[hour])) for hour in sorted(self.by_hour))

    def months(self) -> tuple[tuple[str, Ratio], ...]:
        """On-post rate by month."""
        return tuple((month, _rate(self.by_month[month])) for month in sorted(self.by_month))

    def unverifiable(self) -> tuple[Unseen, ...]:
        """What could not be verified, most often first."""
        ordered = sorted(self.unseen.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Unseen(*key, count) for key, count in ordered)


def _rate(results: Mapping[Result, int]) -> Ratio:
    return CheckCounts(dict(results)).on_post_rate


def count_checks(
    uow: UnitOfWork,
    period: ReportPeriod,
    settings: Settings,
    findings: Mapping[str, FindingRecord],
) -> Counted:
    """Count the ended checks of a period that count in rates.

    Args:
        uow: The record.
        period: Checks due in it.
        settings: Names of halls and windows, zones.
        findings: Findings by key, as they stand now.
    """
    counted = Counted()
    for check, results in _ended(uow, period):
        counted.batches[check.kind] += 1
        zone = ZoneInfo(settings.time_zone_of(check.hall_id))
        due = check.due_at.astimezone(zone)
        for one in results:
            if one.result is None:
                continue
            result, doubt = counts_as(one.result, findings.get(one.finding_key))
            counted.by_unit[one.unit_id][result] += 1
            counted.by_hour[due.hour][result] += 1
            counted.by_month[f"{due:%Y-%m}"][result] += 1
            if one.result is not Result.NOT_DONE:
                counted.halls.add(check.hall_id)
            if result is Result.UNVERIFIABLE:
                reason = DOUBT_NAMES[doubt] if doubt else reason_text(one)
                where = _names(settings, check, one)
                counted.unseen[(*where, reason)] += 1
    return counted


def _ended(uow: UnitOfWork, period: ReportPeriod) -> Iterator[tuple[Check, list[CheckResult]]]:
    query, after = CheckQuery(since=period.start, until=period.end), 0
    while page := uow.checks.find(query, after_id=after, limit=PAGE):
        after = page[-1].id
        kept = [check for check in page if check.ended and check.counted]
        results = uow.checks.results_of([check.id for check in kept])
        for check in kept:
            yield check, results.get(check.id, [])


def _names(settings: Settings, check: Check, one: CheckResult) -> tuple[str, str]:
    hall, window = settings.halls.get(check.hall_id), settings.windows.get(one.window_id)
    return (
        hall.name if hall else check.hall_id,
        window.name if window else one.window_id,
    )


def reason_text(one: CheckResult) -> str:
    """What a result rests on, or why it could not be told, in Chinese."""
    if one.reason == BY_HAND:
        return str(one.details.get("said", "人工登记"))
    if one.reason in REASONS:
        return REASONS[one.reason][0]
    if one.reason in {reason.value for reason in NotDone}:
        return NOT_DONE_NAMES[NotDone(one.reason)][0]
    return one.reason or "原因未记录"
