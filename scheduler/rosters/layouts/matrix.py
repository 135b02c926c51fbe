"""Layout B: a month as a matrix, people or windows down, the days 1…31 across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.hall import Window
from models.domain.hours import SessionKind, Sitting
from scheduler.rosters.columns import Column, recognised
from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest
from scheduler.rosters.names import written_people
from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.spelling import DITTO, NOBODY, read_date
from scheduler.rosters.titles import TITLE_ROWS, is_note

WHOLE = frozenset({"班", "值", "全", "√", "✓", "1", "正", "白"})
MORNING = frozenset({"早", "上"})
AFTERNOON = frozenset({"中", "下", "晚"})
NOON = frozenset({"午"})
AWAY = frozenset({"休", "假", "公", "病", "事", "年", "会", "训", "差", "调", "产", "婚", "丧"})
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    days: Mapping[int, Cell]
    columns: Mapping[Column, int]


def take(sheet: Sheet, reader: Reader, harvest: Harvest) -> bool:
    """Read the sheet where it is such a matrix; False where it is none."""
    head = _head(sheet)
    if head is None:
        return False
    harvest.layouts.append((f"{sheet.file} [{sheet.name}]", "B"))
    weekdays = _weekdays(sheet, head)
    days = {
        place: day
        for place, cell in head.days.items()
        if (day := reader.day(cell, weekdays.get(place))) is not None
    }
    first = head.number + (2 if weekdays and weekdays[min(weekdays)] in _row(sheet, head, 1) else 1)
    for row in sheet.rows[first:]:
        if not is_note(row):
            _take_row(row, head, days, reader, harvest)
    return True


def _row(sheet: Sheet, head: _Head, below: int) -> Sequence[Cell]:
    number = head.number + below
    return sheet.rows[number] if 0 <= number < len(sheet.rows) else ()


def _head(sheet: Sheet) -> _Head | None:
    """The row that counts days; heads of the other columns stand in it or beside it."""
    for number, row in enumerate(sheet.rows[: TITLE_ROWS + 4]):
        days = {place: cell for place, cell in enumerate(row) if _is_day(cell)}
        if len(days) < FEWEST_DAYS:
            continue
        columns: dict[Column, int] = {}
        for near in (number, number - 1, number + 1):
            if 0 <= near < len(sheet.rows):
                found = recognised(sheet.rows[near][: min(days)])
                columns = {**found, **columns}
        if Column.PERSON in columns or Column.WINDOW in columns:
            return _Head(number, days, columns)
    return None


def _is_day(cell: Cell) -> bool:
    text = cell.text.removesuffix("号")
    if text.isdigit() and len(text) <= 2:
        return 1 <= int(text) <= 31
    try:
        read_date(text, year=2000, month=1)
    except ValueError:
        return False
    return True


def _weekdays(sheet: Sheet, head: _Head) -> dict[int, Cell]:
    """The weekdays written in the row below the days, or above."""
    for below in (1, -1):
        row = _row(sheet, head, below)
        found = {
            place: row[place]
            for place in head.days
            if place < len(row)
            and row[place].text.lstrip("周星期") in set("一二三四五六日天")
            and row[place].text
        }
        if len(found) >= FEWEST_DAYS:
            return found
    return {}


def _take_row(
    row: Sequence[Cell],
    head: _Head,
    days: Mapping[int, date],
    reader: Reader,
    harvest: Harvest,
) -> None:
    labels = {column: row[place] for column, place in head.columns.items() if place < len(row)}
    person, unit = labels.get(Column.PERSON), labels.get(Column.UNIT)
    window_cell = labels.get(Column.WINDOW)
    window = reader.hints.window
    if window_cell is not None and window_cell.text:
        window = reader.window(window_cell, labels.get(Column.HALL))
    elif window is None:
        window = reader.window(window_cell or row[0])
    if window is None:
        return
    grade = labels[Column.GRADE].text.removesuffix("岗") if Column.GRADE in labels else ""
    before: Cell | None = None
    for place, day in days.items():
        cell = row[place] if place < len(row) else Cell("", "")
        if cell.text in DITTO and before is not None:
            cell = Cell(before.value, cell.where)
        before = cell
        texts = (person.text, cell.text) if person else _names_and_code(cell.text)
        _take_cell(cell, texts, (window, day, grade, unit), reader, harvest)


def _names_and_code(text: str) -> tuple[str, str]:
    """`张三` is there all day, `张三(早)` in the morning."""
    for code in MORNING | AFTERNOON | NOON:
        for mark in (f"({code})", f"({code}班)"):
            if text.endswith(mark):
                return text.removesuffix(mark), code
    return text, "" if text in NOBODY | AWAY else "班"


def _take_cell(
    cell: Cell,
    texts: tuple[str, str],
    of: tuple[Window, date, str, Cell | None],
    reader: Reader,
    harvest: Harvest,
) -> None:
    names, code = texts
    window, day, grade, unit = of
    if code in NOBODY | AWAY:
        return
    found = _sittings(code.removesuffix("班") or code, reader.own_sittings(window, day))
    if found is None:
        reader.notebook.note(
            "E106",
            cell.where,
            f"代号“{code}”无法识别,可用:班、值、早、中、午、休、假、公、病、事、年、会、训、差。",
            f"code {code!r} is not known; see the template for the codes.",
        )
        return
    kind, sittings = found
    row = {Column.PERSON: Cell(names, cell.where)}
    if unit is not None:
        row[Column.UNIT] = unit
    if grade:
        row[Column.GRADE] = Cell(grade, cell.where)
    people = reader.people(row, window, written_people(names))
    harvest.placed += reader.place(people, window, day, sittings, kind=kind, where=cell.where)


def _sittings(code: str, own: Sequence[Sitting]) -> tuple[SessionKind, Sequence[Sitting]] | None:
    """What a code means on a day with these regular stretches; None for an unknown code."""
    if code in WHOLE:
        return SessionKind.REGULAR, own
    if code in MORNING:
        return SessionKind.REGULAR, own[:1]
    if code in AFTERNOON:
        return SessionKind.REGULAR, own[1:]
    if code in NOON and len(own) > 1:
        return SessionKind.LUNCH, [Sitting(own[0].closes, own[1].opens)]
    return None
