"""Lists as spreadsheets: every cell is text or a number, nothing in it is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Cell: TypeAlias = str | int | float | None

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take text for a formula."""

_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LONGEST_CELL: Final = 32_000


def as_xlsx(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    about: Sequence[tuple[str, str]],
) -> bytes:
    """A workbook with the rows, and a second sheet that says what they are.

    Args:
        title: Name of the first sheet.
        head: Names of the columns.
        rows: Their cells.
        about: Who exported it, when, which rows; name and value.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    cells = [WriteOnlyCell(sheet, name) for name in head]
    for cell in cells:
        cell.font = bold
    sheet.append(cells)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    told = book.create_sheet("说明 about")
    for name, value in about:
        told.append([_xlsx_cell(told, name), _xlsx_cell(told, value)])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _xlsx_cell(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, clean(value))
    cell.data_type = "s"  # text, also where it begins with =
    cell.quotePrefix = value.startswith(FORMULA)
    return cell


def as_csv(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark that Excel and WPS need; text like a formula gets an apostrophe."""
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return held.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def clean(text: str) -> str:
    """Text without what no spreadsheet can hold."""
    return _UNWRITABLE.sub("", text)[:LONGEST_CELL]
