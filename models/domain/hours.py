"""Working hours (工作时间): which sessions a hall is open, by date, weekday and season.

Hours are effective-dated: old months always recompute with the hours that were valid then.
A session (时段) is given in instants (UTC), worked out from wall time in the hall's zone, so
that lengths are right on days when clocks are moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.domain.errors import InputError
from models.domain.hall import Hall


class SessionKind(StrEnum):
    """Regular hours (正常), or extra duty: lunch (午间), weekend (周末), extended (延时), by
    appointment (预约)."""

    REGULAR = "regular"
    LUNCH = "lunch"
    WEEKEND = "weekend"
    EXTENDED = "extended"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class Session:
    """An open stretch, `start` ≤ t < `end`; aware, UTC."""

    start: datetime
    end: datetime
    kind: SessionKind = SessionKind.REGULAR

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class Sitting:
    """A stretch of wall time, `opens` < `closes`; `closes` 00:00 means midnight."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != time(0) and self.closes <= self.opens:
            raise InputError(
                f"时段 {self} 的结束须晚于开始。",
                f"session {self} must end after it starts.",
                where="hours",
            )

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    @classmethod
    def parse(cls, text: str) -> Sitting:
        """Read `08:30-12:00`.

        Raises:
            InputError: Not two times, or the end is not after the start.
        """
        parts = text.replace("—", "-").replace("–", "-").replace("~", "-").split("-")
        try:
            opens, closes = (parse_time(part) for part in parts)
        except ValueError:
            raise InputError(
                f"时间段“{text}”无法识别,应类似 08:30-12:00。",
                f"session {text!r} not understood; write 08:30-12:00.",
                where="hours",
            ) from None
        return cls(opens, closes)


def parse_time(text: str) -> time:
    """Read `8:30`, `08:30`, `08:30:15`, `24:00` (midnight).

    Raises:
        ValueError: It is no time of day.
    """
    parts = [int(part) for part in text.strip().replace("：", ":").split(":")]
    if len(parts) not in {2, 3}:
        raise ValueError(text)
    if parts[:2] == [24, 0]:
        return time(0)
    if not all(0 <= part < 60 for part in parts):
        raise ValueError(text)
    return time(parts[0], parts[1], parts[2] if len(parts) == 3 else 0)


@dataclass(frozen=True, slots=True)
class Season:
    """Part of the year, both ends included, as (month, day); it may run over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


MORNING = Sitting(time(8, 30), time(12))
AFTERNOON = Sitting(time(14, 30), time(17, 30))


@dataclass(frozen=True, slots=True)
class WorkHours:
    """A hall's hours from `valid_from` on (at its midnight). Source: domain.md §2.2.

    Attributes:
        hall_id: The hall, empty for every hall that has none of its own.
        valid_from: First day.
        sittings: The day's stretches, in order.
        by_weekday: Other stretches for some weekdays (0 = Monday), say a short Friday.
        season: Only in this part of the year, None for always.
    """

    valid_from: date = date.min
    hall_id: str = ""
    sittings: tuple[Sitting, ...] = (MORNING, AFTERNOON)
    by_weekday: Mapping[int, tuple[Sitting, ...]] = field(default_factory=dict)
    season: Season | None = None

    def __post_init__(self) -> None:
        for group in (self.sittings, *self.by_weekday.values()):
            for before, after in pairwise(group):
                if after.opens < before.closes or before.closes == time(0):
                    raise InputError(
                        f"工作时段 {before} 与 {after} 重叠或次序颠倒。",
                        f"sessions {before} and {after} overlap or are out of order.",
                        where=f"hours.{self.hall_id or '*'}",
                    )

    def on(self, day: date, *, make_up: bool = False) -> tuple[Sitting, ...]:
        """The stretches of `day`, supposing it is worked; a make-up day is as a Monday."""
        weekday = 0 if make_up and day.weekday() >= 5 else day.weekday()
        return self.by_weekday.get(weekday, self.sittings)


@dataclass(frozen=True, slots=True)
class ExtraSession:
    """A rostered session outside regular hours (加班时段); aware instants."""

    window_id: str
    start: datetime
    end: datetime
    kind: SessionKind


class HoursBook:
    """Every hall's hours of every time; the newest that is valid on a day holds."""

    def __init__(self, hours: Iterable[WorkHours] = ()) -> None:
        self._hours = tuple(hours) or (WorkHours(),)

    def hours_on(self, hall_id: str, day: date) -> WorkHours | None:
        """The hours valid for a hall on `day`: its own before the general ones, seasonal
        before year-round ones, newest last."""
        fitting = [
            hours
            for hours in self._hours
            if hours.hall_id in {"", hall_id}
            and hours.valid_from <= day
            and (hours.season is None or hours.season.holds(day))
        ]
        return max(
            fitting,
            key=lambda hours: (hours.hall_id != "", hours.valid_from, hours.season is not None),
            default=None,
        )

    def regular(self, hall: Hall, day: date, *, make_up: bool = False) -> list[Session]:
        """The sessions of `day` in `hall`, supposing it is worked."""
        hours = self.hours_on(hall.id, day)
        if hours is None:
            return []
        zone = zone_of(hall)
        return [
            Session(*instants(sitting, day, zone)) for sitting in hours.on(day, make_up=make_up)
        ]


def zone_of(hall: Hall) -> ZoneInfo:
    """The hall's time zone.

    Raises:
        InputError: No zone of that name is known.
    """
    try:
        return ZoneInfo(hall.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(
            f"时区“{hall.time_zone}”不存在,应类似 Asia/Shanghai。",
            f"no time zone {hall.time_zone!r}; write a name such as Asia/Shanghai.",
            where=f"halls.{hall.id}.time_zone",
        ) from None


def instants(sitting: Sitting, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Wall time on `day` in `zone` as two instants, UTC."""
    closing = day if sitting.closes != time(0) else day + timedelta(days=1)
    return (
        datetime.combine(day, sitting.opens, zone).astimezone(UTC),
        datetime.combine(closing, sitting.closes, zone).astimezone(UTC),
    )


def joined(sessions: Sequence[Session]) -> list[Session]:
    """Sessions that touch or overlap as one, in order: a window with lunch duty is open from
    morning to evening without a break. Source: domain.md §2.1, session rule."""
    whole: list[Session] = []
    for session in sorted(sessions, key=lambda one: (one.start, one.end)):
        if whole and session.start <= whole[-1].end:
            last = whole[-1]
            whole[-1] = Session(last.start, max(last.end, session.end), last.kind)
        else:
            whole.append(session)
    return whole
