"""Staff lists per unit (人员名单) from a CSV: name, unit [, id], or 姓名, 单位 [, 编号]."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.domain.people import Person, Staff, Unit
from scheduler.rosters.columns import head_key
from scheduler.rosters.problems import Notebook, RosterProblems
from scheduler.rosters.sheets import Cell, unreadable
from scheduler.rosters.spelling import fold_name
from scheduler.rosters.workbooks import read_book

NAME = frozenset({"name", "person", "姓名", "人员"})
UNIT = frozenset({"unit", "单位", "部门", "所属单位"})
NUMBER = frozenset({"id", "编号", "工号", "人员编号"})


def read_staff_file(path: Path) -> Staff:
    """Read a staff list, CSV or workbook; a unit's id is its name.

    Raises:
        RosterProblems: The file cannot be read, or something in it is wrong; nothing is taken.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(str(path), f"cannot be read ({error.strerror})") from None
    return read_staff(path.name, data)


def read_staff(file: str, data: bytes) -> Staff:
    """Read the content of a staff list.

    Raises:
        RosterProblems: Something in it is wrong; nothing is taken.
    """
    notebook = Notebook()
    rows = [row for sheet in read_book(file, data)[:1] for row in sheet.rows]
    head = next((n for n, row in enumerate(rows[:10]) if {*_place(row)} >= {"name", "unit"}), None)
    if head is None:
        zh, en = "没有找到表头行:需要包含“姓名、单位”两列。", "no head row with name and unit."
        notebook.note("E102", file, zh, en)
        raise RosterProblems(notebook.problems)
    places = _place(rows[head])
    persons: dict[str, Person] = {}
    for row in rows[head + 1 :]:
        if any(cell.text for cell in row):
            _take(row, places, persons, notebook)
    notebook.stop_if_blocked()
    units = dict.fromkeys(person.unit_id for person in persons.values())
    return Staff(persons.values(), (Unit(name, name) for name in units))


def _place(row: Sequence[Cell]) -> dict[str, int]:
    keys = [head_key(cell.text) for cell in row]
    wanted = {"name": NAME, "unit": UNIT, "id": NUMBER}
    return {
        what: place
        for what, names in wanted.items()
        for place, key in reversed(list(enumerate(keys)))
        if key in names
    }


def _take(
    row: Sequence[Cell], places: dict[str, int], persons: dict[str, Person], notebook: Notebook
) -> None:
    texts = {what: row[place].text if place < len(row) else "" for what, place in places.items()}
    name, unit = fold_name(texts["name"]), texts["unit"]
    where = row[0].where
    if not name or not unit:
        notebook.note("E109", where, "姓名或单位为空,请补全。", "name or unit is missing.")
        return
    number = texts.get("id") or f"{unit}/{name}"
    if number in persons:
        zh = f"“{unit}”的“{name}”重复;同名人员请填写编号。"
        en = f"{name} of {unit} occurs twice; give people of the same name ids."
        notebook.note("E110", where, zh, en)
        return
    persons[number] = Person(number, name, unit)
