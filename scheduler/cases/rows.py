"""One row of a case table: its cells read, each fault noted with its place. Codes E202–E208."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from models.domain.case import Case, CaseType, Ending, Suspension, masked
from models.domain.errors import InputError
from models.domain.workdays import WorkCalendar
from scheduler.cases.heads import ENDINGS, TYPES, Head
from scheduler.rosters.problems import Notebook
from scheduler.rosters.sheets import Cell
from scheduler.rosters.spelling import read_clock, read_date, serial_date

MOST_DAYS: Final = 3650
LONGEST: Final = 100
"""Letters of a project number and of a unit's name."""

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class CellRules:
    """What the cells are read against.

    Attributes:
        zone: Zone of wall times.
        calendar: Turns a promised date into working days.
        closing: Close of business of a date: an end without a time is taken to be then.
        units: Known units; another one is told, not refused.
    """

    zone: ZoneInfo
    calendar: WorkCalendar
    closing: Callable[[date], datetime]
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A row under its heads."""

    cells: Sequence[Cell]
    heads: Mapping[Head, int]
    notebook: Notebook
    rules: CellRules

    def cell(self, head: Head) -> Cell | None:
        place = self.heads.get(head)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def text(self, head: Head) -> str:
        cell = self.cell(head)
        return cell.text.strip() if cell else ""

    def where(self, head: Head) -> str:
        cell = self.cell(head) or self.cells[0]
        return cell.where

    def where_of_number(self) -> str:
        """Where its project number stands."""
        return self.where(Head.PROJECT_NO)

    def note_twice(self, number: str) -> None:
        """The number stood on another row before, with other values."""
        zh = f"办件编号“{number}”出现多次,以最后一行为准。"
        en = f"case {number!r} stands here more than once; the last row holds."
        self.wrong("W207", Head.PROJECT_NO, zh, en)

    def wrong(self, code: str, head: Head, zh: str, en: str) -> None:
        self.notebook.note(code, self.where(head), zh, en)

    def case(self, number: str) -> Case | None:
        """The row as a case; None where it is wrong, which the notebook then says."""
        unit = self.text(Head.UNIT)
        if not unit or len(unit) > LONGEST:
            zh = f"单位为空,或超过 {LONGEST} 个字符。"
            self.wrong("E203", Head.UNIT, zh, f"no unit, or longer than {LONGEST} characters.")
            unit = ""
        elif self.rules.units and unit not in self.rules.units:
            zh, en = f"单位“{unit}”没有窗口,仍按此名统计。", f"unit {unit!r} has no window."
            self.wrong("W203", Head.UNIT, zh, en)
        accepted = self._moment(Head.ACCEPTED, needed=True)
        kind = self._one_of(Head.CASE_TYPE, TYPES, CaseType.PROMISED)
        ended, ending = self.ended(accepted)
        statutory = self._days(Head.STATUTORY_DAYS)
        promise = self._promise(accepted, kind)
        corrections = self._days(Head.CORRECTIONS) or 0
        if not unit or accepted is None or promise is None or kind is None:
            return None
        try:
            return Case(
                number,
                unit,
                kind,
                accepted,
                promise,
                statutory,
                ended,
                ending,
                self.text(Head.TASK_CODE),
                self.text(Head.TASK_NAME),
                corrections=corrections,
                applicant=masked(self.text(Head.APPLICANT)),
            )
        except InputError as error:
            self.wrong("E206", Head.ENDED, error.zh, error.en)
            return None

    def number(self) -> str:
        """The project number; empty where it is wrong, which the notebook then says."""
        number = self.text(Head.PROJECT_NO)
        if not number or len(number) > LONGEST:
            zh = f"办件编号为空,或超过 {LONGEST} 个字符。"
            en = f"the project number is empty, or longer than {LONGEST} characters."
            self.wrong("E202", Head.PROJECT_NO, zh, en)
            return ""
        return number

    def suspension(self) -> Suspension | None:
        """The special procedure that the row tells; None for none."""
        if not self.text(Head.SPECIAL_START):
            return None
        first, last = self._date(Head.SPECIAL_START), self._date(Head.SPECIAL_END)
        if first is None:
            return None
        try:
            return Suspension(first, last, self.text(Head.SPECIAL_NAME))
        except InputError as error:
            self.wrong("E208", Head.SPECIAL_END, error.zh, error.en)
            return None

    def ended(self, accepted: datetime | None = None) -> tuple[datetime | None, Ending | None]:
        """When and how the case ended; None for a case that is open."""
        given = self.text(Head.ENDING)
        ending = self._one_of(Head.ENDING, ENDINGS, None) if given else None
        ended = self._moment(Head.ENDED)
        if ended is not None and ended.time() == time(0):
            ended = self.rules.closing(ended.date())
            if accepted is not None and accepted.date() == ended.date():
                ended = max(ended, accepted)
        if ended is not None and ending is None and not given:
            ending = Ending.CLOSED
        return ended, ending

    def _promise(self, accepted: datetime | None, kind: CaseType | None) -> int | None:
        if kind is CaseType.IMMEDIATE:
            return 0
        if self.text(Head.PROMISE_DAYS):
            return self._days(Head.PROMISE_DAYS)
        until = self._date(Head.PROMISE_DATE)
        if until is not None and accepted is not None:
            following = accepted.date() + timedelta(days=1)
            return self.rules.calendar.workdays_between(following, until)
        if kind is CaseType.RETURNED:
            return 0
        if not self.text(Head.PROMISE_DATE):
            zh = "既没有承诺时限,也没有承诺办结日期。"
            en = "neither promised working days nor a promised date."
            self.wrong("E205", Head.PROJECT_NO, zh, en)
        return None

    def _one_of(self, head: Head, names: Mapping[str, Kind], default: Kind | None) -> Kind | None:
        text = self.text(head)
        if not text:
            return default
        if text not in names:
            known = "、".join(dict.fromkeys(name for name in names if not name.isascii()))
            self.wrong(
                "E204", head, f"“{text}”无法识别,应为:{known}。", f"{text!r} is none of them."
            )
            return None
        return names[text]

    def _days(self, head: Head) -> int | None:
        text = self.text(head).removesuffix("个工作日").removesuffix("工作日").strip()
        if not text:
            return None
        if not text.isdecimal() or int(text) > MOST_DAYS:
            zh = f"“{text}”不是有效的天数或次数,应为不小于 0 的整数。"
            self.wrong("E205", head, zh, f"{text!r} is no count of days or times.")
            return None
        return int(text)

    def _date(self, head: Head) -> date | None:
        moment = self._moment(head)
        return None if moment is None else moment.date()

    def _moment(self, head: Head, *, needed: bool = False) -> datetime | None:
        cell = self.cell(head)
        if cell is None or not cell.text:
            if needed:
                self.wrong("E202", head, "受理时间为空。", "the time of acceptance is empty.")
            return None
        found = _moment(cell)
        if found is None:
            zh = f"“{cell.text}”不是有效时间,可写成 2026-11-23 09:30 或 2026年11月23日。"
            self.wrong("E202", head, zh, f"{cell.text!r} is no time; write 2026-11-23 09:30.")
            return None
        return found.replace(tzinfo=self.rules.zone)


def _moment(cell: Cell) -> datetime | None:
    """A cell's moment in wall time; None where it is none."""
    value = cell.value
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, float):
            whole = serial_date(int(value), epoch_1904=cell.epoch_1904)
            seconds = round((value - int(value)) * 86400)
            return datetime.combine(whole, time(0)) + timedelta(seconds=seconds)
        text = cell.text.replace("T", " ").replace("/", "-").strip()
        day, _, clock = text.partition(" ")
        at = read_clock(clock.partition(".")[0]) if clock.strip() else time(0)
        return datetime.combine(read_date(day), at)
    except (InputError, ValueError, OverflowError):
        return None
