"""Gathers a period's report from the record: one transaction, one moment, no figure twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.reports.cases import counts_by_unit
from api.reports.checks import Counted, count_checks
from api.reports.online import online_rate
from api.reports.papers import corrections_in, duties_of, overdue_events
from api.reports.periods import before, period_of
from api.reports.problems import events_of, findings_of, is_behaviour, problems_of
from api.reports.scoring import ranking_of, unit_scores
from api.settings import Settings
from models.domain.case_kpi import CaseCounts
from models.domain.deadline import Card
from models.domain.duty_rows import DutyKind, calendar_of
from models.domain.ports import UnitOfWork
from models.domain.ranking import Ranking
from models.domain.records import FindingRecord
from models.domain.report import NO_RATE, Report, ReportPeriod, UnitRow
from models.domain.score import Event, Score
from models.domain.standing import confirmed


@dataclass(frozen=True, slots=True)
class Gathered:
    """A report and what it was made from.

    Attributes:
        report: The report.
        rows: Every finding of the period, whatever became of it.
        waiting: How many are still to be verified (待核实): a circular waits for them.
        ranking: The period's ranking.
    """

    report: Report
    rows: tuple[FindingRecord, ...]
    waiting: int
    ranking: Ranking


def gather(uow: UnitOfWork, settings: Settings, name: str, now: datetime) -> Gathered:
    """Everything that a report of a named period says.

    Args:
        uow: The record, at one moment.
        settings: Halls, windows, units, rules.
        name: `2026-11`, `2026-W48`, `2026-Q4`, `2026-H2`, `2026`.
        now: The present.

    Raises:
        InputError: the name means no period.
    """
    zone = ZoneInfo(settings.time_zone)
    previous = before(name) if name else ""
    earlier = _counted(uow, settings, period_of(previous, zone))[0] if previous else None
    return gather_between(uow, settings, name, period_of(name, zone), now, earlier=earlier)


def gather_between(
    uow: UnitOfWork,
    settings: Settings,
    name: str,
    period: ReportPeriod,
    now: datetime,
    *,
    earlier: Counted | None = None,
) -> Gathered:
    """The same of any stretch of days, for a special circular."""
    calendar = calendar_of(uow.duty.standing(DutyKind.YEAR, DutyKind.OVERRIDE))
    counted, rows = _counted(uow, settings, period)
    cases = counts_by_unit(uow, settings, period, calendar, now)
    units = _units(settings, counted, rows, cases)
    late = overdue_events(uow, settings, period, now)
    events = [*events_of(rows, settings), *_card_events(cases, period), *late]
    scores = unit_scores(settings, events, {unit: counted.counts(unit) for unit in units})
    ranking = ranking_of(settings, name, scores)
    known = _Known(counted, rows, cases, scores, ranking, earlier)
    lines = tuple(_line(unit, settings, known) for unit in units)
    notice = calendar.notice(period.first.year)
    report = Report(
        period,
        calendar.workdays_between(period.first, period.last),
        len(settings.halls),
        len(counted.halls),
        dict(counted.batches),
        lines,
        tuple(sorted(problems_of(rows, settings), key=lambda one: (one.at, one.number))),
        counted.unverifiable(),
        corrections_in(uow, period),
        duties_of(uow, settings, calendar, period, now),
        earlier.total if earlier else UnitRow("").counts,
        online_rate(uow, period, settings, calendar, now),
        counted.hours(),
        counted.months(),
        notice[0] if notice else "",
    )
    return Gathered(report, tuple(rows), _waiting(rows), ranking)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of all units."""

    counted: Counted
    rows: Sequence[FindingRecord]
    cases: Mapping[str, CaseCounts]
    scores: Mapping[str, Score]
    ranking: Ranking
    earlier: Counted | None


def _line(unit: str, settings: Settings, known: _Known) -> UnitRow:
    own = [row for row in known.rows if row.unit_id == unit and confirmed(row)]
    earlier = known.earlier
    return UnitRow(
        unit,
        settings.supervision.groups.get(unit, ""),
        known.counted.counts(unit),
        sum(1 for row in own if is_behaviour(row)),
        len(own),
        known.cases.get(unit, CaseCounts()),
        earlier.counts(unit).on_post_rate if earlier else NO_RATE,
        known.scores.get(unit),
        known.ranking.of(unit),
    )


def _waiting(rows: Iterable[FindingRecord]) -> int:
    return sum(row.state in {"clue", "to_verify"} for row in rows)


def _counted(
    uow: UnitOfWork, settings: Settings, period: ReportPeriod
) -> tuple[Counted, list[FindingRecord]]:
    rows = findings_of(uow, period)
    return count_checks(uow, period, settings, {row.key: row for row in rows}), rows


def _card_events(cases: dict[str, CaseCounts], period: ReportPeriod) -> list[Event]:
    """Each red card of the period is scored once."""
    return [
        Event("case_red", period.last, unit)
        for unit, counts in cases.items()
        for _ in range(counts.cards.get(Card.RED, 0))
    ]


def _units(
    settings: Settings,
    counted: Counted,
    rows: Iterable[FindingRecord],
    cases: dict[str, CaseCounts],
) -> list[str]:
    """Every unit that has a window, a check, a finding or a case, in the settings' order."""
    names = [window.unit for window in settings.windows.values()]
    names += sorted(counted.by_unit)
    names += sorted({row.unit_id for row in rows if confirmed(row)})
    names += sorted(cases)
    return [unit for unit in dict.fromkeys(names) if unit or counted.by_unit.get(unit)]
