"""S09: make-up days are planned as any workday; a weekend is not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from models.domain.check_result import Result, result_at
from models.domain.duty import Duty
from models.domain.hall import Window
from models.domain.inspection import CheckKind
from models.domain.presence import Reason, State
from models.domain.roster import Roster
from models.domain.spans import Span
from tests.acceptance.plan_city import City, Running, at

MAKE_UP = (date(2026, 5, 9), date(2026, 9, 20))
FRIDAY_SHORT = {
    "hours": [
        {"sessions": ["08:30-12:00", "14:30-17:30"], "weekdays": [1, 2, 3, 4]},
        {"sessions": ["08:30-12:00"], "weekdays": [5]},
    ]
}


def kinds(running: Running, day: date) -> list[CheckKind]:
    running.day(day)
    return sorted(one.kind for one in running.checks(day))


@pytest.mark.parametrize("day", MAKE_UP)
def test_s09_a_make_up_day_has_the_checks_of_a_monday(tmp_path: Path, day: date) -> None:
    city = City(tmp_path, halls=2, checks={"vary": False}, more=FRIDAY_SHORT)
    with city.open() as running:
        monday = kinds(running, date(2026, 4, 27))
        assert kinds(running, day) == monday
        assert monday == sorted([CheckKind.DAILY] * 8 + [CheckKind.RANDOM] * 4)
        afternoon = [one for one in running.checks(day) if one.due_at >= at("14:30", day)]
        assert afternoon, "as a Monday, not as a short Friday"


def test_s09_a_saturday_and_a_sunday_have_none(tmp_path: Path) -> None:
    with City(tmp_path, halls=2).open() as running:
        for day in (date(2026, 11, 21), date(2026, 11, 22)):
            assert kinds(running, day) == []


def test_s09_named_times_of_mondays_hold_on_a_make_up_day(tmp_path: Path) -> None:
    times = [{"times": ["09:05", "16:10"], "weekdays": [1]}, {"times": ["10:00"], "weekdays": [6]}]
    city = City(tmp_path, halls=1, checks={"fixed": times, "random": 0})
    with city.open() as running:
        for day in MAKE_UP:
            running.day(day)
            assert [one.due_at for one in running.checks(day)] == [
                at("09:05", day),
                at("16:10", day),
            ]


@pytest.mark.parametrize("day", MAKE_UP)
def test_s09_a_roster_that_lacks_the_day_makes_nobody_absent(day: date) -> None:
    when: datetime = at("09:30", day)
    empty = Span(
        "w", State.ABSENT, Reason.EMPTY, when - timedelta(hours=1), when + timedelta(hours=1)
    )
    window = Window("w", "h01", "1号窗口", (), unit_id="公安局")
    found = result_at(window, when, [empty], [], Duty(Roster()))
    assert found.result is Result.NO_ROSTER
