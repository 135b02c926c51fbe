"""What cases are read and reckoned by: the record's calendar, the settings' hours and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.auth.audit import Acting, Actor, note
from api.reports.deadlines import closing_of, deadlines_of
from api.settings import Settings
from models.domain.access import Scope
from models.domain.audit import Action
from models.domain.calendar_data import YEARS
from models.domain.deadline import CardRules
from models.domain.duty_rows import DutyKind, calendar_of
from models.domain.ports import UnitOfWork
from models.domain.register import canonical
from models.domain.workdays import WorkCalendar
from scheduler.cases.importing import CaseRules, Enter, RulesOf
from scheduler.cases.reading import CaseContext

FOLDER: Final = Actor("job:case-folder", means="job")
SOURCES: Final = Actor("job:case-sources", means="job")


def rules_of(settings: Settings) -> RulesOf:
    """Reads and reckons by these settings and by what the record holds at that moment."""
    hours = [one.model_dump(mode="json") for one in settings.hours]
    fixed = [settings.time_zone, hours, repr(CardRules()), repr(YEARS)]

    def rules(uow: UnitOfWork) -> CaseRules:
        rows = uow.duty.standing(DutyKind.YEAR, DutyKind.OVERRIDE)
        said = {
            "fixed": fixed,
            "rows": {f"{row.kind.value}:{row.key}": row.content for row in rows},
        }
        calendar = calendar_of(rows)
        context = replace(context_of(settings, calendar), known=uow.cases.get_many)
        mark = sha256(canonical(said).encode()).hexdigest()
        return CaseRules(context, deadlines_of(settings, calendar), mark)

    return rules


def context_of(settings: Settings, calendar: WorkCalendar) -> CaseContext:
    """What files are read against where there is no record."""
    return CaseContext(
        ZoneInfo(settings.time_zone),
        calendar,
        closing_of(settings),
        frozenset(window.unit for window in settings.windows.values() if window.unit),
    )


def entering(who: Acting) -> Enter:
    """Enters imports of somebody into the audit log."""

    def enter(uow: UnitOfWork, target: str, now: datetime, said: Mapping[str, Any]) -> None:
        note(uow, who, Action.CASES_IMPORTED, target, now, **said)

    return enter


def units_seen(settings: Settings, scope: Scope) -> frozenset[str] | None:
    """The units whose cases an account sees; None for all.

    A case has no hall: within halls are the units that have a window there.
    """
    if scope.halls is None:
        return scope.units
    there = {one.unit for one in settings.windows.values() if one.hall in scope.halls and one.unit}
    return frozenset(there if scope.units is None else there & scope.units)
