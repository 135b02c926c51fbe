"""Faults are told once, over once, not by flapping, and not while nobody is expected."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.camera_alerts import Changes, Fault, FaultScale
from models.domain.presence import Reason
from tests.builders import at

CAMERA = "c1"
STEP_S = 10
FAULTS = [
    Reason.OFFLINE,
    Reason.STALE,
    Reason.FROZEN,
    Reason.BLACK,
    Reason.OVEREXPOSED,
    Reason.COVERED,
    Reason.BLURRED,
    Reason.MOVED,
    Reason.WRONG_SIZE,
    Reason.BROKEN_PICTURE,
    Reason.WRONG_CLOCK,
]


class Day:
    """A day of one camera, round by round."""

    def __init__(self, scale: FaultScale | None = None) -> None:
        self.scale = scale or FaultScale()
        self.second = 0.0
        self.raised: list[Fault] = []
        self.ended: list[Fault] = []
        self.last = Changes()

    def spend(
        self,
        seconds: float,
        reason: Reason | None,
        *,
        hidden: Reason | None = None,
        counts: bool = True,
        kept: bool = True,
    ) -> Day:
        for _ in range(int(seconds // STEP_S)):
            self.second += STEP_S
            faults = [Fault(CAMERA, hidden, "w1")] if hidden else []
            self.last = self.scale.weigh(
                {CAMERA: reason}, faults, at(self.second), lambda _: counts
            )
            if kept:
                self.scale.took(self.last)
                self.raised += [one.fault for one in self.last.raised]
                self.ended += [one.alert.fault for one in self.last.ended]
        return self


@pytest.mark.parametrize("reason", FAULTS)
def test_each_fault_that_lasts_is_told_once_and_closed_on_recovery(reason: Reason) -> None:
    day = Day().spend(580, reason)
    assert day.raised == []
    day.spend(7200, reason)
    assert day.raised == [Fault(CAMERA, reason)]
    day.spend(50, None)
    assert day.ended == []
    day.spend(600, None)
    assert day.ended == [Fault(CAMERA, reason)]
    assert day.scale.standing == {}


def test_a_hidden_window_is_told_by_its_name_and_closed_when_it_is_seen_again() -> None:
    fault = Fault(CAMERA, Reason.OCCLUDED, "w1")
    day = Day().spend(900, None, hidden=Reason.OCCLUDED)
    assert day.raised == [fault]
    assert day.spend(300, None).ended == [fault]


def test_a_fault_that_changes_its_reason_has_an_alert_for_each() -> None:
    day = Day().spend(900, Reason.COVERED).spend(900, Reason.BLACK).spend(900, Reason.COVERED)
    assert day.raised == [Fault(CAMERA, Reason.COVERED), Fault(CAMERA, Reason.BLACK)]
    assert day.spend(600, None).ended == sorted(day.raised)


@pytest.mark.parametrize("reason", [Reason.BLACK, Reason.OFFLINE])
def test_lights_and_cameras_that_are_off_at_night_are_told_to_nobody(reason: Reason) -> None:
    day = Day().spend(8 * 3600, reason, counts=False)
    assert day.raised == []
    day.spend(300, reason)
    assert day.raised == [], "the night does not count when the hall opens"
    assert day.spend(400, reason).raised == [Fault(CAMERA, reason)]


def test_a_lunch_break_closes_no_alert_of_the_picture_but_shows_that_the_line_is_back() -> None:
    day = Day().spend(900, Reason.COVERED).spend(5400, Reason.NOT_WATCHED)
    assert day.ended == []
    assert day.spend(900, Reason.COVERED).raised == [Fault(CAMERA, Reason.COVERED)], "once"
    line = Day().spend(900, Reason.OFFLINE).spend(900, Reason.NOT_WATCHED)
    assert line.ended == [Fault(CAMERA, Reason.OFFLINE)]


@pytest.mark.parametrize(("down_s", "up_s"), [(30, 30), (60, 60), (300, 300), (660, 240), (40, 20)])
def test_a_camera_that_flaps_all_day_is_told_but_floods_nobody(down_s: int, up_s: int) -> None:
    day = Day()
    for _ in range(8 * 3600 // (down_s + up_s)):
        day.spend(down_s, Reason.OFFLINE).spend(up_s, None)
    assert 1 <= len(day.raised) <= 4
    assert len(day.raised) - len(day.ended) in (0, 1)


def test_a_fault_of_a_few_minutes_now_and_then_is_no_alert() -> None:
    day = Day()
    for _ in range(20):
        day.spend(120, Reason.STALE).spend(1200, None)
    assert day.raised == []


def test_what_could_not_be_kept_is_told_by_the_next_round() -> None:
    day = Day().spend(700, Reason.MOVED, kept=False)
    assert day.raised == []
    assert [one.fault.reason for one in day.last.raised] == [Reason.MOVED]
    assert day.spend(STEP_S, Reason.MOVED).raised == [Fault(CAMERA, Reason.MOVED)]


def test_after_a_restart_what_was_told_is_not_told_again_and_is_closed() -> None:
    before = Day().spend(900, Reason.BLURRED)
    after = Day(FaultScale(dict(before.scale.standing), dict(before.scale.told)))
    after.second = before.second
    assert after.spend(3600, Reason.BLURRED).raised == []
    assert after.spend(600, None).ended == [Fault(CAMERA, Reason.BLURRED)]


def test_a_clock_that_is_set_an_hour_on_raises_nothing() -> None:
    scale = FaultScale()
    scale.weigh({CAMERA: Reason.BLACK}, [], at(0), lambda _: True)
    assert not scale.weigh({CAMERA: Reason.BLACK}, [], at(3600), lambda _: True)
    assert not scale.weigh({CAMERA: Reason.BLACK}, [], at(0), lambda _: True)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from([None, Reason.NOT_WATCHED, *FAULTS])),
        max_size=10,
    )
)
def test_every_alert_is_raised_before_it_ends_and_never_twice_at_once(
    course: list[tuple[int, Reason | None]],
) -> None:
    day, standing = Day(), set[Fault]()
    for minutes, reason in course:
        for _ in range(minutes):
            day.raised, day.ended = [], []
            day.spend(60, reason)
            for fault in day.raised:
                assert fault not in standing
            standing |= set(day.raised)
            assert set(day.ended) <= standing
            standing -= set(day.ended)
    assert standing == set(day.scale.standing)
