"""Layout C: the standing A/B/C table (AB岗表), one row per window."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from models.domain.hall import Window
from models.domain.hours import zone_of
from models.domain.roster import CoverChain
from scheduler.rosters.columns import Column, head_key, recognised
from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest, PlacedChain
from scheduler.rosters.names import written_people
from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.titles import TITLE_ROWS, is_note

GRADE = re.compile(r"([a-z])岗(?:人员|姓名|责任人)?")
VALID_FROM = frozenset({"生效日期", "启用日期", "validfrom", "valid_from", "执行日期"})


def take(sheet: Sheet, reader: Reader, harvest: Harvest) -> bool:
    """Read the sheet where it is such a table; False where it is none."""
    for number, row in enumerate(sheet.rows[: TITLE_ROWS + 4]):
        keys = [head_key(cell.text) for cell in row]
        grades = {
            found.group(1).upper(): place
            for place, key in enumerate(keys)
            if (found := GRADE.fullmatch(key))
        }
        columns = recognised(row)
        if "A" in grades and "B" in grades and Column.WINDOW in columns:
            harvest.layouts.append((f"{sheet.file} [{sheet.name}]", "C"))
            since = next((place for place, key in enumerate(keys) if key in VALID_FROM), None)
            for cells in sheet.rows[number + 1 :]:
                if not is_note(cells):
                    _take_row(cells, columns, grades, since, reader=reader, harvest=harvest)
            return True
    return False


def _take_row(
    cells: Sequence[Cell],
    columns: dict[Column, int],
    grades: dict[str, int],
    since: int | None,
    *,
    reader: Reader,
    harvest: Harvest,
) -> None:
    window = reader.window(cells[columns[Column.WINDOW]])
    if window is None:
        return
    unit = cells[columns[Column.UNIT]].text if Column.UNIT in columns else ""
    unit_id = reader.unit(cells[columns[Column.UNIT]]) if unit else ""
    if unit_id is None:
        return
    people = []
    for grade in sorted(grades):
        cell = cells[grades[grade]]
        written = written_people(cell.text)
        person = reader.person(cell, written[0].name, unit, window) if written else None
        if written and person is None:
            return
        people.append(person.id if person else "")
        for other in written[1:]:
            found = reader.person(cell, other.name, unit, window)
            people.append(found.id if found else "")
    start = _start(cells[since] if since is not None else None, window, reader)
    if start is not None and any(people):
        while not people[-1]:
            people.pop()
        chain = CoverChain(window.id, start, tuple(people), unit_id)
        harvest.chains.append(PlacedChain(chain, window, cells[columns[Column.WINDOW]].where))


def _start(cell: Cell | None, window: Window, reader: Reader) -> datetime | None:
    """Midnight of the day it is valid from; the month's first, or always, where none is given."""
    if cell is not None and cell.text:
        day = reader.any_day(cell)
    else:
        day = reader.context.month or date(1970, 1, 1)
    if day is None:
        return None
    zone = zone_of(reader.context.hall_of(window))
    return datetime.combine(day, time(0), zone).astimezone(UTC)
