"""Findings of a period as a report lists them: what was confirmed and still stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from api.behaviour import PREFIX as BEHAVIOUR
from api.settings import Settings
from models.domain.every_finding import every_finding
from models.domain.finding import Kind
from models.domain.life import STAGE_NAMES, Stage
from models.domain.ports import UnitOfWork
from models.domain.records import FindingQuery, FindingRecord
from models.domain.report import ProblemGroup, ReportPeriod, ReportProblem
from models.domain.score import Event
from models.domain.standing import confirmed

_GROUPS: Final[Mapping[str, ProblemGroup]] = {
    Kind.OFF_POST: ProblemGroup.ABSENT,
    Kind.COVER_OFF_POST: ProblemGroup.ABSENT,
    Kind.ABSENT_HALF_DAY: ProblemGroup.ABSENT,
    Kind.ABSENT_SESSION: ProblemGroup.ABSENT,
    Kind.UNMANNED: ProblemGroup.UNMANNED,
    Kind.LATE: ProblemGroup.EDGES,
    Kind.EARLY: ProblemGroup.EDGES,
}
EVIDENCE_DIGITS: Final = 8
"""First digits of a picture's SHA-256: the evidence number (证据号) of documents."""

MISCONDUCT: Final = "behaviour"
"""Code under which behaviour is scored where its own code has no rule."""


def findings_of(uow: UnitOfWork, period: ReportPeriod) -> list[FindingRecord]:
    """Every finding that began in a period, whatever became of it."""
    rows = every_finding(uow, FindingQuery(since=period.start, until=period.end))
    return [row for row in rows if row.started_at >= period.start]


def problems_of(rows: Iterable[FindingRecord], settings: Settings) -> list[ReportProblem]:
    """The confirmed ones as lines of a report; nobody is named."""
    return [problem_of(row, settings) for row in rows if confirmed(row)]


def problem_of(row: FindingRecord, settings: Settings) -> ReportProblem:
    """One finding as a line of a report."""
    hall, window = settings.halls.get(row.hall_id), settings.windows.get(row.window_id)
    zone = ZoneInfo(settings.time_zone_of(row.hall_id) if hall else settings.time_zone)
    misconduct = is_behaviour(row)
    return ReportProblem(
        number=row.id,
        at=row.started_at.astimezone(zone),
        unit_id=row.unit_id,
        hall=hall.name if hall else row.hall_id,
        window=window.name if window else row.window_id,
        label=str(row.details.get("label", row.kind)),
        group=_GROUPS.get(row.kind, ProblemGroup.BEHAVIOUR),
        at_least_s=None if misconduct else row.proven_s,
        evidence=row.evidence[0][:EVIDENCE_DIGITS] if row.evidence else "",
        state=STAGE_NAMES[Stage(row.state)],
    )


def is_behaviour(row: FindingRecord) -> bool:
    """Whether it is about behaviour (不规范), not about presence."""
    return row.key.startswith(BEHAVIOUR)


def events_of(rows: Iterable[FindingRecord], settings: Settings) -> list[Event]:
    """Confirmed findings as events that are scored."""
    found = []
    for row in rows:
        if confirmed(row):
            zone = ZoneInfo(settings.time_zone)
            on = row.started_at.astimezone(zone).date()
            code = MISCONDUCT if is_behaviour(row) else row.kind
            found.append(Event(code, on, row.unit_id, row.window_id, ref=row.key))
    return found
