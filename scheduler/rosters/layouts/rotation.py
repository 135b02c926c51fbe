"""Layout D: units in turn (轮值) at a window they share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from models.domain.hall import Window
from models.domain.hours import zone_of
from models.domain.roster import Turn
from scheduler.rosters.columns import Column, head_key, recognised
from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest, PlacedTurn
from scheduler.rosters.names import written_people
from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.titles import TITLE_ROWS, is_note

UNIT = frozenset({"值班单位", "轮值单位", "值守单位", "当值单位"})
PERIOD = frozenset(
    {"日期段", "周次", "起止日期", "轮值时间", "值班时间", "日期", "时间", "轮值日期"}
)
_RANGE = re.compile(r"\s*(?:[-—–~〜]{1,2}|至|到)\s*")


def take(sheet: Sheet, reader: Reader, harvest: Harvest) -> bool:
    """Read the sheet where it is such a table; False where it is none."""
    for number, row in enumerate(sheet.rows[: TITLE_ROWS + 4]):
        keys = [head_key(cell.text) for cell in row]
        unit = next((place for place, key in enumerate(keys) if key in UNIT), None)
        periods = [place for place, key in enumerate(keys) if key in PERIOD]
        columns = recognised(row)
        dated = Column.START in columns and Column.END in columns
        if unit is None or not (periods or dated):
            continue
        harvest.layouts.append((f"{sheet.file} [{sheet.name}]", "D"))
        # 周次 beside 日期段: the dates say more
        period = max(periods, key=lambda place: keys[place] != "周次", default=None)
        for cells in sheet.rows[number + 1 :]:
            if not is_note(cells):
                _take_row(cells, columns, unit, period, reader=reader, harvest=harvest)
        return True
    return False


def _take_row(
    cells: Sequence[Cell],
    columns: dict[Column, int],
    unit_place: int,
    period: int | None,
    *,
    reader: Reader,
    harvest: Harvest,
) -> None:
    unit_cell = cells[unit_place]
    window = _window(cells, columns, reader)
    if period is None:
        first = reader.any_day(cells[columns[Column.START]])
        last = reader.any_day(cells[columns[Column.END]])
        days = (first, last) if first and last else None
    else:
        days = _period(cells[period], reader)
    unit = reader.unit(unit_cell)
    if window is None or days is None or unit is None:
        return
    person_id = ""
    if Column.PERSON in columns:
        cell = cells[columns[Column.PERSON]]
        written = written_people(cell.text)
        person = reader.person(cell, written[0].name, unit_cell.text, window) if written else None
        person_id = person.id if person and len(written) == 1 else ""
    first, last = days
    zone = zone_of(reader.context.hall_of(window))
    turn = Turn(
        window.id,
        datetime.combine(first, time(0), zone).astimezone(UTC),
        datetime.combine(last + timedelta(days=1), time(0), zone).astimezone(UTC),
        unit,
        person_id,
    )
    harvest.turns.append(PlacedTurn(turn, window, first, last, unit_cell.where))


def _window(cells: Sequence[Cell], columns: dict[Column, int], reader: Reader) -> Window | None:
    if Column.WINDOW in columns and cells[columns[Column.WINDOW]].text:
        return reader.window(cells[columns[Column.WINDOW]])
    return reader.hints.window or reader.window(cells[0])


def _period(cell: Cell, reader: Reader) -> tuple[date, date] | None:
    """`11.23-11.27`, `2026年11月23日—27日`, one day, or `第2周` of the title's month."""
    found = _week(cell.text, reader)
    if found is not None:
        return found
    whole = reader.any_day(cell, quiet=True)
    if whole is not None:
        return whole, whole
    parts = _RANGE.split(cell.text)
    if len(parts) % 2 == 0 and len(parts) > 2:  # the dates themselves are written with dashes
        half = len(parts) // 2
        parts = ["-".join(parts[:half]), "-".join(parts[half:])]
    first = reader.any_day(Cell(parts[0], cell.where), quiet=True)
    if len(parts) == 2 and first is not None:
        end = Cell(parts[1], cell.where)
        last = reader.any_day(end, year=first.year, month=first.month, quiet=True)
        if last is not None and last < first and last.month == 1 and first.month == 12:
            last = reader.any_day(end, year=first.year + 1, quiet=True)  # over New Year
        if last is not None and last >= first:
            return first, last
    reader.any_day(cell)  # says what is wrong with it
    return None


def _week(text: str, reader: Reader) -> tuple[date, date] | None:
    """Monday to Friday of `第2周`; week 1 holds the month's first day."""
    week = re.fullmatch(r"第?([一二三四五六1-6])周", text)
    year, month = reader.year_and_month()
    if not week or not year or not month:
        return None
    number = "一二三四五六".find(week.group(1)) + 1 or int(week.group(1))
    first = date(year, month, 1)
    monday = first - timedelta(days=first.weekday()) + timedelta(weeks=number - 1)
    return monday, monday + timedelta(days=4)
