from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import steady_clock
from api.steady_clock import ClockNews, SteadyClock, doubted
from models.domain.presence import Reason
from tests.builders import NINE
from tests.fakes_clock import StillClock
from vision.frame import Frame

FRAME = Frame("c1", np.zeros((2, 2, 3), np.uint8), NINE)


@dataclass
class Machine:
    """Its two clocks, as a test sets them."""

    wall: float = 1_800_000_000.0
    steady: float = 500.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def clock(self, speed: float = 1.0) -> SteadyClock:
        return SteadyClock(
            StillClock(NINE, speed), wall=lambda: self.wall, steady=lambda: self.steady
        )


class Healthy:
    def check(self, frame: Frame) -> Reason | None:
        return None


@pytest.mark.parametrize("by_s", [3600.0, -3600.0])
def test_an_hour_that_is_set_on_or_back_does_not_move_it_and_is_doubted(by_s: float) -> None:
    machine = Machine()
    clock = machine.clock(speed=2.0)
    machine.passes(10.0)
    machine.wall += by_s
    clock.follow()
    assert clock.now() == NINE + timedelta(seconds=20)
    assert clock.in_doubt
    assert clock.set_by_s == pytest.approx(by_s)
    machine.wall -= by_s
    assert not clock.in_doubt


@pytest.mark.parametrize("by_s", [30.0, -30.0])
def test_a_small_difference_is_followed_slowly_until_it_is_gone(by_s: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += by_s
    for _ in range(400):
        machine.passes(1.0)
        clock.follow()
    assert clock.set_by_s == pytest.approx(0.0, abs=1e-6)
    assert (clock.now() - NINE).total_seconds() == pytest.approx(400 + by_s, abs=1e-3)


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 5.0), st.floats(-1e5, 1e5) | st.floats(-61.0, 61.0) | st.just(0.0)
        ),
        max_size=60,
    ),
    st.sampled_from([1.0, 60.0]),
)
def test_it_never_goes_back_whatever_somebody_sets(
    rounds: list[tuple[float, float]], speed: float
) -> None:
    machine = Machine()
    clock = machine.clock(speed)
    before: datetime = clock.now()
    for passed, by_s in rounds:
        machine.passes(passed)
        machine.wall += by_s
        clock.follow()
        assert clock.now() >= before
        before = clock.now()


def test_while_the_time_is_in_doubt_no_picture_can_be_used() -> None:
    machine = Machine()
    clock = machine.clock()
    health = doubted(clock, Healthy())
    assert health.check(FRAME) is None
    machine.wall += 61.0
    assert health.check(FRAME) is Reason.WRONG_CLOCK
    machine.wall -= 61.0
    assert health.check(FRAME) is None


def test_a_clock_that_stays_as_it_was_set_is_taken_and_one_that_comes_back_is_not() -> None:
    machine = Machine()
    news = ClockNews(machine.clock(), stopwatch=lambda: machine.steady)
    machine.wall += 3600.0
    assert not news.due()
    machine.passes(steady_clock.TAKEN_AFTER_S - 1)
    assert not news.due()
    machine.wall -= 3600.0
    assert not news.due()
    machine.wall += 3600.0
    assert not news.due(), "the wait begins anew"
    machine.passes(steady_clock.TAKEN_AFTER_S)
    assert news.due()
