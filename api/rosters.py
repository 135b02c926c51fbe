"""The roster in force: the files that the settings name, or what was imported into the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from api.duty_desk import hours_of
from api.settings import Settings
from api.settings.domain import halls_of, windows_of
from models.domain import duty_json
from models.domain.duty import Duty
from models.domain.leave import LateRule, Notice
from models.domain.ports import MakeUnitOfWork
from models.domain.roster import Roster
from scheduler.rosters.context import RosterContext
from scheduler.rosters.leave_csv import read_leave_file
from scheduler.rosters.same_people import align, people_of
from scheduler.rosters.shifts_csv import read_shifts_file
from scheduler.rosters.staff_csv import read_staff_file

EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


def read_duty(settings: Settings, make_uow: MakeUnitOfWork | None = None) -> Duty:
    """Roster and notices by the files of the settings, else as last imported.

    Args:
        settings: They name the files.
        make_uow: The record, for a roster that was imported; None looks at files only.

    Raises:
        RosterProblems: a file cannot be read or something in it is wrong.
    """
    rule = LateRule(time_zone=settings.time_zone)
    if settings.roster.shifts is None and settings.roster.leave is None:
        roster, notices = stored_duty(make_uow) if make_uow else (Roster(), ())
        return Duty(roster, notices, late_rule=rule)
    leave, shifts = settings.roster.leave, settings.roster.shifts
    notices = read_leave_file(settings.path(leave), settings.time_zone) if leave else ()
    if shifts is None:
        return Duty(Roster(), notices, late_rule=rule)
    roster = read_shifts_file(settings.path(shifts), roster_context(settings)).roster
    return Duty(roster, align(notices, people_of(roster)).notices, late_rule=rule)


def stored_duty(make_uow: MakeUnitOfWork) -> tuple[Roster, tuple[Notice, ...]]:
    """Roster and notices as last imported into the record; empty where none ever was.

    Raises:
        StorageError: the database cannot be used.
    """
    with make_uow(read_only=True) as uow:
        newest = uow.rosters.current(EVER)
    return duty_json.from_json(newest.content) if newest else (Roster(), ())


def roster_context(settings: Settings, staff: Path | None = None) -> RosterContext:
    """What roster files are read against.

    Args:
        settings: Halls, windows and hours.
        staff: A staff list, else any name is taken.

    Raises:
        RosterProblems: the staff list cannot be read or something in it is wrong.
    """
    context = RosterContext(
        halls=halls_of(settings),
        windows=tuple(windows_of(settings).values()),
        hours=hours_of(settings),
    )
    return replace(context, staff=read_staff_file(staff)) if staff else context
