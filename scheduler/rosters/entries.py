"""From spelled rows to shifts: dates, windows, people and times found, or told as problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.hours import SessionKind, Sitting, instants, zone_of
from models.domain.people import Person, rank_of
from models.domain.roster import Shift
from scheduler.rosters.columns import Column
from scheduler.rosters.context import RosterContext
from scheduler.rosters.lookup import Hints, Lookup, unit_id_of
from scheduler.rosters.names import Written, written_people
from scheduler.rosters.problems import Notebook
from scheduler.rosters.sheets import Cell
from scheduler.rosters.spelling import (
    DITTO,
    sittings_meant,
)

KINDS = {
    "": SessionKind.REGULAR,
    "正常": SessionKind.REGULAR,
    "午间": SessionKind.LUNCH,
    "午间值班": SessionKind.LUNCH,
    "周末": SessionKind.WEEKEND,
    "延时": SessionKind.EXTENDED,
    "预约": SessionKind.APPOINTMENT,
    **{kind.value: kind for kind in SessionKind},
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A shift and where it was written."""

    shift: Shift
    window: Window
    day: date
    where: str


class Reader(Lookup):
    """Turns the rows of one file into shifts; what it cannot read goes into the notebook."""

    def __init__(self, context: RosterContext, notebook: Notebook) -> None:
        super().__init__(context, notebook)
        self._above: dict[Column, Cell] = {}

    def begin(self, hints: Hints) -> None:
        """Start with another sheet."""
        super().begin(hints)
        self._above = {}

    def read(self, row: Mapping[Column, Cell]) -> list[Placed]:
        """The shifts of one row of a list; none where something in it cannot be read."""
        row = self._without_dittos(row)
        day = self.day(row[Column.DATE], row.get(Column.WEEKDAY))
        window = self._window_of(row)
        written = written_people(row[Column.PERSON].text)
        kind = self.kind(row.get(Column.KIND))
        if day is None or window is None or kind is None:
            return []
        sittings = self.sittings(row, window, day)
        people = self.people(row, window, written)
        return self.place(people, window, day, sittings, kind=kind, where=row[Column.PERSON].where)

    def place(
        self,
        people: Iterable[tuple[Person, str]],
        window: Window,
        day: date,
        sittings: Iterable[Sitting],
        *,
        kind: SessionKind,
        where: str,
    ) -> list[Placed]:
        """The shifts of some people at a window on a day."""
        zone = zone_of(self.context.hall_of(window))
        times = [instants(sitting, day, zone) for sitting in sittings]
        return [
            Placed(
                Shift(window.id, start, end, person.id, grade, person.unit_id, kind),
                window,
                day,
                where,
            )
            for person, grade in people
            for start, end in times
        ]

    def _window_of(self, row: Mapping[Column, Cell]) -> Window | None:
        cell = row.get(Column.WINDOW)
        if self.hints.window is not None and (cell is None or not cell.text):
            return self.hints.window
        return self.window(cell or row[Column.DATE], row.get(Column.HALL))

    def _without_dittos(self, row: Mapping[Column, Cell]) -> dict[Column, Cell]:
        """〃 and 同上 replaced by what stood above."""
        plain = {}
        for column, cell in row.items():
            above = self._above.get(column)
            blank_date = column is Column.DATE and not cell.text
            if above is not None and (cell.text in DITTO or blank_date):
                plain[column] = Cell(above.value, cell.where, above.epoch_1904)
            else:
                plain[column] = cell
        self._above = dict(plain)
        return plain

    def kind(self, cell: Cell | None) -> SessionKind | None:
        """Regular, lunch, weekend, extended or appointment."""
        text = cell.text if cell else ""
        if not text:
            return self.hints.kind
        if cell is not None and text not in KINDS:
            known = "、".join(name for name in KINDS if name and not name.isascii())
            self.notebook.note(
                "E106",
                cell.where,
                f"时段类别“{text}”无法识别,可写:{known}。",
                f"kind {text!r} is none of {', '.join(kind.value for kind in SessionKind)}.",
            )
            return None
        return KINDS[text]

    def sittings(self, row: Mapping[Column, Cell], window: Window, day: date) -> Sequence[Sitting]:
        """The stretches of wall time a row speaks of (E106); the hall's own for 上午, 下午, 全天
        and for a row without times."""
        if Column.START in row and Column.END in row:
            cell, text = row[Column.START], f"{row[Column.START].text}-{row[Column.END].text}"
        else:
            cell = row.get(Column.TIMES, row[Column.DATE])
            text = cell.text if Column.TIMES in row else ""
        try:
            return sittings_meant(text, self.own_sittings(window, day))
        except (ValueError, InputError):
            self.bad_times(cell.where, text)
            return []

    def people(
        self, row: Mapping[Column, Cell], window: Window, written: Sequence[Written]
    ) -> list[tuple[Person, str]]:
        """Who is at the window, with grades: the cell's own, the column's, or by order."""
        cell = row[Column.PERSON]
        unit = row[Column.UNIT].text if Column.UNIT in row else ""
        column = row.get(Column.GRADE)
        given = column.text.upper().removesuffix("岗") if column else ""
        if given and column is not None:
            try:
                rank_of(given)
            except InputError as error:
                self.notebook.note("E106", column.where, error.zh, error.en)
                return []
        if not cell.text:
            return self._unit_alone(cell, unit)
        found = []
        for place, one in enumerate(written):
            rank = max(0, place + 1 - window.required)
            grade = one.grade or given or chr(ord("A") + min(rank, 25))
            person = self.person(cell, one.name, unit, window)
            if person is not None:
                found.append((person, grade))
        return found

    def _unit_alone(self, cell: Cell, unit: str) -> list[tuple[Person, str]]:
        """A row without a name: the unit's turn where a unit is named, else E109."""
        known = unit if self.context.staff is None else unit_id_of(self.context.staff, unit)
        if known:
            return [(Person("", "", known), "A")]
        self.notebook.note(
            "E109", cell.where, "姓名为空,请填写姓名或单位。", "no name; write a name or a unit."
        )
        return []
