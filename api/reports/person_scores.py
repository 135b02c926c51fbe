"""Scores of persons (个人计分): only for findings that were confirmed and attributed.

The names stand in the register's entries of the confirmations and nowhere else; they are read for
this one answer, inside the centre only.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.naming import person_of
from api.reports.periods import period_of
from api.reports.problems import findings_of, is_behaviour
from api.reports.scoring import sheet_of
from api.settings import Settings
from models.domain.access import Scope
from models.domain.ports import UnitOfWork
from models.domain.score import Event, Score, Target
from models.domain.standing import confirmed


def person_scores(
    uow: UnitOfWork, settings: Settings, period: str, scope: Scope
) -> list[tuple[str, Score]]:
    """Unit and score of each person named in a period, by unit and name.

    Raises:
        InputError: the name means no period.
    """
    zone = ZoneInfo(settings.time_zone)
    events: dict[str, list[Event]] = {}
    for row in findings_of(uow, period_of(period, zone)):
        seen = scope.covers(row.hall_id, row.unit_id)
        if not seen or not confirmed(row) or is_behaviour(row):
            continue
        person = person_of(uow, row)
        if person:
            on = row.started_at.astimezone(zone).date()
            event = Event(row.kind, on, row.unit_id, row.window_id, person, row.key)
            events.setdefault(row.unit_id, []).append(event)
    sheet = sheet_of(settings)
    return [
        (unit_id, score)
        for unit_id in sorted(events)
        for _, score in sorted(sheet.score(events[unit_id], Target.PERSON).items())
    ]
