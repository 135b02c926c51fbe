"""How a run over a known clip is scored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.evaluate_score import (
    Rules,
    Tally,
    Verdict,
    loses_too_much,
    poisson_interval,
    score,
)
from vision.evaluate_truth import WindowTruth

RULES = Rules(tolerance_s=0.5, every_s=1.0, noticeable_s=2.0, length_s=60.0)
AWAY = WindowTruth(((0.0, 20.0), (40.0, 60.0)), ((20.0, 40.0),))


def said(missing: range, told: float) -> list[Verdict]:
    """Somebody seen in every second but the missing ones; called empty from `told` to 40."""
    return [
        Verdict(float(second), second not in missing, not (told <= second < 41))
        for second in range(61)
    ]


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.3636, 121.6272)],
)
def test_the_interval_is_the_exact_one_of_the_tables(events: int, low: float, high: float) -> None:
    assert poisson_interval(events) == pytest.approx((low, high), abs=2e-3)


@given(st.integers(0, 300))
def test_the_interval_holds_the_count_and_grows_with_it(events: int) -> None:
    low, high = poisson_interval(events)
    assert low <= events < high
    assert poisson_interval(events + 1) > (low, high)


def test_a_true_absence_is_noticed_with_its_delay_and_costs_no_recall() -> None:
    found = score(AWAY, said(range(20, 40), told=22), [(20.0, 41.0)], RULES)

    assert (found.recall_present, found.recall_empty) == (1.0, 1.0)
    assert (found.absences, found.missed, found.false_absences) == (1, 0, 0)
    assert found.delays_s == (2.0,)
    assert (found.staffed_s, found.empty_s) == (40.0, 20.0)


def test_an_absence_that_nobody_noticed_is_missed_and_has_no_delay() -> None:
    found = score(AWAY, said(range(0), told=100), [], RULES)

    assert (found.absences, found.missed, found.delays_s) == (1, 1, ())
    assert found.recall_empty == 0.0


def test_an_absence_while_somebody_is_there_is_false_once() -> None:
    found = score(AWAY, said(range(20, 40), told=22), [(5.0, 9.0), (20.0, 40.0)], RULES)

    assert found.false_absences == 1
    rate, low, high = found.false_per_1000_h or (0, 0, 0)
    assert rate == pytest.approx(1000 * 3600 / 40)
    assert low < rate < high


def test_an_absence_that_goes_on_long_after_somebody_came_is_false() -> None:
    late = score(AWAY, said(range(20, 40), told=22), [(20.0, 55.0)], RULES)
    in_time = score(AWAY, said(range(20, 40), told=22), [(20.0, 42.0)], RULES)

    assert (late.false_absences, in_time.false_absences) == (1, 0)


def test_an_absence_too_short_for_the_sampling_is_counted_apart() -> None:
    brief = WindowTruth(((0.0, 20.0), (23.0, 60.0)), ((20.0, 23.0),))

    found = score(brief, said(range(20, 23), told=100), [], RULES)

    assert (found.absences, found.missed, found.short) == (0, 0, 1)


def test_what_could_not_be_told_is_no_error_and_is_counted() -> None:
    blind = [Verdict(float(second), None, None) for second in range(61)]

    found = score(AWAY, blind, [], RULES)

    assert (found.present, found.empty, found.recall_present) == (0, 0, None)
    assert found.blind == 59


def test_a_configuration_may_lose_half_a_point_and_no_more() -> None:
    first = Tally(present=1000, found=1000, empty=1000, clear=1000)

    assert not loses_too_much(first, Tally(present=1000, found=995, empty=1000, clear=1000))
    assert loses_too_much(first, Tally(present=1000, found=994, empty=1000, clear=1000))
    assert loses_too_much(first, Tally(present=1000, found=1000, empty=1000, clear=900))
