"""Layouts A and F: one row per person and shift; F (午间值班) is the same under a lunch title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.domain.errors import InputError
from models.domain.hours import SessionKind
from scheduler.rosters.columns import Column, Table, find_table
from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest
from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.spelling import read_sitting
from scheduler.rosters.titles import is_note

PHONE = re.compile(r"1\d{10}|(0\d{2,3}-?)?\d{7,8}(-\d{1,5})?")


def take(sheet: Sheet, reader: Reader, harvest: Harvest) -> bool:
    """Read the sheet where it is such a list; False where it is none."""
    needed = {Column.DATE, Column.PERSON}
    if reader.hints.window is None:
        needed.add(Column.WINDOW)
    table, _ = find_table(sheet, frozenset(needed))
    if table is None:
        return False
    lunch = reader.hints.kind is SessionKind.LUNCH
    harvest.layouts.append((f"{sheet.file} [{sheet.name}]", "F" if lunch else "A"))
    times = None if Column.TIMES in table.columns else _headed_times(table)
    for cells in table.rows:
        if is_note(cells):
            continue
        row = cells_of(table, cells)
        if times is not None:
            row[Column.TIMES] = Cell(times.value, row[Column.DATE].where)
        _check_phone(row, reader)
        harvest.placed += reader.read(row)
    return True


def cells_of(table: Table, cells: Sequence[Cell]) -> dict[Column, Cell]:
    """The row's cells by column; what a short row lacks is empty."""
    here = cells[0].where if cells else table.sheet.file
    return {
        column: cells[place] if place < len(cells) else Cell("", here)
        for column, place in table.columns.items()
    }


def _headed_times(table: Table) -> Cell | None:
    """A head that is itself a stretch of time, such as `12:00–14:00`: it holds for all rows."""
    above = table.sheet.rows[: len(table.sheet.rows) - len(table.rows)]
    for cell in above[-1]:
        try:
            read_sitting(cell.text)
        except (ValueError, InputError):
            continue
        return cell
    return None


def _check_phone(row: Mapping[Column, Cell], reader: Reader) -> None:
    cell = row.get(Column.PHONE)
    if cell is None or not cell.text:
        return
    if not PHONE.fullmatch(re.sub(r"[\s()]", "", cell.text)):
        reader.notebook.note(
            "W124",
            cell.where,
            f"联系电话 {cell.text} 不是11位手机号或区号电话(仅提示)。",
            f"{cell.text} is no telephone number (a hint only).",
        )
