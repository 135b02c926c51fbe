"""Whether a hall is open, by the working hours (工作时间) in the settings; for display only.

What an empty window means is judged by `models.domain`, with calendar and roster; the wall
only greys what nobody expects to be staffed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from api.settings import Settings
from api.settings.fields import session_times


def open_now(settings: Settings) -> Callable[[str, datetime], bool]:
    """A function (hall id, moment) → whether a session is open there."""

    def is_open(hall_id: str, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(settings.time_zone_of(hall_id)))
        valid = [hours for hours in settings.hours_of(hall_id) if hours.valid_from <= local.date()]
        if not valid:
            return False
        newest = max(hours.valid_from for hours in valid)
        return any(
            begin <= local.time() < end
            for hours in valid
            if hours.valid_from == newest and local.isoweekday() in hours.weekdays
            for begin, end in map(session_times, hours.sessions)
        )

    return is_open
