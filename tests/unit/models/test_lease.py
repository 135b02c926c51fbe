from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.domain.lease import Lease, Vigil
from tests.builders import NINE, at


def lease(epoch: int = 1, beat: int = 1, holder: str = "a") -> Lease:
    return Lease(holder, epoch, beat, NINE)


def test_one_that_nobody_holds_may_be_taken_at_once() -> None:
    assert Vigil(15).may_take(None, 0)
    assert Vigil(15).may_take(lease(holder=""), 0)


def test_one_that_stands_still_may_be_taken_after_the_waiter_saw_it_long_enough() -> None:
    vigil = Vigil(15)
    assert not vigil.may_take(lease(), 1000)
    assert not vigil.may_take(lease(), 1014.9)
    assert vigil.may_take(lease(), 1015)


def test_a_beat_or_another_epoch_begins_the_wait_again() -> None:
    vigil = Vigil(15)
    vigil.may_take(lease(1, 1), 0)
    assert not vigil.may_take(lease(1, 2), 14)
    assert not vigil.may_take(lease(2, 3), 28)
    assert not vigil.may_take(lease(2, 3), 42.9)
    assert vigil.may_take(lease(2, 3), 43)


def test_what_the_holder_s_clock_says_does_not_matter() -> None:
    vigil = Vigil(15)
    vigil.may_take(lease(), 0)
    assert vigil.may_take(Lease("a", 1, 1, at(86_400)), 15)


@given(st.lists(st.floats(0.1, 14.0), max_size=30))
def test_one_that_beats_in_time_is_never_taken(waits: list[float]) -> None:
    vigil, steady = Vigil(15), 0.0
    for beat, wait in enumerate(waits):
        assert not vigil.may_take(lease(beat=beat), steady)
        steady += wait
        assert not vigil.may_take(lease(beat=beat), steady)
