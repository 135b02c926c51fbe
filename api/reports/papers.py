"""What papers add to a report: corrections, overdue rectifications, approved measures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.settings import Settings
from models.domain.appeal import AppealState
from models.domain.measures import MEASURE_NAMES, Measure, Status
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.rectification import RectifyState
from models.domain.rectify_json import rectification_of
from models.domain.report import Correction, ReportDuties, ReportPeriod
from models.domain.score import Event
from models.domain.workdays import WorkCalendar

PAGE: Final = 500
CORRECTION: Final = "correction"
OVERDUE: Final = "rectification_overdue"
"""Code under which an overdue round is scored."""


def every(uow: UnitOfWork, kind: PaperKind, *, state: str = "") -> Iterator[Paper]:
    """Newest versions of all papers of a kind, newest first."""
    after = 0
    while page := uow.papers.list(kind, state=state, after=after, limit=PAGE):
        after = page[-1].number
        yield from page


def corrections_in(uow: UnitOfWork, period: ReportPeriod) -> tuple[Correction, ...]:
    """Correction notices that were issued in a period (附件4)."""
    found = []
    for paper in every(uow, PaperKind.CIRCULAR, state="issued"):
        content: Any = paper.content
        if content["kind"] != CORRECTION or not period.start <= paper.at < period.end:
            continue
        found += [
            Correction(content["number_text"], content["corrects"], one["unit"], one["what"])
            for one in content["items"]
        ]
    return tuple(reversed(found))


def duties_of(
    uow: UnitOfWork,
    settings: Settings,
    calendar: WorkCalendar,
    period: ReportPeriod,
    now: datetime,
) -> ReportDuties:
    """What readers must do: dates in working days after the day of issue."""
    today = now.astimezone(ZoneInfo(settings.time_zone)).date()
    own = settings.supervision
    return ReportDuties(
        calendar.add_workdays(today, own.rectify_days),
        own.appeal_days,
        tuple(_overdue(uow, today)),
        tuple(_measures(uow, period)),
    )


def _overdue(uow: UnitOfWork, today: date) -> Iterator[str]:
    for paper in every(uow, PaperKind.RECTIFICATION):
        one = rectification_of(paper.content)
        if one.overdue(today):
            yield f"{one.unit_id}{one.number},应于{one.due}前反馈,至今未反馈"


def overdue_events(
    uow: UnitOfWork, settings: Settings, period: ReportPeriod, now: datetime
) -> list[Event]:
    """Rounds that were not reported by their due day (整改逾期), each scored on the day after."""
    zone = ZoneInfo(settings.time_zone)
    found = []
    for paper in every(uow, PaperKind.RECTIFICATION):
        one = rectification_of(paper.content)
        for turn in one.rounds if one.state is not RectifyState.WITHDRAWN else ():
            reported = (turn.reported_at or now).astimezone(zone).date()
            late_on = turn.due + timedelta(days=1)
            if reported > turn.due and period.first <= late_on <= period.last:
                found.append(Event(OVERDUE, late_on, one.unit_id, ref=str(one.number)))
    return found


def _measures(uow: UnitOfWork, period: ReportPeriod) -> Iterator[str]:
    """Measures that an approver agreed to for this period."""
    for paper in every(uow, PaperKind.SUGGESTION, state=Status.APPROVED):
        content: Any = paper.content
        if content["period_name"] == period.name:
            name = MEASURE_NAMES[Measure(content["measure"])]
            yield f"{content['subject']}:{name}({content['why']})"


def under_appeal(uow: UnitOfWork) -> set[str]:
    """Keys of the findings whose appeal is not decided: their pictures are kept."""
    accepted = AppealState.ACCEPTED.value
    return {str(paper.content["finding"]) for paper in every(uow, PaperKind.APPEAL, state=accepted)}
