"""A gated answer is proof of coverage and no evidence, whatever came before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.domain.presence import Evidence, Look, Presence, PresenceProfile, State, step, steps
from tests.builders import at

PROFILE = PresenceProfile()

looks = st.lists(st.sampled_from([(0, 0.0), (1, 0.2), (1, 0.9)]), max_size=12)


def looked(people: list[tuple[int, float]]) -> Presence:
    history = [
        Evidence(at(10 * number), Look.LOOKED, *found) for number, found in enumerate(people)
    ]
    return steps(Presence(), history, PROFILE)[-1] if history else Presence()


@given(people=looks, unchanged=st.integers(1, 30))
def test_unchanged_samples_move_no_probability_and_change_no_state(
    people: list[tuple[int, float]], unchanged: int
) -> None:
    before = after = looked(people)
    for number in range(unchanged):
        moment = at(10 * (len(people) + number))
        after = step(after, Evidence(moment, Look.UNCHANGED), PROFILE)
    for name in ("state", "since", "log_odds", "looks", "looked_at", "tried", "found"):
        if people or name != "since":
            assert getattr(after, name) == getattr(before, name), name


@given(people=looks)
def test_no_absence_opens_on_fewer_than_three_looks_however_many_samples_are_gated(
    people: list[tuple[int, float]],
) -> None:
    presence = Presence()
    misses = 0
    for number, found in enumerate(people):
        presence = step(presence, Evidence(at(20 * number), Look.LOOKED, *found), PROFILE)
        presence = step(presence, Evidence(at(20 * number + 10), Look.UNCHANGED), PROFILE)
        misses += found[0] == 0
        assert presence.state is not State.ABSENT or misses >= PROFILE.looks_to_open
