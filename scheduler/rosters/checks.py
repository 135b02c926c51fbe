"""What is wrong between the rows of a roster: twice the same, two places at once, two A posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from models.domain.hours import zone_of
from models.domain.people import Staff
from scheduler.rosters.context import RosterContext
from scheduler.rosters.entries import Placed
from scheduler.rosters.problems import Notebook


def without_doubles(placed: Sequence[Placed], notebook: Notebook) -> list[Placed]:
    """Each shift once; W121 names the rows that said it again."""
    first: dict[object, Placed] = {}
    for one in placed:
        before = first.setdefault(one.shift, one)
        if before is not one:
            notebook.note(
                "W121",
                one.where,
                f"与 {before.where} 重复,已合并。",
                f"repeats {before.where}; merged.",
            )
    return list(first.values())


def check_clashes(placed: Sequence[Placed], context: RosterContext, notebook: Notebook) -> None:
    """E111: a person at two windows at once; E112: more A posts than the window needs."""
    by_person: dict[str, list[Placed]] = defaultdict(list)
    by_window: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for one in placed:
        if one.shift.person_id:
            by_person[one.shift.person_id].append(one)
        if one.shift.rank == 0:
            by_window[one.shift.window_id, one.shift.kind.value].append(one)
    staff = context.staff or Staff()
    for rows in by_person.values():
        _two_places(rows, context, staff, notebook)
    for rows in by_window.values():
        _too_many_first(rows, context, notebook)


def _two_places(
    rows: list[Placed], context: RosterContext, staff: Staff, notebook: Notebook
) -> None:
    rows.sort(key=lambda one: (one.shift.start, one.shift.end))
    for place, one in enumerate(rows):
        for other in rows[place + 1 :]:
            if other.shift.start >= one.shift.end:
                break
            # A stand-in may be named at several windows; only A posts claim the whole person.
            # Lunch duty elsewhere is no clash with a shift that spans noon.
            same = other.window.id == one.window.id or other.shift.kind is not one.shift.kind
            if same or one.shift.rank or other.shift.rank:
                continue
            name = staff.name_of(one.shift.person_id)
            clock = _clock(other, context)
            notebook.note(
                "E111",
                other.where,
                f"{name} 在 {other.day} {clock} 同时排在窗口 {one.window.id} 和 "
                f"{other.window.id}(另见 {one.where})。",
                f"{name} is at windows {one.window.id} and {other.window.id} at once on "
                f"{other.day} {clock} (see {one.where}).",
            )


def _too_many_first(rows: list[Placed], context: RosterContext, notebook: Notebook) -> None:
    rows.sort(key=lambda one: (one.shift.start, one.shift.end))
    open_now: list[Placed] = []
    for one in rows:
        open_now = [other for other in open_now if other.shift.end > one.shift.start]
        open_now.append(one)
        people = {other.shift.person_id for other in open_now}
        need = one.window.required
        if len(people) > need:
            clock = _clock(one, context)
            notebook.note(
                "E112",
                one.where,
                f"窗口 {one.window.id} 在 {one.day} {clock} 有 {len(people)} 名A岗,"
                f"只能有{need}名(另见 {open_now[0].where})。",
                f"window {one.window.id} has {len(people)} A posts on {one.day} {clock}, "
                f"it may have {need} (see {open_now[0].where}).",
            )


def _clock(one: Placed, context: RosterContext) -> str:
    zone = zone_of(context.hall_of(one.window))
    start, end = one.shift.start.astimezone(zone), one.shift.end.astimezone(zone)
    return f"{start:%H:%M}-{end:%H:%M}"
