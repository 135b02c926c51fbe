"""What the cells of a roster mean: dates, windows, units, people; else told as problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.hall import Window
from models.domain.hours import AFTERNOON, MORNING, SessionKind, Sitting
from models.domain.people import Person, Staff
from scheduler.rosters.context import RosterContext
from scheduler.rosters.problems import Notebook
from scheduler.rosters.sheets import Cell
from scheduler.rosters.spelling import WindowFinder, read_date, serial_date, weekday_in


@dataclass(frozen=True, slots=True)
class Hints:
    """What a sheet's title says for every row below it: year, month, window, hall, kind."""

    year: int | None = None
    month: int | None = None
    window: Window | None = None
    hall_id: str = ""
    kind: SessionKind = SessionKind.REGULAR


class Lookup:
    """Finds what cells mean; what it cannot find goes into the notebook, and is None."""

    def __init__(self, context: RosterContext, notebook: Notebook) -> None:
        self.context = context
        self.notebook = notebook
        self.finder = WindowFinder(context.windows)
        self.hints = Hints()

    def begin(self, hints: Hints) -> None:
        """Start with another sheet."""
        self.hints = hints

    def year_and_month(self) -> tuple[int | None, int | None]:
        """What dates that leave out the year, or the month, are taken to mean."""
        month = self.context.month
        if month is not None:
            return month.year, month.month
        return self.hints.year or self.context.year, self.hints.month

    def any_day(
        self, cell: Cell, *, year: int | None = None, month: int | None = None, quiet: bool = False
    ) -> date | None:
        """The date in a cell, in whatever month (E103, unless `quiet`)."""
        known_year, known_month = self.year_and_month()
        try:
            if isinstance(cell.value, float) and cell.value > 31:
                return serial_date(cell.value, epoch_1904=cell.epoch_1904)
            return read_date(cell.text, year=year or known_year, month=month or known_month)
        except ValueError:
            if not quiet:
                self.notebook.note(
                    "E103",
                    cell.where,
                    f"“{cell.text}”不是有效日期。可写成 2026-11-23 或 2026年11月23日。",
                    f"{cell.text!r} is not a valid date; write 2026-11-23.",
                )
            return None

    def day(self, cell: Cell, weekday: Cell | None = None) -> date | None:
        """The date in a cell (E103), inside the month being imported (E104); a weekday written
        beside it that is another one is told (W105)."""
        day = self.any_day(cell)
        if day is None:
            return None
        month = self.context.month
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
        elif len(found) > 1 and self.hints.hall_id:
            found = [one for one in found if one.hall_id == self.hints.hall_id]
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

    def own_sittings(self, window: Window, day: date) -> Sequence[Sitting]:
        """The window's regular stretches of wall time on a day, supposing it is worked."""
        return self._sittings_of(window.hall_id, day)

    def hall_sittings(self, day: date) -> Sequence[Sitting]:
        """Those of the first hall, for rows that name no window."""
        return self._sittings_of(next(iter(self.context.halls), ""), day) or (MORNING, AFTERNOON)

    def _sittings_of(self, hall_id: str, day: date) -> Sequence[Sitting]:
        hours = self.context.hours.hours_on(hall_id, day)
        if hours is None:
            return []
        make_up = day.weekday() >= 5 and self.context.calendar.is_workday(day, hall_id)
        return hours.on(day, make_up=make_up)

    def bad_times(self, where: str, text: str) -> None:
        """E106."""
        self.notebook.note(
            "E106",
            where,
            f"时间段“{text}”无法识别,应类似 08:30-12:00,结束须晚于开始。",
            f"times {text!r} not understood; write 08:30-12:00, the end after the start.",
        )

    def unit(self, cell: Cell) -> str | None:
        """The id of the unit a cell names (E109); the text itself where no units are listed."""
        staff = self.context.staff
        found = cell.text if staff is None or not staff.units else unit_id_of(staff, cell.text)
        if not found:
            self.notebook.note(
                "E109", cell.where, f"单位“{cell.text}”不存在。", f"there is no unit {cell.text!r}."
            )
            return None
        return found

    def person(
        self, cell: Cell, name: str, unit: str, window: Window | None = None
    ) -> Person | None:
        """The person of that name, in the unit named or the window's own (E109, E110)."""
        staff = self.context.staff
        own = window.unit_id if window is not None else ""
        if not name:
            self.notebook.note("E109", cell.where, "姓名为空,请填写。", "the name is missing.")
            return None
        if staff is None:
            return Person(f"{unit}/{name}" if unit else name, name, unit)
        unit_id = unit_id_of(staff, unit)
        if unit_id is None:
            self.notebook.note(
                "E109", cell.where, f"单位“{unit}”不存在。", f"there is no unit {unit!r}."
            )
            return None
        found = staff.named(name, unit_id)
        if len(found) > 1:
            found = [one for one in found if one.unit_id == own] or found
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
        near = "、".join(_near(staff, name, unit_id or own)) or "无"
        where = unit or own or "任何单位"
        self.notebook.note(
            "E109",
            cell.where,
            f"人员“{name}”不在{where}人员名单中。相近的有:{near};如为新进人员请先登记。",
            f"{name} is on no staff list of {where}; near: {near}; register newcomers first.",
        )
        return None


def unit_id_of(staff: Staff, text: str) -> str | None:
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
