"""Roster files into the record: what would change, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from api.duty_changes import put_notices
from api.duty_record import InForce, imported_of, of_record, save_roster, with_key
from api.rosters import roster_context
from api.settings import Settings
from models.domain.duty import Duty
from models.domain.leave import Notice
from models.domain.ports import UnitOfWork
from models.domain.roster import Roster, Shift, Turn
from scheduler.rosters.context import RosterContext
from scheduler.rosters.importing import Change, changes, import_rosters, merged
from scheduler.rosters.problems import Problem, RosterProblems
from scheduler.rosters.same_people import people_of


@dataclass(frozen=True, slots=True)
class Correction:
    """Why and by whom a month that is past or published is changed (更正)."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Import:
    """What an import does.

    Attributes:
        files: Name and SHA-256 of each file.
        after: The roster as it is then.
        rows: What is added and taken away.
        notices: Leave and out notices that are new or corrected.
        warnings: What was noticed and lets it pass.
        layouts: Of each sheet its place and layout.
        version: Number of the roster's new version, 0 where it does not change.
    """

    files: tuple[tuple[str, str], ...]
    after: Roster
    rows: tuple[Change, ...]
    notices: tuple[Notice, ...]
    warnings: tuple[Problem, ...]
    layouts: tuple[tuple[str, str], ...]
    version: int = 0


def context_of(
    settings: Settings, ruled: InForce, now: datetime, *, month: date | None = None
) -> RosterContext:
    """What files are read against."""
    return replace(
        roster_context(settings),
        calendar=ruled.calendar,
        staff=ruled.staff,
        notices=ruled.duty.all_notices,
        month=month,
        year=now.astimezone(ZoneInfo(settings.time_zone)).year,
        people=people_of(ruled.duty.roster),
    )


def closed_months(settings: Settings, ruled: InForce, now: datetime) -> frozenset[date]:
    """Months that take nothing but a correction: published ones, and past ones with a roster."""
    zone = ZoneInfo(settings.time_zone)
    this = now.astimezone(zone).date().replace(day=1)
    months = {one.start.astimezone(zone).date().replace(day=1) for one in ruled.duty.roster.shifts}
    return ruled.published | {month for month in months if month < this}


def read_import(
    settings: Settings,
    ruled: InForce,
    files: Sequence[tuple[str, bytes]],
    now: datetime,
    *,
    month: date | None = None,
    correction: Correction | None = None,
) -> Import:
    """What importing these files would do; nothing is written.

    Raises:
        RosterProblems: something in one of them blocks the import.
    """
    context = context_of(settings, ruled, now, month=month)
    read = import_rosters(files, context)
    before = ruled.duty.roster
    after = merged(before, read.roster, context)
    rows = changes(before, after, context)
    if correction is None:
        _require_open(rows, closed_months(settings, ruled, now), files, context)
    standing = {one.id: one for one in ruled.duty.all_notices}
    notices = [with_key(one) for one in read.notices]
    return Import(
        tuple((name, sha256(data).hexdigest()) for name, data in files),
        after,
        tuple(rows),
        tuple(one for one in notices if not _same(standing.get(one.id), one)),
        read.warnings,
        read.layouts,
    )


def _require_open(
    rows: Sequence[Change],
    closed: frozenset[date],
    files: Sequence[tuple[str, bytes]],
    context: RosterContext,
) -> None:
    """E123: a row of a closed month would change; rows that stay as they are do no harm."""
    touched = {one.day.replace(day=1) for one in rows} & closed
    if not touched:
        return
    import_rosters(files, replace(context, published=frozenset(touched)))  # tells the cells
    month = min(touched)
    count = sum(one.day.replace(day=1) in touched for one in rows)
    zh = f"本次导入会改动已通报月份 {month:%Y-%m} 的 {count} 条排班;请走“更正”流程。"
    en = f"{count} rows of {month:%Y-%m}, which is closed, would change; use a correction."
    raise RosterProblems([Problem("E123", files[0][0], zh, en)])


def _same(known: Notice | None, new: Notice) -> bool:
    """The record's people may have been found under the roster's ids since."""
    if known is None:
        return False
    return replace(known, person_id=new.person_id, cover_id=new.cover_id) == new


def import_into(
    settings: Settings,
    uow: UnitOfWork,
    files: Sequence[tuple[str, bytes]],
    now: datetime,
    *,
    by: str,
    month: date | None = None,
    correction: Correction | None = None,
) -> Import:
    """Import files as a new version of the roster; the caller commits.

    The version keeps which files it came from, and which days of which windows it replaces.

    Raises:
        RosterProblems: something in one of them blocks the import; nothing was written.
    """
    found = read_import(
        settings, of_record(settings, uow), files, now, month=month, correction=correction
    )
    return write_import(uow, found, now, by=by, correction=correction)


def write_import(
    uow: UnitOfWork, found: Import, now: datetime, *, by: str, correction: Correction | None = None
) -> Import:
    """Keep what was read, in the transaction that it was read in, or while nothing has changed
    since it was; the caller commits."""
    said = {
        "files": [{"name": name, "sha256": digest} for name, digest in found.files],
        "by": by,
        "correction": correction.reason if correction else "",
        "replaces": _replaced(found.rows),
    }
    put_notices(uow, found.notices, now, by, str(said["correction"]))
    version = 0
    if found.rows:
        names = ", ".join(name for name, _ in found.files)
        kept = imported_of(uow)[1]
        version = save_roster(uow, found.after, kept, said, names, now=now)
    return replace(found, version=version)


def _replaced(rows: Sequence[Change]) -> dict[str, list[str]]:
    """Days by window on which a row changes."""
    days: dict[str, set[str]] = {}
    for one in rows:
        days.setdefault(one.window_id, set()).add(one.day.isoformat())
    return {window: sorted(found) for window, found in sorted(days.items())}


def of_month(settings: Settings, duty: Duty, month: date) -> tuple[Roster, tuple[Notice, ...]]:
    """The part of the roster, and of the notices, that touches a month; standing chains whole."""
    zone = ZoneInfo(settings.time_zone)
    start = datetime.combine(month, time(0), zone)
    following = (month + timedelta(days=31)).replace(day=1)
    end = datetime.combine(following, time(0), zone)

    def inside(one: Shift | Turn | Notice) -> bool:
        return one.start < end and one.end > start

    roster = Roster(
        tuple(one for one in duty.roster.shifts if inside(one)),
        duty.roster.chains,
        tuple(one for one in duty.roster.turns if inside(one)),
    )
    return roster, tuple(one for one in duty.all_notices if inside(one))
