"""A first roster: shifts from a simple CSV.

Heads: date, window, person, start, end [, grade, unit, kind, hall], or in Chinese 日期, 窗口, 姓名,
开始, 结束 [, 岗位, 单位, 类别, 大厅]. UTF-8 with or without a byte-order mark, or GB18030. All or
nothing: one bad row refuses the file, and every problem in it is told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.domain.roster import Roster
from scheduler.rosters.checks import check_clashes, without_doubles
from scheduler.rosters.columns import Column, Table, find_table
from scheduler.rosters.context import RosterContext
from scheduler.rosters.entries import Placed, Reader
from scheduler.rosters.problems import Notebook, Problem, RosterProblems
from scheduler.rosters.sheets import Cell, read_csv, unreadable

NEEDED = frozenset({Column.DATE, Column.WINDOW, Column.PERSON, Column.START, Column.END})


@dataclass(frozen=True, slots=True)
class ShiftsRead:
    """What a file gave: the roster, and warnings that let it pass."""

    roster: Roster
    warnings: tuple[Problem, ...]


def read_shifts_file(path: Path, context: RosterContext) -> ShiftsRead:
    """Read a roster CSV from disk.

    Raises:
        RosterProblems: The file cannot be read, or something in it is wrong; nothing is taken.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(str(path), f"cannot be read ({error.strerror})") from None
    return read_shifts(path.name, data, context)


def read_shifts(file: str, data: bytes, context: RosterContext) -> ShiftsRead:
    """Read the bytes of a roster CSV; `file` is the name that messages show.

    Raises:
        RosterProblems: Something in it is wrong; nothing is taken.
    """
    notebook = Notebook()
    table = _table(file, data, notebook)
    reader = Reader(context, notebook)
    placed: list[Placed] = []
    for cells in table.rows:
        if any(cell.text for cell in cells):
            row = _row(table, cells)
            if row is None:
                _short(cells[0].where.rsplit(" ", 1)[0], notebook)
            else:
                placed += reader.read(row)
    once = without_doubles(placed, notebook)
    check_clashes(once, context, notebook)
    notebook.stop_if_blocked()
    return ShiftsRead(Roster(tuple(one.shift for one in once)), tuple(notebook.problems))


def _table(file: str, data: bytes, notebook: Notebook) -> Table:
    sheet = read_csv(file, data)
    table, heads = find_table(sheet, NEEDED)
    if table is None:
        notebook.note(
            "E102",
            file,
            "没有找到表头行:需要包含“日期、窗口、姓名、开始、结束”五列。"
            f"已识别到的列:{'、'.join(heads) or '无'}。",
            "no head row: it must have date, window, person, start, end; "
            f"found: {', '.join(heads) or 'none'}.",
        )
        raise RosterProblems(notebook.problems)
    return table


def _row(table: Table, cells: Sequence[Cell]) -> dict[Column, Cell] | None:
    """The row's cells by column, each knowing its column; None where it is too short."""
    row = {}
    for column, place in table.columns.items():
        if place < len(cells):
            cell = cells[place]
            line = cell.where.rsplit(" ", 1)[0]
            row[column] = Cell(cell.value, f"{line} {column.value}", cell.epoch_1904)
    return row if row.keys() >= NEEDED else None


def _short(where: str, notebook: Notebook) -> None:
    notebook.note(
        "E102", where, "这一行的列数少于表头,请补全。", "this row has fewer columns than the head."
    )
