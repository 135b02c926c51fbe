"""Periods of reports (周期) by name: 2026-11, 2026-W48, 2026-Q4, 2026-H2, 2026."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from models.domain.circular import CircularKind
from models.domain.errors import InputError
from models.domain.report import ReportPeriod

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_HALF: Final = re.compile(r"(\d{4})-H([12])")
_YEAR: Final = re.compile(r"(\d{4})")
_QUARTERS: Final = ("第一", "第二", "第三", "第四")


def period_of(text: str, zone: ZoneInfo) -> ReportPeriod:
    """The period that a name means.

    Raises:
        InputError: it names none.
    """
    try:
        name, first, last = _days(text.strip())
    except ValueError:
        raise InputError(
            f"周期“{text}”无法识别,应类似 2026-11、2026-W48、2026-Q4、2026-H2 或 2026。",
            f"period {text!r} is not understood; write 2026-11, 2026-W48, 2026-Q4, 2026-H2 or "
            "2026.",
            where="period",
        ) from None
    return between(name, first, last, zone)


def between(name: str, first: date, last: date, zone: ZoneInfo) -> ReportPeriod:
    """A period from `first` to `last`, both counted."""
    start = datetime.combine(first, time(0), zone)
    end = datetime.combine(last + timedelta(days=1), time(0), zone)
    return ReportPeriod(name, first, last, start, end)


def kind_of(text: str) -> CircularKind:
    """The kind of circular that a period's name asks for."""
    if "W" in text:
        return CircularKind.WEEKLY
    if "Q" in text:
        return CircularKind.QUARTERLY
    if "H" in text:
        return CircularKind.HALF_YEAR
    return CircularKind.MONTHLY if "-" in text else CircularKind.YEARLY


def before(text: str) -> str:
    """The name of the period before the one named."""
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"
    if found := _WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) - timedelta(days=7)
        year, week, _ = monday.isocalendar()
        return f"{year}-W{week:02}"
    if found := _QUARTER.fullmatch(text):
        year, quarter = int(found[1]), int(found[2])
        return f"{year - 1}-Q4" if quarter == 1 else f"{year}-Q{quarter - 1}"
    if found := _HALF.fullmatch(text):
        return f"{int(found[1]) - 1}-H2" if found[2] == "1" else f"{found[1]}-H1"
    return str(int(text) - 1)


def _days(text: str) -> tuple[str, date, date]:
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        last = date(year, month, monthrange(year, month)[1]) if 1 <= month <= 12 else None
        if last is None:
            raise ValueError(text)
        return f"{year}年{month}月", last.replace(day=1), last
    if found := _WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return f"{found[1]}年第{int(found[2])}周", monday, monday + timedelta(days=6)
    if found := _QUARTER.fullmatch(text):
        year, quarter = int(found[1]), int(found[2])
        first = date(year, 3 * quarter - 2, 1)
        last = date(year, 3 * quarter, monthrange(year, 3 * quarter)[1])
        return f"{year}年{_QUARTERS[quarter - 1]}季度", first, last
    if found := _HALF.fullmatch(text):
        year = int(found[1])
        if found[2] == "1":
            return f"{year}年上半年", date(year, 1, 1), date(year, 6, 30)
        return f"{year}年下半年", date(year, 7, 1), date(year, 12, 31)
    if found := _YEAR.fullmatch(text):
        return f"{text}年度", date(int(text), 1, 1), date(int(text), 12, 31)
    raise ValueError(text)
