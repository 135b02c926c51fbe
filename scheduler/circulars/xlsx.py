"""A document's tables as a workbook: one sheet for each, figures as figures."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from models.domain.document import Cell, Document, Table
from models.domain.ratio import Ratio
from scheduler.cells import put_text

_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME: Final = 31
_THIN: Final = Side(style="thin")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def to_xlsx(document: Document) -> bytes:
    """Every table of the document as the bytes of a workbook.

    Text is always text: what begins with =, +, - or @ is no formula. A rate is a figure in
    percent; one over nothing is the text "—".
    """
    book = openpyxl.Workbook()
    book.properties.title, book.properties.creator = document.title, document.issuer
    first: Any = book.active
    tables = document.tables()
    if not tables:
        first.title = "说明"
        first["A1"] = document.title
    for table in tables:
        sheet = first if table is tables[0] else book.create_sheet()
        sheet.title = _name(table.name, book.sheetnames)
        _fill(sheet, table, document)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _name(wanted: str, taken: list[str]) -> str:
    clean = _FORBIDDEN.sub(" ", wanted)[:_LONGEST_NAME] or "表"
    number, name = 1, clean
    while name in taken:
        number += 1
        name = f"{clean[: _LONGEST_NAME - 4]} {number}"
    return name


def _fill(sheet: Any, table: Table, document: Document) -> None:
    number = f"  {document.number}" if document.number else ""
    sheet["A1"] = f"{table.name}{number}"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(table.columns))
    rows: list[tuple[Cell, ...]] = [tuple(one.name for one in table.columns), *table.all_rows]
    for line, row in enumerate(rows, 2):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(line, place)
            _put(cell, value)
            cell.border = _BOX
            bold = line == 2 or (table.total is not None and line == len(rows) + 1)
            cell.font = Font(bold=bold)
            cell.alignment = Alignment(
                horizontal="center" if line == 2 else None, vertical="center", wrap_text=True
            )
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = max(8, column.width * 2 + 2)
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for line, note in enumerate(table.notes, len(rows) + 2):
        _put(sheet.cell(line, 1), note)


def _put(cell: Any, value: Cell) -> None:
    if isinstance(value, Ratio):
        percent = value.percent
        if percent is None:
            cell.value = str(value)
            return
        cell.value = percent / 100
        cell.number_format = "0.0%"
    elif isinstance(value, (int, Decimal)):
        cell.value = value
    elif value is not None:
        put_text(cell, value)
