"""What rules duty now: the record's roster, notices, exemptions and calendar, and the files that
the settings name.

A file counts once: the watch takes it into the record as a version, and again when its content
has changed. What was imported or corrected since then stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from api.rosters import roster_context
from api.settings import Settings
from models.domain import duty_json, roster_json
from models.domain.duty import Duty
from models.domain.duty_rows import (
    DutyKind,
    DutyRow,
    calendar_of,
    exemption_of,
    notice_key,
    notice_of,
    plain,
    staff_from_json,
)
from models.domain.leave import LateRule, Notice
from models.domain.people import Person, Staff, Unit
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.roster import Roster
from models.domain.workdays import WorkCalendar
from scheduler.rosters.importing import merged
from scheduler.rosters.leave_csv import read_leave
from scheduler.rosters.same_people import align, people_of
from scheduler.rosters.sheets import unreadable
from scheduler.rosters.shifts_csv import read_shifts

Mark: TypeAlias = tuple[int, int]
"""Newest roster version and newest duty row: whether there is anything new."""

BY_SETTINGS: Final = "settings"
WATCH: Final = "watch"
"""Key under which the watch notes which settings it judges by."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything that says what is expected.

    Attributes:
        duty: Roster, notices, exemptions.
        calendar: Which days are worked.
        staff: The staff lists, None where none was imported.
        published: First days of the months that were published.
        mark: How new it is.
    """

    duty: Duty
    calendar: WorkCalendar
    staff: Staff | None
    published: frozenset[date]
    mark: Mark


def mark_of(uow: UnitOfWork) -> Mark:
    """How new the record is; cheap."""
    return uow.rosters.counter(), uow.duty.counter()


def in_force(settings: Settings, make_uow: MakeUnitOfWork | None, *, files: bool = True) -> InForce:
    """What rules duty.

    Args:
        settings: They name the files.
        make_uow: The record; None looks at the files only.
        files: Whether files count that the record has not taken yet.

    Raises:
        RosterProblems: a file of the settings cannot be read or something in it is wrong.
        StorageError: the database cannot be used.
    """
    if make_uow is None:
        return _ruled(settings, Roster(), (), [], (0, 0))
    with make_uow(read_only=True) as uow:
        return of_record(settings, uow, files=files)


def of_record(settings: Settings, uow: UnitOfWork, *, files: bool = True) -> InForce:
    """The same inside a transaction that is open already."""
    roster, notices = imported_of(uow)
    rows = uow.duty.standing()
    return _ruled(settings, roster, notices, rows, mark_of(uow), files=files)


def imported_of(uow: UnitOfWork) -> tuple[Roster, tuple[Notice, ...]]:
    """The newest roster version, and the notices that it was kept with."""
    number = uow.rosters.counter()
    newest = uow.rosters.get(number) if number else None
    return duty_json.from_json(newest.content) if newest else (Roster(), ())


def _ruled(
    settings: Settings,
    roster: Roster,
    kept: Sequence[Notice],
    rows: list[DutyRow],
    mark: Mark,
    *,
    files: bool = True,
) -> InForce:
    staff = staff_of(rows)
    notices = {one.id: one for one in kept}
    notices |= {one.key: notice_of(one.content) for one in rows if one.kind is DutyKind.NOTICE}
    for file in _waiting(settings, rows) if files else ():
        if file.kind == "shifts":
            roster, _ = with_file(settings, roster, file, rows)
        else:
            notices |= {one.id: one for one in leave_of(settings, file, staff)}
    found = tuple(notices.values())
    if staff is None:
        found = align(found, people_of(roster)).notices
    duty = Duty(
        roster,
        found,
        [exemption_of(one.content) for one in rows if one.kind is DutyKind.EXEMPTION],
        late_rule=LateRule(time_zone=settings.time_zone),
        staff=staff,
    )
    return InForce(duty, calendar_of(rows), staff, published_of(rows), mark)


def staff_of(rows: Iterable[DutyRow]) -> Staff | None:
    """Every unit's list as one; None where there is none."""
    lists = [staff_from_json(one.content) for one in rows if one.kind is DutyKind.STAFF]
    if not lists:
        return None
    units: dict[str, Unit] = {}
    persons: dict[str, Person] = {}
    for one in lists:
        units |= one.units
        persons |= one.persons
    return Staff(persons.values(), units.values())


def published_of(rows: Iterable[DutyRow]) -> frozenset[date]:
    """First days of the months that were published (已通报)."""
    months = (one.key for one in rows if one.kind is DutyKind.PUBLISHED)
    return frozenset(date.fromisoformat(f"{month}-01") for month in months)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file that the settings name, as it is now."""

    kind: str
    key: str
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """SHA-256, hex."""
        return sha256(self.data).hexdigest()


def _waiting(settings: Settings, rows: Iterable[DutyRow]) -> list[SettingsFile]:
    """Files of the settings whose content the record has not taken yet."""
    taken = {one.key: one.content.get("sha256") for one in rows if one.kind is DutyKind.FILE}
    named = (("shifts", settings.roster.shifts), ("leave", settings.roster.leave))
    files = [_read(settings.path(text), kind, text) for kind, text in named if text]
    return [one for one in files if taken.get(one.key) != one.sha256]


def _read(path: Path, kind: str, text: str) -> SettingsFile:
    try:
        return SettingsFile(kind, f"{kind}:{text}"[:200], path.name, path.read_bytes())
    except OSError as error:
        raise unreadable(str(path), f"cannot be read ({error.strerror})") from None


def with_file(
    settings: Settings, roster: Roster, file: SettingsFile, rows: Sequence[DutyRow]
) -> tuple[Roster, Roster]:
    """The roster with a file of the settings put in, and the file's own.

    The file's days say everything, what it said before and says no more is gone, and published
    months stay as they are.
    """
    context = replace(roster_context(settings), staff=staff_of(rows), calendar=calendar_of(rows))
    new = read_shifts(file.name, file.data, context).roster
    kept = [one.content for one in rows if one.kind is DutyKind.FILE and one.key == file.key]
    gone = set(roster_json.from_json(kept[-1]["roster"]).shifts) if kept else set()
    left = replace(
        roster, shifts=tuple(one for one in roster.shifts if one not in gone), version=""
    )
    after = merged(left, new, context)
    months = published_of(rows)
    if months:
        after = _frozen(roster, after, months, ZoneInfo(settings.time_zone))
    return after, new


def _frozen(before: Roster, after: Roster, months: frozenset[date], zone: ZoneInfo) -> Roster:
    def published(moment: datetime) -> bool:
        return moment.astimezone(zone).date().replace(day=1) in months

    shifts = [one for one in before.shifts if published(one.start)]
    shifts += [one for one in after.shifts if not published(one.start)]
    return Roster(tuple(shifts), after.chains, after.turns)


def leave_of(settings: Settings, file: SettingsFile, staff: Staff | None) -> list[Notice]:
    """The notices of a leave book, each under its lasting id."""
    found = read_leave(file.name, file.data, settings.time_zone)
    return [with_key(one if staff is None else _by_staff(one, staff)) for one in found]


def with_key(notice: Notice) -> Notice:
    """The notice under its lasting id."""
    return replace(notice, id=notice_key(notice.person_id, notice.kind, notice.start))


def _by_staff(notice: Notice, staff: Staff) -> Notice:
    def known(person_id: str) -> str:
        unit, _, name = person_id.rpartition("/")
        found = [] if person_id in staff.persons else staff.named(name, unit)
        return found[0].id if len(found) == 1 else person_id

    cover = known(notice.cover_id) if notice.cover_id else ""
    return replace(notice, person_id=known(notice.person_id), cover_id=cover)


def take_files(settings: Settings, make_uow: MakeUnitOfWork, now: datetime) -> list[str]:
    """Take the files of the settings into the record, where their content is new.

    Returns:
        The names of the files that were taken.

    Raises:
        RosterProblems: something in one of them is wrong; nothing of any was taken.
        StorageError: the database cannot be used.
    """
    with make_uow() as uow:
        rows = uow.duty.standing()
        files = _waiting(settings, rows)
        staff = staff_of(rows)
        for file in files:
            content: dict[str, Any] = {"sha256": file.sha256, "name": file.name}
            if file.kind == "shifts":
                before, notices = imported_of(uow)
                after, own = with_file(settings, before, file, rows)
                said = {"files": [content], "by": BY_SETTINGS, "correction": ""}
                if after.version != before.version:
                    save_roster(uow, after, notices, said, file.name, now=now)
                content |= {"roster": roster_json.to_json(own)}
            else:
                for one in leave_of(settings, file, staff):
                    put_row(uow, DutyKind.NOTICE, one.id, plain(one), now=now, by=BY_SETTINGS)
            uow.duty.put(DutyKind.FILE, file.key, content, at=now, by=BY_SETTINGS)
        if files:
            uow.commit()
    return [file.name for file in files]


def save_roster(
    uow: UnitOfWork,
    roster: Roster,
    notices: Iterable[Notice],
    said: Mapping[str, Any],
    file_name: str,
    *,
    now: datetime,
) -> int:
    """Keep a roster as a new version, with its entry in the register; gives its number."""
    content = {**duty_json.to_json(roster, notices), "import": dict(said)}
    version = uow.rosters.save(content, file_name[:300], now).number
    # Why a month was corrected may name people: it stays with the version.
    facts = {**said, "version": version, "roster_version": roster.version}
    facts["correction"] = bool(facts.get("correction"))
    uow.register.append("roster_imported", facts, now, key=f"roster:{version}")
    return version


def put_row(
    uow: UnitOfWork,
    kind: DutyKind,
    key: str,
    content: Mapping[str, Any],
    *,
    now: datetime,
    by: str,
    reason: str = "",
) -> DutyRow | None:
    """Keep a row with its entry in the register; None where nothing changes."""
    before = uow.duty.counter()
    row = uow.duty.put(kind, key, content, at=now, by=by, reason=reason)
    if row.number <= before:
        return None
    enter_row(uow, row, now)
    return row


def enter_row(uow: UnitOfWork, row: DutyRow, now: datetime) -> None:
    """Register that something of duty was written, without whom it is about."""
    said: dict[str, object] = {
        "row": row.number,
        "kind": row.kind.value,
        "id": row.key,
        "replaces": row.replaces,
        "withdrawn": row.withdrawn,
    }
    if row.kind is DutyKind.EXEMPTION and not row.withdrawn:
        stop = exemption_of(row.content)
        said |= {
            "what": stop.kind.value,
            "hall": stop.hall_id,
            "window": stop.window_id,
            "start": stop.start.isoformat(),
            "end": stop.end.isoformat(),
        }
    uow.register.append("duty_changed", said, now, key=f"duty:{row.number}")
