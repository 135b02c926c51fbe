"""Workbooks, .xlsx and .xls, as tables: merged cells filled in, what cannot be read marked.

Traps: domain.md §4.3. A formula without a stored value reads as empty and is marked.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import openpyxl
import xlrd
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from scheduler.rosters.sheets import Cell, Sheet, read_csv, require_small, unreadable

# What openpyxl and xlrd raise when a file is damaged: they check little before they read.
DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    InvalidFileException,
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
)

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_BYTES = 200 * 1024 * 1024
PLAIN_FILLS = frozenset({"00000000", "FFFFFFFF", "00FFFFFF"})

COLOUR = "发现用颜色或删除线表示的信息,系统不读取,请改用文字。"
COLOUR_EN = "colour or struck-out text means something here that is not read; write it as text."


def read_book(file: str, data: bytes) -> list[Sheet]:
    """Read a roster file: .xlsx and .xls by what is in them, anything else as CSV.

    Raises:
        RosterProblems: It cannot be read (E101).
    """
    if file.lower().endswith(".et"):
        raise unreadable(file, "a WPS .et file")
    if data.startswith(ZIP):
        return _read_xlsx(file, data)
    if data.startswith(OLE):
        return _read_xls(file, data)
    return [read_csv(file, data)]


def _read_xlsx(file: str, data: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(item.file_size for item in packed.infolist()) > MOST_BYTES:
                raise unreadable(file, "unpacks to more than 200 MB")
        shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        typed = openpyxl.load_workbook(io.BytesIO(data))
    except DAMAGED as error:
        raise unreadable(file, f"not a readable workbook ({type(error).__name__})") from None
    mac = shown.epoch == CALENDAR_MAC_1904
    return [
        _xlsx_sheet(file, sheet, typed[sheet.title], mac=mac)
        for sheet in shown.worksheets
        if sheet.sheet_state == "visible"
    ]


def _xlsx_sheet(file: str, sheet: Any, typed: Any, *, mac: bool) -> Sheet:
    height, width = sheet.max_row, sheet.max_column  # both look at every cell
    require_small(file, sheet.title, height, width)
    merged = {}
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        for row, column in area.cells:
            merged[row, column] = first
    rows: list[tuple[Cell, ...]] = []
    marks: list[tuple[str, str, str]] = []
    for number in range(1, height + 1):
        cells = []
        for column in range(1, width + 1):
            source = merged.get((number, column)) or sheet.cell(number, column)
            where = f"{file} [{sheet.title}] {get_column_letter(column)}{number}"
            marks += _xlsx_marks(source, typed.cell(source.row, source.column), where)
            value = "" if source.font.strike else _plain(source.value)
            cells.append(Cell(value, where, mac))
        rows.append(tuple(cells))
    return Sheet(file, sheet.title, _without_tail(rows), tuple(marks))


def _xlsx_marks(cell: Any, typed: Any, where: str) -> list[tuple[str, str, str]]:
    """What a cell says that is not read: struck-out text, a colour without text, a comment, a
    formula whose value was never stored."""
    marks = []
    struck = cell.value is not None and cell.font.strike
    fill = cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else "00000000"
    coloured = cell.value is None and not (isinstance(fill, str) and fill in PLAIN_FILLS)
    if struck or coloured:
        marks.append((where, COLOUR, COLOUR_EN))
    if cell.comment is not None:
        marks.append((where, "批注不读取,请写入单元格。", "comments are not read."))
    if cell.value is None and isinstance(typed.value, str) and typed.value.startswith("="):
        zh = "公式没有保存的结果,按空白处理;请在 Excel 中打开并保存,或改为文字。"
        marks.append((where, zh, "a formula without a stored value; taken as empty."))
    return marks


def _plain(value: Any) -> str | float | datetime | time:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime | time):
        return value
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(value)


def _without_tail(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Without the empty rows that spreadsheets keep at the end."""
    last = max((n for n, row in enumerate(rows, 1) if any(cell.text for cell in row)), default=0)
    return tuple(rows[:last])


def _read_xls(file: str, data: bytes) -> list[Sheet]:
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        return [_xls_sheet(file, book, sheet) for sheet in book.sheets() if sheet.visibility == 0]
    except DAMAGED as error:
        raise unreadable(file, f"not a readable .xls ({type(error).__name__})") from None


def _xls_sheet(file: str, book: Any, sheet: Any) -> Sheet:
    require_small(file, sheet.name, sheet.nrows, sheet.ncols)
    merged = {
        (row, column): (top, left)
        for top, bottom, left, right in sheet.merged_cells
        for row in range(top, min(bottom, sheet.nrows))
        for column in range(left, min(right, sheet.ncols))
    }
    rows: list[tuple[Cell, ...]] = []
    marks: list[tuple[str, str, str]] = []
    for row in range(sheet.nrows):
        cells = []
        for column in range(sheet.ncols):
            top, left = merged.get((row, column), (row, column))
            where = f"{file} [{sheet.name}] {get_column_letter(column + 1)}{row + 1}"
            value = _xls_value(book, sheet, top, left)
            if value != "" and _struck(book, sheet, top, left):
                marks.append((where, COLOUR, COLOUR_EN))
                value = ""
            cells.append(Cell(value, where, bool(book.datemode)))
        rows.append(tuple(cells))
    return Sheet(file, sheet.name, _without_tail(rows), tuple(marks))


def _xls_value(book: Any, sheet: Any, row: int, column: int) -> str | float | datetime | time:
    cell = sheet.cell(row, column)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            found = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except xlrd.XLDateError:
            return float(cell.value)
        return time(found.hour, found.minute) if cell.value < 1 else _moment(found)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return float(cell.value)
    if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR}:
        return ""
    return str(cell.value)


def _struck(book: Any, sheet: Any, row: int, column: int) -> bool:
    font = book.font_list[book.xf_list[sheet.cell_xf_index(row, column)].font_index]
    return bool(font.struck_out)


def _moment(found: Any) -> datetime:
    return datetime(found.year, found.month, found.day, found.hour, found.minute)  # noqa: DTZ001
