"""Rows of the duty record (值守台账): notices, exemptions, calendar, staff, published months.

A row is added and never changed. A correction is a new row under the same name that replaces
the standing one, and a withdrawal is one too, so that what was known when stays to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from models.domain.leave import Exemption, ExemptionKind, Notice, NoticeKind
from models.domain.people import Person, Staff, Unit, UnitKind
from models.domain.workdays import CalendarDay, DayKind, DayStatus, WorkCalendar


class DutyKind(StrEnum):
    """What a row says something of."""

    NOTICE = "notice"  # 请假、外出
    EXEMPTION = "exemption"  # 暂停服务、停电、演练
    YEAR = "calendar_year"  # 放假安排
    OVERRIDE = "calendar_override"  # 本地调整
    STAFF = "staff"  # 人员名单
    PUBLISHED = "published_month"  # 已通报月份
    FILE = "file"  # 已导入的设置文件
    BEHAVIOUR = "behaviour"  # 行为目录
    SETTINGS = "settings"  # 监测所用的设置
    ZONES = "zones"  # 画定的工位区域
    HIT_RATE = "hit_rate"  # 采纳的检出率
    LESSON = "lesson"  # 对改进建议的答复


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One row as kept.

    Attributes:
        number: 1, 2, 3, … over all kinds, in order of writing.
        key: Whose row it is: a notice's id, a year, a hall and date.
        content: JSON values; empty for a withdrawal.
        at: When it was written.
        by: Who wrote it.
        reason: Why, for corrections and withdrawals.
        replaces: Number of the row that stood before it, 0 for the first.
        withdrawn: From here on nothing stands under this key.
    """

    number: int
    kind: DutyKind
    key: str
    content: Mapping[str, Any]
    at: datetime
    by: str
    reason: str = ""
    replaces: int = 0
    withdrawn: bool = False


def notice_key(person_id: str, kind: NoticeKind, start: datetime) -> str:
    """A notice's id: the same leave of the same person from the same moment on has the same,
    whichever file or form it comes by. It tells nobody's name."""
    text = f"{person_id}|{kind.value}|{start.timestamp():.0f}"
    return "L-" + sha256(text.encode()).hexdigest()[:12]


def exemption_key(kind: ExemptionKind, hall_id: str, window_id: str, start: datetime) -> str:
    """An exemption's id, by what it holds for and from when."""
    text = f"{kind.value}|{hall_id}|{window_id}|{start.timestamp():.0f}"
    return "X-" + sha256(text.encode()).hexdigest()[:12]


def override_key(hall_id: str, on: date) -> str:
    """An override's name: its hall, `*` for all, and its day."""
    return f"{hall_id or '*'}@{on.isoformat()}"


def plain(value: Notice | Exemption) -> dict[str, Any]:
    """JSON values only; times in RFC 3339."""
    found = {}
    for field in fields(value):
        held = getattr(value, field.name)
        found[field.name] = held.isoformat() if isinstance(held, datetime) else held
        if isinstance(held, StrEnum):
            found[field.name] = held.value
    return found


def _read(data: Mapping[str, Any], *moments: str) -> dict[str, Any]:
    held = {name: data[name] for name in moments}
    return {
        **data,
        **{name: datetime.fromisoformat(text) if text else None for name, text in held.items()},
    }


_NOTICE = ("start", "end", "registered_at", "requested_at", "approved_at", "back_at")


def notice_of(data: Mapping[str, Any]) -> Notice:
    """The notice that `plain` was given."""
    return Notice(**_read(data, *_NOTICE) | {"kind": NoticeKind(data["kind"])})


def exemption_of(data: Mapping[str, Any]) -> Exemption:
    """The exemption that `plain` was given."""
    read = _read(data, "start", "end", "approved_at")
    return Exemption(**read | {"kind": ExemptionKind(data["kind"])})


def day_to_json(day: CalendarDay) -> dict[str, Any]:
    """One day of the calendar as JSON values."""
    return {
        "date": day.date.isoformat(),
        "kind": day.kind.value,
        "status": day.status.value,
        "source": day.source,
        "name": day.name,
        "hall_id": day.hall_id,
    }


def day_from_json(data: Mapping[str, Any]) -> CalendarDay:
    """The day that `day_to_json` was given."""
    return CalendarDay(
        date.fromisoformat(data["date"]),
        DayKind(data["kind"]),
        DayStatus(data["status"]),
        data["source"],
        data["name"],
        data["hall_id"],
    )


def staff_to_json(staff: Staff) -> dict[str, Any]:
    """A staff list as JSON values."""
    return {
        "units": [[one.id, one.name, one.kind.value, one.group] for one in staff.units.values()],
        "persons": [[one.id, one.name, one.unit_id] for one in staff.persons.values()],
    }


def staff_from_json(data: Mapping[str, Any]) -> Staff:
    """The staff list that `staff_to_json` was given."""
    units = [Unit(key, name, UnitKind(kind), group) for key, name, kind, group in data["units"]]
    return Staff((Person(*one) for one in data["persons"]), units)


def calendar_of(rows: Iterable[DutyRow]) -> WorkCalendar:
    """The built-in calendar with every standing year file and override put in."""
    calendar = WorkCalendar.builtin()
    overrides = []
    for row in rows:
        if row.kind is DutyKind.YEAR:
            days = [day_from_json(day) for day in row.content["days"]]
            calendar = calendar.with_year(int(row.key), days)
        elif row.kind is DutyKind.OVERRIDE:
            overrides.append(day_from_json(row.content))
    return calendar.with_overrides(overrides)
