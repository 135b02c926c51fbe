"""Reads case files: every row or none, each fault with its place and how to mend it.

CSV (UTF-8 or GB18030), XLSX and XLS through the readers of the rosters. Codes E201–W209. A table
without units holds additions to cases: special procedures, results.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from models.domain.case import Case, Ending, Suspension, together
from models.domain.errors import InputError
from scheduler.cases.heads import NEEDED, NEEDED_RESULT, NEEDED_SPECIAL, heads_of, identities_of
from scheduler.cases.rows import CaseRow, CellRules
from scheduler.rosters.problems import Notebook, Problem
from scheduler.rosters.sheets import Sheet
from scheduler.rosters.workbooks import read_book

Known: TypeAlias = Callable[[Collection[str]], Mapping[str, Case]]


def nothing_known(_numbers: Collection[str]) -> Mapping[str, Case]:
    """For files that are read without a record."""
    return {}


@dataclass(frozen=True, slots=True)
class CaseContext(CellRules):
    """What files are read against.

    Attributes:
        known: Cases of the record by number, for tables that add to them.
    """

    known: Known = nothing_known


@dataclass(frozen=True, slots=True)
class CasesRead:
    """What a file held.

    Attributes:
        cases: One for each project number, the last row holds.
        problems: What was noticed and does not block.
    """

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...] = ()


def read_cases(file: str, data: bytes, context: CaseContext) -> CasesRead:
    """Read a file.

    Raises:
        RosterProblems: something blocks it; `problems` names every place; nothing is taken.
    """
    return read_files([(file, data)], context)


def read_files(files: Iterable[tuple[str, bytes]], context: CaseContext) -> CasesRead:
    """Read files that belong together: one may add to the cases of another.

    Raises:
        RosterProblems: something blocks one of them; nothing of any is taken.
    """
    return read_tables([(file, read_book(file, data)) for file, data in files], context)


def read_tables(tables: Iterable[tuple[str, list[Sheet]]], context: CaseContext) -> CasesRead:
    """The same of tables that are at hand already, of files or databases of these names.

    Raises:
        RosterProblems: as above.
    """
    reader = _Reader(context)
    for name, sheets in tables:
        reader.take(name, sheets)
    return reader.done()


@dataclass
class _Reader:
    context: CaseContext
    notebook: Notebook = field(default_factory=Notebook)
    cases: dict[str, Case] = field(default_factory=dict)
    specials: dict[str, list[Suspension]] = field(default_factory=dict)
    results: dict[str, tuple[datetime | None, Ending | None]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, sheets: Iterable[Sheet]) -> None:
        if not [sheet for sheet in sheets if self._sheet(name, sheet)]:
            zh = "没有找到表头行:需要包含“办件编号、单位、受理时间”三列。"
            en = "no head row with project_no, org_name and accept_date."
            self.notebook.note("E201", name, zh, en)

    def done(self) -> CasesRead:
        added = (self.specials.keys() | self.results.keys()) - self.cases.keys()
        known = self.context.known(sorted(added)) if added else {}
        for number in sorted(added):
            if number in known:
                self.cases[number] = known[number]
                continue
            zh = f"办件编号“{number}”在本次文件与已有数据中都没有对应的办件。"
            en = f"case {number!r} is neither in these files nor in the record."
            self.notebook.note("E208", self.places[number], zh, en)
        found = [self._whole(number, case) for number, case in self.cases.items()]
        self.notebook.stop_if_blocked()
        return CasesRead(tuple(found), tuple(self.notebook.problems))

    def _sheet(self, name: str, sheet: Sheet) -> bool:
        """Read a sheet; whether it is a table of cases or of additions."""
        for number, row in enumerate(sheet.rows[:10]):
            heads = heads_of(row)
            if not any(heads.keys() >= one for one in (NEEDED, NEEDED_SPECIAL, NEEDED_RESULT)):
                continue
            for column in identities_of(row):
                zh = f"列“{column}”含申请人身份信息,未导入。"
                en = f"column {column!r} says who applied and was not read."
                self.notebook.note("W209", row[0].where, zh, en)
            for cells in sheet.rows[number + 1 :]:
                if any(cell.text for cell in cells):
                    self._row(name, CaseRow(cells, heads, self.notebook, self.context))
            return True
        return False

    def _row(self, name: str, row: CaseRow) -> None:
        number = row.number()
        if not number:
            return
        self.places.setdefault(number, row.where_of_number())
        stop = row.suspension()
        if stop is not None:
            self.specials.setdefault(number, []).append(stop)
        if not row.heads.keys() >= NEEDED:
            if row.heads.keys() >= NEEDED_RESULT and (result := row.ended())[0] is not None:
                self.results[number] = result
                self.sources.setdefault(number, name)
            return
        case = row.case(number)
        if case is None:
            return
        before = self.cases.get(number)
        if before is not None and before != case:
            row.note_twice(number)
        self.cases[number] = case
        self.sources[number] = name

    def _whole(self, number: str, case: Case) -> Case:
        """A case with what other rows and tables add to it."""
        ended = self.results.get(number, (case.ended_at, case.ending))
        stops = together([*case.suspensions, *self.specials.get(number, ())])
        source = self.sources.get(number, case.source)
        try:
            return replace(
                case, suspensions=stops, ended_at=ended[0], ending=ended[1], source=source
            )
        except InputError as error:
            self.notebook.note("E206", self.places[number], error.zh, error.en)
            return case
