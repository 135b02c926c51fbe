from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import InputError
from models.domain.pace import (
    QUIET_AFTER,
    Calm,
    Pace,
    calm_after,
    camera_period,
    fastest_allowed,
    in_doubt,
    look_is_due,
    opens_in_s,
    slowest_allowed,
    window_period,
)
from models.domain.presence import Evidence, Look, Presence, PresenceProfile, State, step
from tests.builders import at

PROFILE = PresenceProfile()
PACE = Pace(10, 10, 30, 60)
SURE = step(Presence(), Evidence(at(0), Look.LOOKED, 1, 0.9), PROFILE)
QUIET = Calm(row=99, looked=False)

looks = st.sampled_from(list(Look))
samples = st.lists(st.tuples(looks, st.booleans(), st.floats(1, 60)), min_size=1, max_size=25)
profiles = st.builds(
    PresenceProfile,
    looks_to_open=st.integers(3, 6),
    spacing_s=st.floats(2, 30),
    slowest_period_s=st.floats(5, 120),
)


def known_after(story: list[tuple[Look, bool, float]]) -> tuple[Presence, Calm]:
    """What the filter and the row of quiet samples come to."""
    presence, calm, now = Presence(), Calm(), 0.0
    for look, somebody, later in story:
        now += later
        people = int(somebody and look is Look.LOOKED)
        presence = step(presence, Evidence(at(now), look, people, 0.9 * people), PROFILE)
        calm = calm_after(calm, look)
    return presence, calm


@given(
    stories=st.lists(samples, max_size=4),
    fastest=st.floats(1, 20),
    more=st.floats(0, 20),
    most=st.floats(0, 60),
)
def test_no_camera_is_ever_sampled_faster_or_slower_than_its_bounds(
    stories: list[list[tuple[Look, bool, float]]], fastest: float, more: float, most: float
) -> None:
    pace = Pace(fastest, fastest + more, fastest + more + most, 60)
    known = [known_after(story) for story in stories]
    period = camera_period((window_period(p, PROFILE, c, pace) for p, c in known), pace)
    assert pace.fastest_s <= period <= pace.slowest_s


@given(usual=st.floats(0.1, 600), wanted=st.floats(0.1, 3600), slowest=st.floats(0.1, 3600))
def test_saving_leaves_room_for_a_lost_sample_and_never_speeds_up(
    usual: float, wanted: float, slowest: float
) -> None:
    chosen = slowest_allowed(usual, wanted, slowest)
    profile = PresenceProfile(slowest_period_s=slowest)
    assert chosen >= usual
    assert chosen == usual or timedelta(seconds=2 * chosen) < profile.longest_gap


@given(story=samples, row=st.integers(0, 20))
def test_more_doubt_never_means_a_longer_wait(
    story: list[tuple[Look, bool, float]], row: int
) -> None:
    presence, calm = known_after(story)
    quieter = window_period(presence, PROFILE, Calm(row + 1, looked=False), PACE)
    quiet = window_period(presence, PROFILE, Calm(row, looked=False), PACE)
    looked = window_period(presence, PROFILE, Calm(row, looked=True), PACE)
    assert looked <= quiet <= quieter
    doubted = replace(SURE, empty_since=at(5), looks=1.0)
    assert window_period(doubted, PROFILE, calm, PACE) == PACE.fastest_s
    alone = camera_period([quieter], PACE)
    assert camera_period([quieter, looked], PACE) <= alone


@given(odds=st.tuples(st.floats(-4.6, 4.6), st.floats(-4.6, 4.6)), row=st.integers(0, 20))
def test_the_surer_that_somebody_is_there_the_longer_the_wait(
    odds: tuple[float, float], row: int
) -> None:
    calm, pace = Calm(row, looked=False), Pace(5, 10, 30, 60)
    waits = [
        window_period(replace(SURE, log_odds=one), PROFILE, calm, pace) for one in sorted(odds)
    ]
    between = in_doubt(replace(SURE, log_odds=max(odds)), PROFILE)
    assert waits[0] <= waits[1] or between


def test_a_sure_window_is_sampled_more_and_more_rarely_and_at_once_as_usual_when_it_moves() -> None:
    calm, waits = Calm(), []
    for look in [Look.UNCHANGED] * 6 + [Look.LOOKED, Look.UNCHANGED, Look.LOOKED, Look.LOOKED]:
        calm = calm_after(calm, look)
        waits.append(window_period(SURE, PROFILE, calm, PACE))
    assert waits == [10, 10, 20, 30, 30, 30, 10, 30, 10, 10]
    assert calm == Calm(0, looked=True), "two looks in a row: something goes on there"


@pytest.mark.parametrize(
    "presence",
    [
        Presence(),
        replace(SURE, state=State.ABSENT, log_odds=-4.0),
        replace(SURE, log_odds=2.0),
    ],
    ids=["nothing known", "empty", "not quite sure"],
)
def test_what_is_not_surely_staffed_keeps_the_usual_rate(presence: Presence) -> None:
    assert window_period(presence, PROFILE, QUIET, PACE) == PACE.usual_s


def test_a_camera_before_whose_windows_nobody_is_expected_is_sampled_most_rarely() -> None:
    assert camera_period((), PACE) == PACE.slowest_s


@given(usual=st.floats(1, 60), profiles=st.lists(profiles, min_size=1, max_size=3))
def test_the_rate_in_doubt_opens_no_absence_later_than_the_usual_one(
    usual: float, profiles: list[PresenceProfile]
) -> None:
    fastest = fastest_allowed(usual, profiles)
    assert 0 < fastest <= usual
    for profile in profiles:
        assert _opening(fastest, profile) <= _opening(usual, profile) + 1e-3
        assert opens_in_s(fastest, profile) == pytest.approx(_opening(fastest, profile), abs=1e-3)


def _opening(period: float, profile: PresenceProfile) -> float:
    """Seconds from the first empty sample to ABSENT, by the filter itself."""
    presence = replace(SURE, looked_at=at(-1000), last_at=at(-1), newest_at=at(-1))
    for number in range(400):
        evidence = Evidence(at(number * period), Look.LOOKED)
        presence = step(presence, evidence, replace(profile, slowest_period_s=600))
        if presence.state is State.ABSENT:
            return number * period
    raise AssertionError("it never opened")


@given(
    leaves=st.floats(200, 400),
    usual=st.sampled_from([5.0, 10.0, 20.0]),
    seed=st.integers(0, 10_000),
)
def test_a_clerk_who_leaves_is_found_absent_within_the_bound(
    leaves: float, usual: float, seed: int
) -> None:
    fastest = fastest_allowed(usual, [PROFILE])
    pace = Pace(fastest, usual, slowest_allowed(usual, 30, PROFILE.slowest_period_s), 60)
    rng = random.Random(seed)
    presence, calm, now, seen_there = Presence(), Calm(), 0.0, None
    while presence.state is not State.ABSENT:
        there = now < leaves
        stirs = there and rng.random() < 0.1
        changed = seen_there is not there or stirs or presence.doubtful
        look = Look.LOOKED if changed or look_is_due(presence, at(now), pace) else Look.UNCHANGED
        people = int(there and look is Look.LOOKED)
        presence = step(presence, Evidence(at(now), look, people, 0.9 * people), PROFILE)
        calm = calm_after(calm, look)
        seen_there = there if look is Look.LOOKED else seen_there
        found_at = now
        now += window_period(presence, PROFILE, calm, pace)
    bound = pace.slowest_s + PROFILE.looks_to_open * max(fastest, PROFILE.spacing_s)
    assert leaves <= found_at <= leaves + bound


def test_a_window_that_does_not_change_is_looked_at_again_in_time() -> None:
    assert not look_is_due(SURE, at(59), PACE)
    assert look_is_due(SURE, at(60), PACE)
    assert not look_is_due(Presence(), at(60), PACE), "it is doubtful, and looked at for that"


@pytest.mark.parametrize(
    "bounds", [(0, 10, 30, 60), (20, 10, 30, 60), (10, 40, 30, 60), (10, 10, 30, 0)]
)
def test_bounds_that_do_not_go_together_are_refused(
    bounds: tuple[float, float, float, float],
) -> None:
    with pytest.raises(InputError, match="fastest_s"):
        Pace(*bounds)


def test_quiet_takes_several_samples() -> None:
    assert QUIET_AFTER >= 3
