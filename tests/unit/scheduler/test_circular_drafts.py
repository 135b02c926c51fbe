from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from models.domain.errors import InputError
from models.domain.workdays import WorkCalendar
from scheduler.daily_work import Turn
from scheduler.jobs.circulars import CircularDrafts, ended_before, first_workday

CALENDAR = WorkCalendar.builtin()


class NoRows:
    """A record without a calendar of its own."""

    def __init__(self, *, read_only: bool = False) -> None: ...

    def __enter__(self) -> NoRows:
        return self

    def __exit__(self, *_: object) -> None: ...

    @property
    def duty(self) -> NoRows:
        return self

    def standing(self, *_: object) -> list[object]:
        return []


def turn(day: date, after: date | None) -> Turn:
    now = datetime.combine(day, time(8), UTC)
    return Turn("circulars", day, now, after, NoRows)  # type: ignore[arg-type]


def drafted(day: date, after: date | None) -> list[str]:
    found: list[str] = []

    def draft(period: str) -> str:
        found.append(period)
        return period

    CircularDrafts(draft)(turn(day, after))
    return found


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 12, 15), date(2026, 12, 1)),
        (date(2026, 11, 30), date(2026, 11, 2)),
        (date(2026, 10, 31), date(2026, 10, 8)),
        (date(2026, 5, 9), date(2026, 5, 6)),
    ],
)
def test_the_first_working_day_is_after_holidays(day: date, first: date) -> None:
    assert first_workday(day, CALENDAR) == first


def test_a_month_is_drafted_once_on_its_first_working_day() -> None:
    assert drafted(date(2026, 10, 7), date(2026, 10, 6)) == []
    assert drafted(date(2026, 10, 8), date(2026, 10, 7)) == ["2026-09", "2026-Q3"]
    assert drafted(date(2026, 10, 9), date(2026, 10, 8)) == []


def test_a_system_that_stood_still_on_that_day_drafts_when_it_is_back() -> None:
    assert drafted(date(2026, 12, 4), date(2026, 11, 27)) == ["2026-11"]


def test_a_new_system_does_not_draft_the_month_before_it_was_there() -> None:
    assert drafted(date(2026, 12, 4), None) == []
    assert drafted(date(2026, 12, 1), None) == ["2026-11"]


def test_a_year_without_an_official_plan_is_not_drafted_by_itself() -> None:
    said = CircularDrafts(lambda period: period)(turn(date(2027, 2, 1), date(2027, 1, 31)))
    assert said == "2027-01:2027年放假安排未发布,未自动起草"


def test_what_somebody_began_already_is_left_alone() -> None:
    def begun(_: str) -> str:
        raise InputError("该周期的通报已在办理。", "it is under way.")

    said = CircularDrafts(begun)(turn(date(2026, 12, 1), date(2026, 11, 30)))
    assert "已在办理" in said


def test_the_turn_of_the_year_ends_four_periods() -> None:
    assert ended_before(date(2027, 1, 4)) == ["2026-12", "2026-Q4", "2026-H2", "2026"]
    assert ended_before(date(2026, 7, 1)) == ["2026-06", "2026-Q2", "2026-H1"]
