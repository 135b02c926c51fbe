"""Roster files in: every sheet by its layout, all or nothing, with a preview of what changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.domain.hours import zone_of
from models.domain.leave import Notice
from models.domain.roster import Roster, Shift, Turn
from scheduler.rosters.checks import check_clashes, without_doubles
from scheduler.rosters.columns import recognised
from scheduler.rosters.context import RosterContext
from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest, PlacedNotice
from scheduler.rosters.layouts import LAYOUTS
from scheduler.rosters.month_checks import check_month
from scheduler.rosters.problems import Notebook, Problem, RosterProblems
from scheduler.rosters.same_people import align, people_of
from scheduler.rosters.sheets import Sheet
from scheduler.rosters.titles import hints_of
from scheduler.rosters.workbooks import read_book


@dataclass(frozen=True, slots=True)
class Imported:
    """What the files gave.

    Attributes:
        roster: Their shifts, standing chains and turns.
        notices: Their leave and out notices.
        warnings: What was noticed and lets them pass.
        layouts: Of each sheet its place and the letter of its layout, A–F.
    """

    roster: Roster
    notices: tuple[Notice, ...]
    warnings: tuple[Problem, ...]
    layouts: tuple[tuple[str, str], ...]


def import_rosters(files: Sequence[tuple[str, bytes]], context: RosterContext) -> Imported:
    """Read roster files together.

    Args:
        files: Name and content of each.
        context: What they are read against.

    Raises:
        RosterProblems: Something in one of them blocks the import; nothing of any is taken.
    """
    notebook = Notebook()
    reader = Reader(context, notebook)
    harvest = Harvest()
    for file, data in files:
        try:
            sheets = [sheet for sheet in read_book(file, data) if sheet.rows]
        except RosterProblems as refused:
            notebook.problems += refused.problems
            continue
        _take_file(file, sheets, reader, harvest)
    harvest.placed = without_doubles(harvest.placed, notebook)
    check_clashes(harvest.placed, context, notebook)
    roster = Roster(
        tuple(one.shift for one in harvest.placed),
        tuple(dict.fromkeys(one.chain for one in harvest.chains)),
        tuple(dict.fromkeys(one.turn for one in harvest.turns)),
    )
    if context.staff is None:
        _align(harvest, people_of(roster) | context.people, notebook)
    check_month(harvest, context, notebook)
    notebook.stop_if_blocked()
    return Imported(
        roster,
        tuple(one.notice for one in harvest.notices),
        tuple(notebook.problems),
        tuple(harvest.layouts),
    )


def _align(harvest: Harvest, people: frozenset[str], notebook: Notebook) -> None:
    """Notices under the ids that the roster uses; W109 and E110 where that cannot be told."""
    found = align([one.notice for one in harvest.notices], people)
    strangers, doubtful = set(found.strangers), set(found.doubtful)
    for place, notice in enumerate(found.notices):
        one = harvest.notices[place]
        name = notice.person_id.rpartition("/")[2]
        if notice in strangers:
            zh = f"“{name}”不在任何排班中,该请假不影响任何窗口,请核对姓名。"
            en = f"no roster names {name}: this notice excuses nobody; check the name."
            notebook.note("W109", one.where, zh, en)
        elif notice in doubtful:
            zh = f"“{name}”在几个单位有同名人员,请在“单位”列注明。"
            en = f"several units have a {name}; say which in the unit column."
            notebook.note("E110", one.where, zh, en)
        harvest.notices[place] = PlacedNotice(notice, one.where)


def _take_file(file: str, sheets: Sequence[Sheet], reader: Reader, harvest: Harvest) -> None:
    unread = []
    for sheet in sheets:
        reader.begin(hints_of(sheet, reader.finder, reader.context.halls.values()))
        if not any(take(sheet, reader, harvest) for take in LAYOUTS):
            unread.append(sheet)
        elif sheet.marks:
            where, zh, en = sheet.marks[0]
            count = f"(共 {len(sheet.marks)} 处)" if len(sheet.marks) > 1 else ""
            reader.notebook.note("W122", where, zh + count, en)
    # A sheet of notes beside a table is usual; a file without any table is a mistake.
    code = "E102" if len(unread) == len(sheets) else "W102"
    for sheet in unread or ([] if sheets else [Sheet(file, "", ())]):
        best: list[str] = max(
            (_heads(sheet, row) for row in range(len(sheet.rows[:10]))), key=len, default=[]
        )
        reader.notebook.note(
            code,
            f"{sheet.file} [{sheet.name}]" if sheet.name else sheet.file,
            "没有找到表头行:需要包含“日期、窗口、姓名”三列。"
            f"已识别到的列:{'、'.join(best) or '无'}。",
            f"no head row: it must have date, window and name; found: {', '.join(best) or 'none'}.",
        )


def _heads(sheet: Sheet, row: int) -> list[str]:
    return [sheet.rows[row][place].text for place in recognised(sheet.rows[row]).values()]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that an import adds or takes away."""

    added: bool
    day: date
    window_id: str
    person_id: str
    grade: str
    times: str

    def __str__(self) -> str:
        sign = "+" if self.added else "-"
        return f"{sign} {self.day} {self.window_id} {self.times} {self.grade} {self.person_id}"


def merged(current: Roster, new: Roster, context: RosterContext) -> Roster:
    """The current roster with the new one put in.

    Of a window's day and kind of duty that the new one speaks of, the new one says everything;
    other days stay, and a table of lunch duty leaves the day's regular shifts alone.
    A standing chain replaces one of the same window and first day; a turn those it overlaps.
    """
    days = {(one.window_id, _day(one, context), one.kind) for one in new.shifts}
    kept = [
        one for one in current.shifts if (one.window_id, _day(one, context), one.kind) not in days
    ]
    rows = {(one.window_id, one.valid_from) for one in new.chains}
    chains = [one for one in current.chains if (one.window_id, one.valid_from) not in rows]
    turns = [one for one in current.turns if not any(_overlap(one, other) for other in new.turns)]
    return Roster(
        tuple(dict.fromkeys((*kept, *new.shifts))),
        tuple(dict.fromkeys((*chains, *new.chains))),
        tuple(dict.fromkeys((*turns, *new.turns))),
    )


def changes(current: Roster, after: Roster, context: RosterContext) -> list[Change]:
    """What an import would add and take away, oldest day first."""
    before, now = set(_rows(current)), set(_rows(after))
    found = [_change(row, context, added=False) for row in before - now]
    found += [_change(row, context, added=True) for row in now - before]
    return sorted(
        found,
        key=lambda one: (one.day, one.window_id, one.times, one.added, one.grade, one.person_id),
    )


def _in_order(one: Change) -> tuple[date, str, str, bool, str, str]:
    return one.day, one.window_id, one.times, one.added, one.grade, one.person_id


def _rows(roster: Roster) -> list[tuple[str, datetime, datetime | None, str, str]]:
    rows: list[tuple[str, datetime, datetime | None, str, str]] = [
        (one.window_id, one.start, one.end, one.grade, one.person_id) for one in roster.shifts
    ]
    rows += [(one.window_id, one.start, one.end, "轮值", one.unit_id) for one in roster.turns]
    for chain in roster.chains:
        people = "、".join(chain.person_ids)
        rows.append((chain.window_id, chain.valid_from, None, "AB岗", people))
    return rows


def _change(
    row: tuple[str, datetime, datetime | None, str, str], context: RosterContext, *, added: bool
) -> Change:
    window_id, start, end, grade, who = row
    window = next((one for one in context.windows if one.id == window_id), None)
    hall = context.hall_of(window) if window else next(iter(context.halls.values()))
    zone = zone_of(hall)
    begins = start.astimezone(zone)
    if end is None:
        times = "起"
    elif (end - start).days:
        times = f"至{end.astimezone(zone):%m-%d %H:%M}"
    else:
        times = f"{begins:%H:%M}-{end.astimezone(zone):%H:%M}"
    return Change(added, begins.date(), window_id, who, grade, times)


def _day(shift: Shift, context: RosterContext) -> date:
    window = next((one for one in context.windows if one.id == shift.window_id), None)
    hall = context.hall_of(window) if window else next(iter(context.halls.values()))
    return shift.start.astimezone(zone_of(hall)).date()


def _overlap(one: Turn, other: Turn) -> bool:
    if one.window_id != other.window_id:
        return False
    return one.start < other.end and other.start < one.end
