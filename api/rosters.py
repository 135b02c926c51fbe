"""The roster files that the settings name, read into the duty rules."""

from __future__ import annotations

from api.duty_desk import hours_of
from api.settings import Settings
from api.settings.domain import halls_of, windows_of
from models.domain.duty import Duty
from models.domain.roster import Roster
from scheduler.rosters.context import RosterContext
from scheduler.rosters.leave_csv import read_leave_file
from scheduler.rosters.shifts_csv import read_shifts_file


def read_duty(settings: Settings) -> Duty:
    """Roster and notices by the files of the settings; an empty roster where none is named.

    Raises:
        RosterProblems: a file cannot be read or something in it is wrong.
    """
    leave = settings.roster.leave
    notices = read_leave_file(settings.path(leave), settings.time_zone) if leave else ()
    named = settings.roster.shifts
    if not named:
        return Duty(Roster(), notices)
    context = RosterContext(
        halls=halls_of(settings),
        windows=tuple(windows_of(settings).values()),
        hours=hours_of(settings),
    )
    return Duty(read_shifts_file(settings.path(named), context).roster, notices)
