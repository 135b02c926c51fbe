"""Fixed checks (定时检查): times by hall, weekday and season, only inside open sessions.

Source: domain.md §1.1 line 4 and §2.2; scenarios S08, S09, S19. Hours, holidays and make-up days
come in through the sessions, so that a day without sessions has no checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from models.domain.errors import InputError
from models.domain.hall import Hall
from models.domain.hours import Season, Session, zone_of

PER_DAY: Final = 4
EVERY_DAY: Final = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class FixedTimes:
    """Times of day from `valid_from` on.

    Attributes:
        hall_id: The hall, empty for every hall that has none of its own.
        weekdays: 0 = Monday; a make-up day is as a Monday.
        season: Only in this part of the year, None for always.
    """

    times: tuple[time, ...]
    valid_from: date = date.min
    hall_id: str = ""
    weekdays: frozenset[int] = EVERY_DAY
    season: Season | None = None


@dataclass(frozen=True, slots=True)
class FixedRules:
    """All fixed times; a hall or weekday that none names has `per_day` of them, spread evenly.

    Attributes:
        per_day: How many, where no times are named.
        per_hall: The same for single halls.
    """

    rows: tuple[FixedTimes, ...] = ()
    per_day: int = PER_DAY
    per_hall: Mapping[str, int] = field(default_factory=dict)

    def row(self, hall_id: str, day: date, weekday: int) -> FixedTimes | None:
        """The times that hold: the hall's own before general ones, seasonal before year-round
        ones, the newest last."""
        fitting = [
            one
            for one in self.rows
            if one.hall_id in {"", hall_id}
            and one.valid_from <= day
            and weekday in one.weekdays
            and (one.season is None or one.season.holds(day))
        ]
        return max(
            fitting,
            key=lambda one: (one.hall_id != "", one.valid_from, one.season is not None),
            default=None,
        )


def fixed_times(
    hall: Hall,
    day: date,
    sessions: Sequence[Session],
    rules: FixedRules,
    *,
    make_up: bool = False,
) -> list[datetime]:
    """Moments of the fixed checks of `hall` on `day`, UTC, in order, each once.

    Args:
        hall: Its zone turns wall time into instants.
        day: The local date.
        sessions: Its open sessions, joined; times outside them are left out.
        rules: Which times, or how many.
        make_up: Whether it is a make-up day.
    """
    weekday = 0 if make_up and day.weekday() >= 5 else day.weekday()
    row = rules.row(hall.id, day, weekday)
    if row is None:
        return spread(sessions, rules.per_hall.get(hall.id, rules.per_day))
    return at_times(hall, day, sessions, row.times)


def at_times(
    hall: Hall, day: date, sessions: Sequence[Session], times: Sequence[time]
) -> list[datetime]:
    """Wall times as instants, those inside the sessions only."""
    zone = zone_of(hall)
    moments = {datetime.combine(day, one, zone).astimezone(UTC) for one in times}
    return sorted(one for one in moments if any(at.start <= one < at.end for at in sessions))


def spread(sessions: Sequence[Session], count: int) -> list[datetime]:
    """`count` moments, evenly over the open time, on whole minutes."""
    open_s = int(sum(one.seconds for one in sessions))
    if open_s <= 0:
        return []
    moments = [moment_at(sessions, (2 * n + 1) * open_s // (2 * count)) for n in range(count)]
    whole = (one.replace(second=0, microsecond=0) for one in moments)
    inside = {one for one in whole if any(at.start <= one < at.end for at in sessions)}
    return sorted(inside)


def moment_at(sessions: Sequence[Session], second: int) -> datetime:
    """The `second`-th second of the open time of joined sessions.

    Raises:
        InputError: the sessions are not that long.
    """
    left = second
    for one in sessions:
        if left < one.seconds:
            return one.start + timedelta(seconds=left)
        left -= int(one.seconds)
    raise InputError(
        f"开放时间不足 {second} 秒。", f"fewer than {second} open seconds.", where="plan"
    )
