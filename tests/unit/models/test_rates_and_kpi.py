from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.case import Case, CaseType, Ending
from models.domain.case_kpi import CaseCounts, count_cases
from models.domain.check_counts import CheckCounts
from models.domain.check_result import Result
from models.domain.deadline import Card, Raised
from models.domain.ratio import NOTHING, Ratio
from tests.unit.models.test_deadline import DEADLINES, ZONE

START = datetime(2026, 11, 1, tzinfo=ZONE)
END = datetime(2026, 12, 1, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1990, 2078, "95.8%"),
        (147, 147, "100.0%"),
        (145, 147, "98.6%"),
        (94, 55, "170.9%"),
        (0, 3, "0.0%"),
        (1, 2000, "0.1%"),
        (0, 0, NOTHING),
    ],
)
def test_a_rate_is_printed_with_one_decimal_or_not_at_all(part: int, whole: int, said: str) -> None:
    assert str(Ratio(part, whole)) == said


def test_177_cut_to_91_is_a_cut_of_48_6_percent() -> None:
    assert str(Ratio(177 - 91, 177)) == "48.6%"


def test_a_difference_is_of_the_printed_figures() -> None:
    assert Ratio(1990, 2078).points_from(Ratio(1, 3)) == Decimal("62.5")
    assert Ratio(1, 1).points_from(Ratio(0, 0)) is None


results = st.lists(st.sampled_from(list(Result)), max_size=200)


@given(results, results)
def test_a_row_of_checks_balances_and_rows_add_up(here: list[Result], there: list[Result]) -> None:
    one, other = CheckCounts.of(here), CheckCounts.of(there)
    both = one + other
    assert one.planned == len(here)
    assert both.planned == sum(both[result] for result in Result) == len(here) + len(there)
    left_out = sum(both[r] for r in (Result.EXEMPT, Result.NO_ROSTER))
    left_out += both[Result.UNVERIFIABLE] + both[Result.NOT_DONE]
    assert both.effective == both.planned - left_out
    assert both.on_post_rate == one.on_post_rate + other.on_post_rate
    edges = both[Result.LATE] + both[Result.EARLY]
    assert both.on_post_rate.part + both.vacancy_rate.part + edges == both.effective


def test_what_could_not_be_verified_leaves_the_denominator() -> None:
    counts = CheckCounts.of([Result.ON_POST, Result.UNVERIFIABLE, Result.OFF_POST])
    assert (counts.planned, counts.effective) == (3, 2)
    assert str(counts.on_post_rate) == "50.0%"
    assert str(counts.unverifiable_rate) == "33.3%"
    assert not counts.enough


def test_a_row_without_checks_has_no_rate() -> None:
    assert str(CheckCounts.of([]).on_post_rate) == NOTHING


def a_case(number: int, accepted: datetime, ended: datetime | None = None) -> Case:
    ending = None if ended is None else Ending.CLOSED
    return Case(f"P{number}", "U1", CaseType.PROMISED, accepted, 5, None, ended, ending)


moments = st.integers(0, 90 * 24 * 60).map(
    lambda minute: datetime(2026, 10, 1, tzinfo=ZONE) + timedelta(minutes=minute)
)


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        accepted = draw(moments)
        ended = (
            accepted + timedelta(hours=draw(st.integers(0, 900))) if draw(st.booleans()) else None
        )
        one = a_case(number, accepted, ended)
        if ended is not None and draw(st.booleans()):
            one = replace(one, ending=draw(st.sampled_from(list(Ending))))
        found.append(one)
    return found


@given(cases())
def test_the_stock_balances_whatever_the_cases(found: list[Case]) -> None:
    counts = count_cases(found, START, END, DEADLINES)
    last = END - timedelta(microseconds=1)
    assert counts.closing == sum(one.open_at(last) for one in found)
    assert counts.opening == sum(
        one.accepted_at < START and (one.ended_at is None or one.ended_at >= START) for one in found
    )


@given(cases())
def test_units_add_up_to_the_city(found: list[Case]) -> None:
    halves = found[::2], found[1::2]
    one, other = (count_cases(half, START, END, DEADLINES) for half in halves)
    assert one + other == count_cases(found, START, END, DEADLINES)


def test_closed_may_exceed_accepted() -> None:
    old = a_case(1, datetime(2026, 10, 9, 9, tzinfo=ZONE), datetime(2026, 11, 3, 9, tzinfo=ZONE))
    counts = count_cases([old], START, END, DEADLINES)
    assert (counts.accepted, counts.closed, str(counts.closing_rate)) == (0, 1, NOTHING)
    assert counts.cards[Card.RED] == 0
    assert counts.on_time == 0
    assert CaseCounts(accepted=55, closed=94).closing_rate.percent == Decimal("170.9")


def test_a_case_closed_a_day_before_it_was_due_is_early() -> None:
    monday = datetime.combine(date(2026, 11, 9), time(9), ZONE)
    early = a_case(1, monday, monday + timedelta(days=3))
    last_day = a_case(2, monday, monday + timedelta(days=7))
    counts = count_cases([early, last_day], START, END, DEADLINES)
    assert (counts.on_time, counts.early, counts.days_used) == (2, 1, 3 + 5)
    assert counts.cards[Card.YELLOW] == 1


def test_no_card_is_counted_before_its_moment_and_those_that_stand_hold() -> None:
    case = a_case(1, datetime(2026, 11, 16, 9, tzinfo=ZONE))
    due = DEADLINES.due_at(case)
    assert due is not None
    early = count_cases([case], START, END, DEADLINES, until=due)
    late = count_cases([case], START, END, DEADLINES, until=due + timedelta(seconds=1))
    assert (early.cards[Card.RED], late.cards[Card.RED]) == (0, 1)
    standing = {"P1": [Raised(Card.YELLOW, START)]}
    kept = count_cases([case], START, END, DEADLINES, standing=standing)
    assert kept.cards == {card: int(card is Card.YELLOW) for card in Card}
    nothing = count_cases([case], START, END, DEADLINES, standing={"P1": []})
    assert set(nothing.cards.values()) == {0}
    other = count_cases([case], START, END, DEADLINES, standing={"P2": []})
    assert other.cards[Card.RED] == 1
