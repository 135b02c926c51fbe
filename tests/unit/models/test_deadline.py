from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.case import Case, CaseType, Ending, Suspension, masked
from models.domain.deadline import Card, Deadlines
from models.domain.errors import InputError
from models.domain.item_rules import asked_twice, longest_promise, promises_too_long
from models.domain.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.builtin()


def closing(on: date) -> datetime:
    return datetime.combine(on, time(17, 30), ZONE)


DEADLINES = Deadlines(CALENDAR, ZONE, closing)


def at(day: date, clock: str = "09:00") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def case(accepted: date, days: int = 10, **more: Any) -> Case:
    kind = CaseType.PROMISED if days else CaseType.IMMEDIATE
    return replace(Case("P1", "U1", kind, at(accepted), days), **more)


NOVEMBER_2 = date(2026, 11, 2)
HEARING = Suspension(date(2026, 11, 5), date(2026, 11, 12), "听证")


@pytest.mark.parametrize(
    ("accepted", "days", "due"),
    [
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2026, 9, 24), 5, date(2026, 10, 9)),
        (date(2026, 2, 10), 20, date(2026, 3, 16)),
        (date(2026, 1, 3), 5, date(2026, 1, 8)),
        (NOVEMBER_2, 10, date(2026, 11, 16)),
        (NOVEMBER_2, 0, NOVEMBER_2),
    ],
)
def test_a_promise_in_working_days_ends_where_the_calendar_says(
    accepted: date, days: int, due: date
) -> None:
    assert DEADLINES.due_at(case(accepted, days)) == closing(due)


def test_days_of_a_special_procedure_do_not_count() -> None:
    assert DEADLINES.due_at(case(NOVEMBER_2, suspensions=(HEARING,))) == closing(date(2026, 11, 24))


def test_a_special_procedure_without_an_end_leaves_no_deadline_and_raises_no_card() -> None:
    waiting = case(NOVEMBER_2, suspensions=(Suspension(date(2026, 11, 3)),))
    assert DEADLINES.due_at(waiting) is None
    assert DEADLINES.cards(waiting, at(date(2027, 11, 1))) == []


def test_each_card_is_raised_once_and_red_only_after_close_of_business() -> None:
    suspended = case(NOVEMBER_2, suspensions=(HEARING,), statutory_days=15)

    def cards(day: int, clock: str) -> list[Card]:
        now = at(date(2026, 11, day), clock)
        return [raised.card for raised in DEADLINES.cards(suspended, now)]

    assert cards(19, "17:00") == []
    assert cards(20, "09:00") == [Card.REMINDER]
    assert cards(23, "09:00") == [Card.REMINDER, Card.YELLOW]
    assert DEADLINES.used(suspended, date(2026, 11, 23)) == 9
    assert cards(24, "17:30") == [Card.REMINDER, Card.YELLOW]
    assert cards(24, "17:31") == [Card.REMINDER, Card.YELLOW, Card.RED]
    late = DEADLINES.cards(suspended, at(date(2026, 12, 31)))
    assert [one.card for one in late] == list(Card)


def test_what_was_closed_in_time_raises_no_card_afterwards() -> None:
    closed = case(NOVEMBER_2, ended_at=closing(date(2026, 11, 16)), ending=Ending.CLOSED)
    assert [one.card for one in DEADLINES.cards(closed, at(date(2026, 12, 31)))] == [
        Card.REMINDER,
        Card.YELLOW,
    ]
    assert DEADLINES.on_time(closed) is True


def test_what_was_closed_a_minute_after_close_of_business_is_late() -> None:
    late = case(
        NOVEMBER_2,
        ended_at=closing(date(2026, 11, 16)) + timedelta(minutes=1),
        ending=Ending.CLOSED,
    )
    assert DEADLINES.on_time(late) is False
    assert DEADLINES.cards(late, at(date(2026, 12, 31)))[-1].card is Card.RED


def test_a_case_of_the_same_day_is_due_at_close_of_business_without_a_yellow_card() -> None:
    same_day = case(NOVEMBER_2, 0)
    assert [one.card for one in DEADLINES.cards(same_day, at(date(2026, 11, 3)))] == [Card.RED]


def test_a_returned_case_raises_no_card() -> None:
    returned = case(NOVEMBER_2, case_type=CaseType.RETURNED)
    assert DEADLINES.cards(returned, at(date(2026, 12, 31))) == []


days_of_2026 = st.dates(date(2025, 6, 1), date(2026, 9, 30))
suspension = st.builds(
    lambda first, length: Suspension(first, first + timedelta(days=length)),
    days_of_2026,
    st.integers(0, 60),
)


@given(days_of_2026, st.integers(0, 60), st.lists(suspension, max_size=3))
def test_a_longer_promise_never_ends_earlier(
    accepted: date, days: int, stops: list[Suspension]
) -> None:
    shorter = DEADLINES.day_after(accepted, days, stops)
    longer = DEADLINES.day_after(accepted, days + 1, stops)
    assert shorter is not None
    assert longer is not None
    assert shorter <= longer


@given(days_of_2026, st.integers(0, 60), st.lists(suspension, max_size=3), suspension)
def test_one_more_suspension_never_ends_it_earlier(
    accepted: date, days: int, stops: list[Suspension], more: Suspension
) -> None:
    before = DEADLINES.day_after(accepted, days, stops)
    after = DEADLINES.day_after(accepted, days, [*stops, more])
    assert before is not None
    assert after is not None
    assert before <= after


@given(days_of_2026, st.integers(1, 60), st.lists(suspension, max_size=3))
def test_a_deadline_is_a_worked_day_and_as_many_days_after_as_promised(
    accepted: date, days: int, stops: list[Suspension]
) -> None:
    due = DEADLINES.day_after(accepted, days, stops)
    assert due is not None
    assert CALENDAR.is_workday(due)
    assert DEADLINES.used(case(accepted, days, suspensions=stops), due) == days


def test_negative_days_are_refused() -> None:
    with pytest.raises(InputError, match="working days"):
        DEADLINES.day_after(NOVEMBER_2, -1)


def test_the_cut_by_a_third_is_rounded_down() -> None:
    assert longest_promise(20) == 13
    assert not promises_too_long(13, 20)
    assert promises_too_long(14, 20)
    assert not promises_too_long(99, None)


def test_a_second_notice_of_papers_is_a_clue() -> None:
    assert not asked_twice(case(NOVEMBER_2, corrections=1))
    assert asked_twice(case(NOVEMBER_2, corrections=2))


def test_an_applicant_is_kept_by_the_first_character_only() -> None:
    assert masked(" 欧 阳修") == "欧**"
    assert masked("  ") == ""


def test_a_case_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="before it was accepted"):
        case(NOVEMBER_2, ended_at=at(date(2026, 11, 1)), ending=Ending.CLOSED)
    with pytest.raises(InputError, match="belong together"):
        case(NOVEMBER_2, ended_at=at(date(2026, 11, 3)))
