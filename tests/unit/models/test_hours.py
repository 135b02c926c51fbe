"""Working hours: valid dates, weekdays, seasons, extra sessions, zones that move their clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models.domain.errors import InputError
from models.domain.hall import Hall
from models.domain.hours import (
    HoursBook,
    Season,
    Session,
    SessionKind,
    Sitting,
    WorkHours,
    joined,
    zone_of,
)
from models.domain.roster import Roster, Shift
from models.domain.workdays import sessions_of, sessions_on
from tests.duty_builders import CALENDAR, HALL, JIA, WINDOW, at


def wall(sessions: list[Session], hall: Hall = HALL) -> list[str]:
    zone = zone_of(hall)
    return [
        f"{one.start.astimezone(zone):%H:%M}-{one.end.astimezone(zone):%H:%M}" for one in sessions
    ]


def sittings(*texts: str) -> tuple[Sitting, ...]:
    return tuple(Sitting.parse(text) for text in texts)


def test_the_default_day_has_two_sessions_of_390_minutes() -> None:
    sessions = sessions_on(HALL, date(2026, 11, 23), HoursBook(), CALENDAR)
    assert wall(sessions) == ["08:30-12:00", "14:30-17:30"]
    assert sum(one.seconds for one in sessions) == 390 * 60


def test_s19_hours_change_at_midnight_of_their_first_day() -> None:
    summer = WorkHours(date(2026, 5, 1), sittings=sittings("08:30-12:00", "15:00-18:00"))
    hours = HoursBook((WorkHours(), summer))
    assert wall(sessions_on(HALL, date(2026, 4, 30), hours, CALENDAR))[1] == "14:30-17:30"
    assert wall(sessions_on(HALL, date(2026, 5, 6), hours, CALENDAR))[1] == "15:00-18:00"


def test_a_hall_has_hours_of_its_own() -> None:
    town = WorkHours(hall_id="town", sittings=sittings("09:00-17:00"))
    hours = HoursBook((WorkHours(valid_from=date(2026, 1, 1)), town))
    assert wall(sessions_on(Hall("town", "镇"), date(2026, 11, 23), hours, CALENDAR)) == [
        "09:00-17:00"
    ]
    assert len(sessions_on(HALL, date(2026, 11, 23), hours, CALENDAR)) == 2


def test_a_short_friday_and_a_make_up_saturday_worked_as_a_monday() -> None:
    hours = HoursBook((WorkHours(by_weekday={4: sittings("08:30-12:00", "14:30-17:00")}),))
    assert wall(sessions_on(HALL, date(2026, 11, 27), hours, CALENDAR))[1] == "14:30-17:00"
    assert wall(sessions_on(HALL, date(2026, 5, 9), hours, CALENDAR))[1] == "14:30-17:30"


@pytest.mark.parametrize(
    ("day", "opens"),
    [("2026-06-01", "15:00"), ("2026-09-30", "15:00"), ("2026-10-12", "14:30")],
)
def test_a_season_comes_every_year(day: str, opens: str) -> None:
    summer = WorkHours(
        date(2020, 1, 1),
        sittings=sittings("08:30-12:00", "15:00-18:00"),
        season=Season((6, 1), (9, 30)),
    )
    hours = HoursBook((WorkHours(date(2020, 1, 1)), summer))
    assert wall(sessions_on(HALL, date.fromisoformat(day), hours, CALENDAR))[1][:5] == opens


def test_a_season_may_run_over_new_year() -> None:
    winter = Season((11, 1), (2, 28))
    assert winter.holds(date(2026, 12, 31))
    assert winter.holds(date(2026, 1, 5))
    assert not winter.holds(date(2026, 6, 5))


def test_extra_duty_opens_a_weekend_for_that_window_only() -> None:
    saturday = date(2026, 11, 21)
    duty = Shift(
        WINDOW.id,
        at("09:00", saturday),
        at("12:00", saturday),
        JIA.id,
        kind=SessionKind.WEEKEND,
    )
    opened = sessions_of(
        WINDOW, HALL, saturday, hours=HoursBook(), calendar=CALENDAR, roster=Roster((duty,))
    )
    assert [(one.kind, one.seconds) for one in opened] == [(SessionKind.WEEKEND, 10800)]
    assert sessions_on(HALL, saturday, HoursBook(), CALENDAR) == []


def test_sessions_that_touch_are_one() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    hour = timedelta(hours=1)
    parts = [
        Session(start + 2 * hour, start + 3 * hour),
        Session(start, start + hour),
        Session(start + hour, start + 2 * hour, SessionKind.LUNCH),
        Session(start + 4 * hour, start + 5 * hour),
    ]
    assert joined(parts) == [
        Session(start, start + 3 * hour),
        Session(start + 4 * hour, start + 5 * hour),
    ]


def test_a_night_on_which_clocks_move_has_its_true_length() -> None:
    berlin = Hall("b", "柏林", time_zone="Europe/Berlin")
    hours = HoursBook((WorkHours(sittings=sittings("01:00-05:00")),))
    # 2026-03-29 is a Sunday: ask the hours alone, not the calendar.
    (night,) = hours.regular(berlin, date(2026, 3, 29))
    assert night.seconds == 3 * 3600
    (night,) = hours.regular(berlin, date(2026, 10, 25))
    assert night.seconds == 5 * 3600


def test_a_session_may_end_at_midnight() -> None:
    hours = HoursBook((WorkHours(sittings=sittings("20:00-24:00")),))
    (evening,) = hours.regular(HALL, date(2026, 11, 23))
    assert evening.seconds == 4 * 3600


@pytest.mark.parametrize("text", ["12:00-08:30", "08:30", "8-9-10", "a-b", "08:61-09:00"])
def test_a_wrong_session_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Sitting.parse(text)


def test_sessions_that_overlap_are_refused() -> None:
    with pytest.raises(InputError):
        WorkHours(sittings=sittings("08:30-12:00", "11:00-17:00"))


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InputError):
        zone_of(Hall("x", "x", time_zone="Asia/Nowhere"))
