"""From spelled rows to shifts: dates, windows, people and times found, or told as problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.hours import SessionKind, Sitting, instants, zone_of
from models.domain.people import Person, Staff, rank_of
from models.domain.roster import Shift
from scheduler.rosters.columns import Column
from scheduler.rosters.context import RosterContext
from scheduler.rosters.names import Written, written_people
from scheduler.rosters.problems import Notebook
from scheduler.rosters.sheets import Cell
from scheduler.rosters.spelling import (
    DITTO,
    WindowFinder,
    read_date,
    serial_date,
    sittings_meant,
    weekday_in,
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


@dataclass(frozen=True, slots=True)
class Hints:
    """What a sheet's title says for every row below it: year, month, window, kind of duty."""

    year: int | None = None
    month: int | None = None
    window: Window | None = None
    kind: SessionKind = SessionKind.REGULAR


class Reader:
    """Turns the rows of one file into shifts; what it cannot read goes into the notebook."""

    def __init__(self, context: RosterContext, notebook: Notebook) -> None:
        self.context = context
        self.notebook = notebook
        self.finder = WindowFinder(context.windows)
        self.hints = Hints()
        self._above: dict[Column, Cell] = {}

    def begin(self, hints: Hints) -> None:
        """Start with another sheet."""
        self.hints = hints
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
        return self.place(people, window, day, sittings, kind=kind, where=row[Column.DATE].where)

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

    def day(self, cell: Cell, weekday: Cell | None = None) -> date | None:
        """The date in a cell (E103), inside the month being imported (E104); a weekday written
        beside it that is another one is told (W105)."""
        month = self.context.month
        year = month.year if month else self.hints.year or self.context.year
        try:
            if isinstance(cell.value, float) and cell.value > 31:
                day = serial_date(cell.value, epoch_1904=cell.epoch_1904)
            else:
                day = read_date(
                    cell.text, year=year, month=month.month if month else self.hints.month
                )
        except ValueError:
            self.notebook.note(
                "E103",
                cell.where,
                f"“{cell.text}”不是有效日期。可写成 2026-11-23 或 2026年11月23日。",
                f"{cell.text!r} is not a valid date; write 2026-11-23.",
            )
            return None
        written = weekday_in(weekday.text if weekday and weekday.text else cell.text)
        if written is not None and written != day.weekday():
            meant = "一二三四五六日"[day.weekday()]
            self.notebook.note(
                "W105",
                (weekday or cell).where,
                f"星期写为“{'一二三四五六日'[written]}”,但 {day} 是星期{meant},已按日期为准。",
                f"the weekday written is not that of {day} ({day:%A}); the date counts.",
            )
        if month is not None and (day.year, day.month) != (month.year, month.month):
            self.notebook.note(
                "E104",
                cell.where,
                f"日期 {day} 不在本次导入月份 {month:%Y-%m} 内。",
                f"{day} is not in the month being imported, {month:%Y-%m}.",
            )
            return None
        return day

    def window(self, cell: Cell, hall: Cell | None = None) -> Window | None:
        """The window a cell names (E108), in the named hall where several are called so."""
        found = self.finder.find(cell.text)
        if hall is not None and hall.text:
            halls = self.context.halls
            ids = {one.id for one in halls.values() if hall.text in {one.id, one.name}}
            found = [one for one in found if one.hall_id in ids]
        if len(found) == 1:
            return found[0]
        near = [one.id for one in found] or self.finder.near(cell.text)
        zh = f"相近的有:{'、'.join(near)}。" if near else "请核对窗口编号。"
        en = f"near: {', '.join(near)}" if near else "check the window's number"
        if found:
            self.notebook.note(
                "E108",
                cell.where,
                f"窗口“{cell.text}”在几个大厅都有,请写明窗口编号。{zh}",
                f"window {cell.text!r} exists in several halls, write its id; {en}",
            )
        else:
            self.notebook.note(
                "E108",
                cell.where,
                f"窗口“{cell.text}”不存在。{zh}",
                f"no window {cell.text!r}; {en}",
            )
        return None

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
            return sittings_meant(text, self._hall_sittings(window, day))
        except (ValueError, InputError):
            self._bad_times(cell.where, text)
            return []

    def _hall_sittings(self, window: Window, day: date) -> Sequence[Sitting]:
        hours = self.context.hours.hours_on(window.hall_id, day)
        if hours is None:
            return []
        make_up = day.weekday() >= 5 and self.context.calendar.is_workday(day, window.hall_id)
        return hours.on(day, make_up=make_up)

    def _bad_times(self, where: str, text: str) -> None:
        self.notebook.note(
            "E106",
            where,
            f"时间段“{text}”无法识别,应类似 08:30-12:00,结束须晚于开始。",
            f"times {text!r} not understood; write 08:30-12:00, the end after the start.",
        )

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
        known = unit if self.context.staff is None else _unit_id(self.context.staff, unit)
        if known:
            return [(Person("", "", known), "A")]
        self.notebook.note(
            "E109", cell.where, "姓名为空,请填写姓名或单位。", "no name; write a name or a unit."
        )
        return []

    def person(self, cell: Cell, name: str, unit: str, window: Window) -> Person | None:
        """The person of that name, in the unit named or the window's own (E109, E110)."""
        staff = self.context.staff
        if staff is None:
            return Person(f"{unit}/{name}" if unit else name, name, unit)
        unit_id = _unit_id(staff, unit)
        if unit_id is None:
            self.notebook.note(
                "E109", cell.where, f"单位“{unit}”不存在。", f"there is no unit {unit!r}."
            )
            return None
        found = staff.named(name, unit_id)
        if len(found) > 1:
            found = [one for one in found if one.unit_id == window.unit_id] or found
        if len(found) == 1:
            return found[0]
        if found:
            self.notebook.note(
                "E110",
                cell.where,
                f"“{name}”在 {len(found)} 个单位有同名人员,请在“单位”列注明。",
                f"{len(found)} units have a {name}; say which in the unit column.",
            )
            return None
        near = "、".join(_near(staff, name, unit_id or window.unit_id)) or "无"
        where = unit or window.unit_id or "任何单位"
        self.notebook.note(
            "E109",
            cell.where,
            f"人员“{name}”不在{where}人员名单中。相近的有:{near};如为新进人员请先登记。",
            f"{name} is on no staff list of {where}; near: {near}; register newcomers first.",
        )
        return None


def _unit_id(staff: Staff, text: str) -> str | None:
    """A unit's id from its id or name, empty for none named, None for an unknown one."""
    if not text or text in staff.units:
        return text
    return next((unit.id for unit in staff.units.values() if unit.name == text), None)


def _near(staff: Staff, name: str, unit_id: str) -> Iterable[str]:
    """Names that share most characters with `name`, the window's own unit first."""

    def likeness(person: Person) -> tuple[int, bool]:
        return len(set(person.name) & set(name)), person.unit_id == unit_id

    close = [one for one in staff.persons.values() if set(one.name) & set(name)]
    return [one.name for one in sorted(close, key=likeness, reverse=True)[:3]]
