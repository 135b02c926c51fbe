"""Lists as spreadsheets: real dates, numbers, and text that is never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from scheduler.cells import clean, no_formula, put_text

Cell: TypeAlias = str | int | float | date | None
"""A moment is written as the clock of its own time zone shows it."""

DAY_FORMAT: Final = "yyyy-mm-dd"
MOMENT_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
FIRST_YEAR: Final = 1900
"""Before it, a spreadsheet has no dates."""

WIDTH: Final = 18


def as_xlsx(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    about: Sequence[tuple[str, str]],
) -> bytes:
    """A workbook with the rows under a head that stays in sight, and a second sheet that says
    what they are and how many.

    Args:
        title: Name of the first sheet.
        head: Names of the columns.
        rows: Their cells; they are written as they come.
        about: Who exported it, when, which rows; name and value.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(clean(title)[:31])
    sheet.freeze_panes = "A2"
    for place in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTH
    bold = Font(bold=True)
    cells = [put_text(WriteOnlyCell(sheet), name) for name in head]
    for cell in cells:
        cell.font = bold
    sheet.append(cells)
    count = 0
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
        count += 1
    told = book.create_sheet("说明 about")
    for pair in (*about, ("行数 rows", str(count))):
        told.append([_xlsx_cell(told, text) for text in pair])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _xlsx_cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, date):
        if value.year < FIRST_YEAR:
            return put_text(WriteOnlyCell(sheet), value.isoformat())
        cell = WriteOnlyCell(sheet)
        moment = isinstance(value, datetime)
        cell.value = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        cell.number_format = MOMENT_FORMAT if moment else DAY_FORMAT
        return cell
    return put_text(WriteOnlyCell(sheet), value) if isinstance(value, str) else value


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark that Excel and WPS need; moments carry their offset."""
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return held.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> str | int | float | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return no_formula(clean(value)) if isinstance(value, str) else value
