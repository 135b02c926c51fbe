"""Tables as they stand in files: cells that know their place, merged cells filled in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, time

from scheduler.rosters.problems import Problem, RosterProblems
from scheduler.rosters.spelling import fold

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 20_000, 200, 600_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what is in it and where it stands.

    Attributes:
        value: Text, number, date or time as the file holds it; empty text for nothing.
        where: `file:line cell` in a CSV, `file [sheet] B3` in a workbook.
        epoch_1904: The workbook counts days from 1904.
    """

    value: str | float | datetime | time
    where: str
    epoch_1904: bool = False

    @property
    def text(self) -> str:
        """As text, in plain forms; whole numbers without `.0`."""
        if isinstance(self.value, float):
            return str(int(self.value)) if self.value == int(self.value) else str(self.value)
        if isinstance(self.value, datetime):
            whole_day = self.value.time() == time(0)
            return f"{self.value:%Y-%m-%d}" if whole_day else f"{self.value:%Y-%m-%d %H:%M}"
        if isinstance(self.value, time):
            return self.value.strftime("%H:%M")
        return fold(self.value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: rows of cells; `marks` tell what was there and is not read (colours, struck-out
    text, comments), each as its place and what to say in Chinese and English."""

    file: str
    name: str
    rows: tuple[tuple[Cell, ...], ...]
    marks: tuple[tuple[str, str, str], ...] = ()


def unreadable(file: str, en: str) -> RosterProblems:
    """E101: the file is none that can be read."""
    zh = (
        f"「{file}」不是可读取的 Excel/CSV 文件(可能是 WPS .et 或加密文件)。"
        "请另存为 .xlsx 后重新导入。"
    )
    return RosterProblems([Problem("E101", file, zh, f"{en}; save it as .xlsx and import again.")])


def require_small(file: str, sheet: str, rows: int, columns: int, cells: int = 0) -> None:
    """Refuse a table that is larger than a roster can be: each of its cells costs memory.

    Raises:
        RosterProblems: It is (E101).
    """
    if rows > MOST_ROWS or columns > MOST_COLUMNS or (cells or rows * columns) > MOST_CELLS:
        name = f"sheet {sheet}" if sheet else "the table"
        raise unreadable(file, f"{name} is larger than a roster can be")


def read_csv(file: str, data: bytes) -> Sheet:
    """Read a CSV in UTF-8, with or without a byte-order mark, or GB18030; `,` `;` or tabs.

    Raises:
        RosterProblems: It is none of these (E101).
    """
    text = _decoded(file, data)
    head = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, number, cells = [], 1, 0
    try:
        for line in reader:
            cells += len(line)
            require_small(file, "", number, len(line), cells)
            rows.append(
                tuple(
                    Cell(value, f"{file}:{number} {_letters(place)}{number}")
                    for place, value in enumerate(line)
                )
            )
            number = reader.line_num + 1
    except csv.Error as error:
        raise unreadable(file, f"line {number} is not readable as CSV ({error})") from None
    return Sheet(file, "", tuple(rows))


def _letters(place: int) -> str:
    """The column's letters as a spreadsheet shows them: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _decoded(file: str, data: bytes) -> str:
    if b"\x00" in data:
        raise unreadable(file, "not a text file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable(file, "neither UTF-8 nor GB18030")
