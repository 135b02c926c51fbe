"""A roster as rows and as a month's grid, for pages and calls."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.duty_view import DutyView
from api.paging import Key, page_of
from api.schemas.roster import (
    GridCellOut,
    GridDayOut,
    GridFilter,
    GridOut,
    GridWindowOut,
    ShiftOut,
)
from models.domain.hours import zone_of
from models.domain.roster import CoverChain, Roster, Shift, Turn


def touching(roster: Roster, windows: Collection[str]) -> Roster:
    """The rows of some windows."""
    return Roster(
        tuple(one for one in roster.shifts if one.window_id in windows),
        tuple(one for one in roster.chains if one.window_id in windows),
        tuple(one for one in roster.turns if one.window_id in windows),
        roster.version,
    )


def own_part(view: DutyView, roster: Roster) -> Roster:
    """What an account sees of a roster; who sees everything sees windows that are gone too."""
    return roster if view.everywhere else touching(roster, set(view.windows))


def rows_of(view: DutyView, roster: Roster, month: date | None = None) -> list[ShiftOut]:
    """Every row of a roster, of one month where it is named."""
    chains = [row for one in roster.chains for row in _chain(view, one)]
    turns = [_turn(view, one) for one in roster.turns]
    rows = [*(_shift(view, one) for one in roster.shifts), *chains, *turns]
    if month is None:
        return rows
    start, end = _bounds(view, month)
    return [one for one in rows if one.start < end and (one.end is None or one.end > start)]


def row_key(row: ShiftOut) -> Key:
    """The order of rows, the same for no two."""
    start = row.start.astimezone(ZoneInfo("UTC")).isoformat()
    end = row.end.astimezone(ZoneInfo("UTC")).isoformat() if row.end else ""
    return (start, row.window_id, row.row, row.grade, row.person_id, end, row.kind, row.unit_id)


def grid_of(view: DutyView, month: date, wanted: GridFilter) -> GridOut:
    """A page of windows with their month."""
    roster = view.ruled.duty.roster
    names = [name for name, one in view.windows.items() if wanted.hall_id in {"", one.hall_id}]
    page, following = page_of(names, lambda name: (name,), wanted.after, wanted.limit)
    own = touching(roster, set(page))
    return GridOut(
        month=f"{month:%Y-%m}",
        roster_version=roster.version,
        days=_days(view, month, wanted.hall_id),
        items=[_window(view, own, name, month) for name in page],
        total=len(names),
        next_after=following,
        limit=wanted.limit,
    )


def _days(view: DutyView, month: date, hall_id: str) -> list[GridDayOut]:
    found = []
    for number in range(monthrange(month.year, month.month)[1]):
        day = view.ruled.calendar.day(month + timedelta(days=number), hall_id)
        found.append(
            GridDayOut(date=day.date, worked=day.worked, kind=day.kind.value, name=day.name)
        )
    return found


def _window(view: DutyView, roster: Roster, name: str, month: date) -> GridWindowOut:
    window = view.windows[name]
    zone = zone_of(view.desk.halls[window.hall_id])
    start = datetime.combine(month, time(0), zone)
    end = datetime.combine((month + timedelta(days=31)).replace(day=1), time(0), zone)
    cells: dict[date, list[ShiftOut]] = {}
    for one in roster.shifts_of(name, start, end):
        cells.setdefault(one.start.astimezone(zone).date(), []).append(_shift(view, one))
    chains = [one for one in roster.chains if one.window_id == name and one.valid_from < end]
    newest = max(chains, key=lambda one: one.valid_from, default=None)
    turns = [
        one for one in roster.turns if one.window_id == name and one.start < end and one.end > start
    ]
    return GridWindowOut(
        window_id=name,
        window=window.name,
        hall_id=window.hall_id,
        unit=window.unit_id,
        days=[GridCellOut(date=day, rows=rows) for day, rows in sorted(cells.items())],
        chain=_chain(view, newest) if newest else [],
        turns=[_turn(view, one) for one in sorted(turns, key=lambda one: one.start)],
    )


def _bounds(view: DutyView, month: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(view.settings.time_zone)
    following = (month + timedelta(days=31)).replace(day=1)
    return datetime.combine(month, time(0), zone), datetime.combine(following, time(0), zone)


def _local(view: DutyView, window_id: str, moment: datetime) -> datetime:
    """A window that left the settings is told in the general time zone."""
    if window_id in view.desk.windows:
        return view.desk.local(window_id, moment)
    return moment.astimezone(ZoneInfo(view.settings.time_zone))


def _shift(view: DutyView, one: Shift) -> ShiftOut:
    return ShiftOut(
        row="shift",
        window_id=one.window_id,
        start=_local(view, one.window_id, one.start),
        end=_local(view, one.window_id, one.end),
        person_id=one.person_id,
        person=view.name_of(one.person_id),
        grade=one.grade,
        unit_id=one.unit_id,
        kind=one.kind.value,
    )


def _turn(view: DutyView, one: Turn) -> ShiftOut:
    return ShiftOut(
        row="turn",
        window_id=one.window_id,
        start=_local(view, one.window_id, one.start),
        end=_local(view, one.window_id, one.end),
        person_id=one.person_id,
        person=view.name_of(one.person_id),
        grade="A",
        unit_id=one.unit_id,
        kind="turn",
    )


def _chain(view: DutyView, one: CoverChain) -> list[ShiftOut]:
    return [
        ShiftOut(
            row="chain",
            window_id=one.window_id,
            start=_local(view, one.window_id, one.valid_from),
            end=None,
            person_id=person,
            person=view.name_of(person),
            grade=chr(ord("A") + rank),
            unit_id=one.unit_id,
            kind="chain",
        )
        for rank, person in enumerate(one.person_ids)
    ]
