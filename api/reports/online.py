"""How long cameras gave pictures while they had to (摄像头在线率)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from api.duty_desk import hours_of
from api.settings import Settings
from api.settings.domain import halls_of
from models.domain.hours import joined
from models.domain.ports import UnitOfWork
from models.domain.ratio import Ratio
from models.domain.report import ReportPeriod
from models.domain.workdays import WorkCalendar, sessions_on

ONLINE: Final = frozenset({"live", "resting"})
"""States of a camera that is well: `resting` gives pictures when a check asks."""

Stretch = tuple[datetime, datetime]


def online_rate(
    uow: UnitOfWork,
    period: ReportPeriod,
    settings: Settings,
    calendar: WorkCalendar,
    now: datetime,
) -> Ratio:
    """Seconds online of the seconds of open sessions up to now, of all cameras together."""
    until = min(period.end, now)
    well: dict[str, list[Stretch]] = {camera_id: [] for camera_id in settings.cameras}
    for event in uow.cameras.between(None, period.start, until):
        if event.state in ONLINE and event.camera_id in well:
            well[event.camera_id].append((event.at, event.until or until))
    open_of = _open_stretches(period, settings, calendar, until)
    part = whole = 0.0
    for camera_id, camera in settings.cameras.items():
        sessions = open_of[camera.hall]
        whole += sum((end - start).total_seconds() for start, end in sessions)
        part += _overlap(well[camera_id], sessions)
    return Ratio(round(part), round(whole))


def _open_stretches(
    period: ReportPeriod, settings: Settings, calendar: WorkCalendar, until: datetime
) -> Mapping[str, list[Stretch]]:
    hours, found = hours_of(settings), {}
    days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    for hall_id, hall in halls_of(settings).items():
        stretches = []
        for day in days:
            for session in joined(sessions_on(hall, day, hours, calendar)):
                if session.start < until:
                    stretches.append((session.start, min(session.end, until)))
        found[hall_id] = stretches
    return found


def _overlap(events: Sequence[Stretch], sessions: Sequence[Stretch]) -> float:
    """Seconds that lie in both; each is in order and without overlaps of its own."""
    total, place = 0.0, 0
    for start, end in sessions:
        while place < len(events) and events[place][1] <= start:
            place += 1
        at = place
        while at < len(events) and events[at][0] < end:
            total += (min(events[at][1], end) - max(events[at][0], start)).total_seconds()
            at += 1
    return total
