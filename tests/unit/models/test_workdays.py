"""The work calendar: facts of 2026, counting both ways, estimates, overrides, year files."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.calendar_files import read_year_file
from models.domain.errors import InputError
from models.domain.workdays import CalendarDay, DayKind, DayStatus, WorkCalendar

CALENDAR = WorkCalendar.builtin()
MONTHS_2026 = [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


@pytest.mark.parametrize(("month", "expected"), list(enumerate(MONTHS_2026, start=1)))
def test_workdays_of_each_month_of_2026(month: int, expected: int) -> None:
    after = date(2026 + month // 12, month % 12 + 1, 1)
    assert CALENDAR.workdays_between(date(2026, month, 1), after - timedelta(days=1)) == expected


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_make_up_days_of_2026_are_worked(day: str) -> None:
    known = CALENDAR.day(date.fromisoformat(f"2026-{day}"))
    assert (known.kind, known.status) == (DayKind.MAKE_UP, DayStatus.OFFICIAL)


def test_all_of_2026_has_248_workdays_and_six_made_up() -> None:
    assert CALENDAR.workdays_between(date(2026, 1, 1), date(2026, 12, 31)) == 248
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(CALENDAR.day(day).kind is DayKind.MAKE_UP for day in days) == 6


def test_a_holiday_knows_its_name() -> None:
    assert CALENDAR.day(date(2026, 10, 1)).name == "国庆节"
    assert not CALENDAR.is_workday(date(2026, 10, 1))
    assert not CALENDAR.is_workday(date(2026, 11, 21))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-01-03", 5, "2026-01-08"),
        ("2026-11-02", 10, "2026-11-16"),
        ("2026-11-27", 5, "2026-12-04"),
        ("2026-12-03", 5, "2026-12-10"),
        ("2026-05-11", -5, "2026-04-30"),
        ("2026-11-23", 0, "2026-11-23"),
    ],
)
def test_deadlines_count_workdays_in_both_directions(start: str, days: int, expected: str) -> None:
    answer = CALENDAR.add_workdays(date.fromisoformat(start), days)
    assert answer == date.fromisoformat(expected)


WORKDAYS = st.dates(date(2004, 3, 1), date(2026, 10, 31)).filter(CALENDAR.is_workday)


@given(WORKDAYS, st.integers(-40, 40))
def test_counting_forth_and_back_returns(day: date, count: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, count), -count) == day


@given(WORKDAYS, st.integers(1, 60))
def test_what_is_added_is_what_lies_between(day: date, count: int) -> None:
    end = CALENDAR.add_workdays(day, count)
    assert CALENDAR.workdays_between(day + timedelta(days=1), end) == count


def test_a_year_without_a_plan_is_an_estimate_and_says_so() -> None:
    assert CALENDAR.day(date(2027, 1, 1)).status is DayStatus.ESTIMATED
    assert CALENDAR.is_workday(date(2027, 1, 1))
    assert not CALENDAR.official(2027)
    notice = CALENDAR.notice(2027)
    assert notice is not None
    assert notice[0].startswith("2027年放假安排未发布,暂按周一至周五")
    assert CALENDAR.notice(2026) is None


def test_a_hall_may_stop_on_a_day_of_its_own() -> None:
    stop = CalendarDay(
        date(2026, 11, 24), DayKind.REST, DayStatus.OVERRIDE, "停电检修", hall_id="town-3"
    )
    local = CALENDAR.with_overrides([stop])
    assert not local.is_workday(date(2026, 11, 24), "town-3")
    assert local.is_workday(date(2026, 11, 24), "main")
    assert CALENDAR.is_workday(date(2026, 11, 24), "town-3")


JSON_2027 = json.dumps(
    {
        "year": 2027,
        "days": [
            {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
            {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
        ],
    },
    indent=1,
    ensure_ascii=False,
)


@pytest.mark.parametrize(
    "text",
    [
        JSON_2027,
        "\ufeff日期,类型\n2027-01-01,休,元旦\n2027-01-03,班,元旦\n",
        "2027/01/01,off,元旦\n2027/01/03,work,元旦",
    ],
)
def test_a_year_file_makes_its_year_official(text: str) -> None:
    calendar = read_year_file("2027.txt", text).into(CALENDAR)
    assert calendar.official(2027)
    assert not calendar.is_workday(date(2027, 1, 1))
    made_up = calendar.day(date(2027, 1, 3))
    assert (made_up.kind, made_up.source, made_up.name) == (DayKind.MAKE_UP, "2027.txt", "元旦")
    assert calendar.is_workday(date(2027, 1, 4))


def test_a_corrected_year_file_replaces_the_one_before() -> None:
    first = read_year_file("a", "2027-01-01,休\n2027-01-04,休").into(CALENDAR)
    second = read_year_file("b", "2027-01-01,休").into(first)
    assert not first.is_workday(date(2027, 1, 4))
    assert second.is_workday(date(2027, 1, 4))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("2027-01-01,休\n2027-02-30,休", "y.csv:2"),
        ("2027-01-01,休\n2027-01-02,也许", "y.csv:2"),
        ("2027-01-01,休\n\n2028-01-02,休", "y.csv:3"),
        ("2027-01-01,休\n2027-01-01,班", "y.csv:2"),
        ("2027-01-01", "y.csv:1"),
        ("", "y.csv:1"),
        ("2027-01-04,班", "y.csv:1"),
        ('{"year": 2027}', "y.csv:1"),
        ('{"days": [],\n "year": }', "y.csv:2"),
        (JSON_2027.replace("01-03", "13-03"), "y.csv:11"),
        (JSON_2027.replace("false", '"no"'), "y.csv:11"),
    ],
)
def test_a_wrong_year_file_is_refused_with_its_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        read_year_file("y.csv", text)
    assert caught.value.where == where
