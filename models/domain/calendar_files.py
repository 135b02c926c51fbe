"""Year files of the work calendar, as pure readers of their text.

Two shapes are read: JSON `{"year": 2027, "days": [{"name", "date", "isOffDay"}]}` as the
holiday-cn project writes it, and a CSV of two columns, date and kind (休/班, off/work, 0/1).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.domain.errors import InputError
from models.domain.workdays import CalendarDay, DayKind, DayStatus, WorkCalendar

OFF = frozenset({"休", "放假", "休息", "节假日", "off", "holiday", "rest", "0"})
WORKED = frozenset({"班", "上班", "调休上班", "补班", "work", "workday", "makeup", "1"})


@dataclass(frozen=True, slots=True)
class YearFile:
    """The plan of one year as read from a file."""

    year: int
    days: tuple[CalendarDay, ...]

    def into(self, calendar: WorkCalendar) -> WorkCalendar:
        """The calendar with this plan as the official one of its year."""
        return calendar.with_year(self.year, self.days)


def read_year_file(file: str, text: str) -> YearFile:
    """Read a year file, JSON or CSV by its first character.

    Args:
        file: Its name, for messages and as the days' source.
        text: Its content.

    Raises:
        InputError: Something in it is wrong; `where` is `file:line`.
    """
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        return read_year_json(file, text)
    return read_year_csv(file, text)


def read_year_json(file: str, text: str) -> YearFile:
    """Read the JSON shape.

    Raises:
        InputError: Not JSON, or a day in it is wrong.
    """
    try:
        content = json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise _refused(file, error.lineno, "不是有效的 JSON", f"not JSON: {error.msg}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        raise _refused(file, 1, "不是有效的 JSON", "not JSON that can be read") from None
    if not isinstance(content, dict) or not isinstance(content.get("days"), list):
        raise _refused(file, 1, "缺少 days 列表", "the list `days` is missing")
    year = content.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not 1990 <= year <= 2099:
        raise _refused(file, 1, "缺少有效的 year", "a valid `year` is missing")
    lines = text.splitlines()
    days: dict[date, CalendarDay] = {}
    here = 0
    for entry in content["days"]:
        here, line = _line_of(lines, here, entry)
        _add(days, _json_day(file, line, year, entry), file, line)
    return _plan(file, year, days)


def _line_of(lines: list[str], start: int, entry: object) -> tuple[int, int]:
    """Where an entry's date stands in the text: the next index to look from, and its line."""
    wanted = f'"{entry.get("date")}"' if isinstance(entry, Mapping) else ""
    for index in range(start, len(lines)):
        if wanted and wanted in lines[index]:
            return index, index + 1
    return start, start + 1


def _json_day(file: str, line: int, year: int, entry: object) -> CalendarDay:
    if not isinstance(entry, Mapping):
        raise _refused(file, line, "每一天应是一个对象", "each day must be an object")
    off = entry.get("isOffDay")
    if not isinstance(off, bool):
        raise _refused(file, line, "isOffDay 应为 true 或 false", "isOffDay must be true or false")
    day = _date(file, line, year, str(entry.get("date", "")))
    return _day(file, day, off=off, name=str(entry.get("name", "")))


def read_year_csv(file: str, text: str) -> YearFile:
    """Read the CSV shape; a head row is allowed, further columns hold the holiday's name.

    Raises:
        InputError: A row is wrong, or the rows are of several years.
    """
    days: dict[date, CalendarDay] = {}
    year = 0
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    for row in _rows(file, reader):
        line = reader.line_num
        cells = [cell.strip() for cell in row]
        if not any(cells) or (line == 1 and not any(char.isdigit() for char in cells[0])):
            continue
        if len(cells) < 2:
            raise _refused(file, line, "应有日期和休/班两列", "two columns are needed: date, kind")
        day = _date(file, line, year, cells[0])
        year = day.year
        word = cells[1].lower()
        if word not in OFF | WORKED:
            raise _refused(
                file, line, f"“{cells[1]}”应为 休 或 班", f"{cells[1]!r} must be 休/off or 班/work"
            )
        name = cells[2] if len(cells) > 2 else ""
        _add(days, _day(file, day, off=word in OFF, name=name), file, line)
    if not days:
        raise _refused(file, 1, "没有任何日期", "there is not one date in it")
    return _plan(file, year, days)


def _rows(file: str, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise _refused(file, 1, "不是有效的 CSV", f"not CSV: {error}") from None


def _date(file: str, line: int, year: int, text: str) -> date:
    try:
        day = date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise _refused(
            file, line, f"“{text}”不是有效日期,应类似 2027-01-01", f"{text!r} is not a date"
        ) from None
    if year and day.year != year:
        raise _refused(file, line, f"{day} 不在 {year} 年内", f"{day} is not in {year}")
    return day


def _day(file: str, on: date, *, off: bool, name: str) -> CalendarDay:
    worked = DayKind.MAKE_UP if on.weekday() >= 5 else DayKind.WORKDAY
    kind = DayKind.HOLIDAY if off else worked
    return CalendarDay(on, kind, DayStatus.OFFICIAL, file, name)


def _add(days: dict[date, CalendarDay], day: CalendarDay, file: str, line: int) -> None:
    before = days.get(day.date)
    if before is not None and before.worked != day.worked:
        raise _refused(
            file, line, f"{day.date} 前后矛盾", f"{day.date} is given as both off and worked"
        )
    days[day.date] = day


def _plan(file: str, year: int, days: Mapping[date, CalendarDay]) -> YearFile:
    if not any(not day.worked for day in days.values()):
        raise _refused(file, 1, f"{year} 年没有任何放假日", f"{year} has no day off in it")
    return YearFile(year, tuple(days[on] for on in sorted(days)))


def _refused(file: str, line: int, zh: str, en: str) -> InputError:
    return InputError(
        f"{zh}。请改正后重新导入。", f"{en}; mend it and import again.", where=f"{file}:{line}"
    )
