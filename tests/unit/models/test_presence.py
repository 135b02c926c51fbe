from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import ClockWentBack, InputError
from models.domain.presence import (
    Evidence,
    Look,
    Presence,
    PresenceProfile,
    Reason,
    State,
    as_of,
    step,
    steps,
)
from tests.builders import at, empty, seen, unchanged, unusable

PROFILE = PresenceProfile(spacing_s=10, slowest_period_s=60)


def after(*evidence: Evidence, profile: PresenceProfile = PROFILE) -> Presence:
    return steps(Presence(), evidence, profile)[-1]


def test_before_any_look_nothing_is_known() -> None:
    assert Presence().state is State.UNKNOWN


def test_one_clear_sighting_is_enough_to_be_present() -> None:
    answer = after(seen(0))
    assert (answer.state, answer.since, answer.p > 0.9) == (State.PRESENT, at(0), True)


@pytest.mark.parametrize("looks", [1, 2])
def test_fewer_than_three_looks_never_open_an_absence(looks: int) -> None:
    answer = after(seen(0), *[empty(10 * (n + 1)) for n in range(looks)])
    assert answer.state is State.PRESENT
    fresh = after(*[empty(10 * n) for n in range(looks)])
    assert (fresh.state, fresh.reason) == (State.UNKNOWN, Reason.TOO_FEW_LOOKS)


def test_an_absence_begins_at_its_first_empty_sample_not_when_it_is_decided() -> None:
    answer = after(seen(0), empty(10), empty(20), empty(30))
    assert answer.state is State.ABSENT
    assert (answer.since, answer.empty_since, answer.empty_until) == (at(10), at(10), at(30))
    assert answer.hit_at == at(0)


def test_a_window_whose_clerk_is_often_missed_needs_more_looks() -> None:
    poor = replace(PROFILE, hit_rate=0.75)
    misses = [empty(10 * (n + 1)) for n in range(8)]
    answers = steps(Presence(), [seen(0), *misses], poor)
    opened = [answer.state for answer in answers].index(State.ABSENT)
    assert opened > 3


def test_looks_in_quick_succession_count_in_proportion_because_they_are_alike() -> None:
    hurried = after(seen(0), *[empty(10 + 0.5 * n) for n in range(5)])
    assert hurried.state is State.PRESENT
    patient = after(seen(0), *[empty(10 + 10 * n) for n in range(5)])
    assert patient.state is State.ABSENT


@pytest.mark.parametrize("pause", [0.0, 0.1, 1.0])
def test_a_burst_of_looks_opens_no_absence_however_little_was_known_before(pause: float) -> None:
    burst = [empty(pause * n) for n in range(3)]
    assert after(*burst).state is State.UNKNOWN
    blinded = [seen(0), unusable(10), *[empty(20 + pause * n) for n in range(3)]]
    assert after(*blinded).state is State.UNKNOWN


def test_what_was_seen_before_an_unwatched_stretch_does_not_reach_across_it() -> None:
    answer = after(empty(0), empty(10), seen(20, score=0.1), seen(1220))
    assert (answer.state, answer.since) == (State.PRESENT, at(1220))
    gap = as_of(after(empty(0), empty(10), seen(20, score=0.1)), at(1219), PROFILE)
    assert (gap.state, gap.reason, gap.log_odds) == (State.UNKNOWN, Reason.NO_SAMPLE, 0.0)


def test_one_missed_look_between_sightings_changes_nothing() -> None:
    answers = steps(Presence(), [seen(0), empty(10), seen(20), empty(30), empty(40)], PROFILE)
    assert {answer.state for answer in answers} == {State.PRESENT}
    assert answers[-1].empty_since == at(30)


def test_a_doubtful_sighting_alone_does_not_end_an_absence_but_two_do() -> None:
    gone = after(*[empty(10 * n) for n in range(6)])
    once = step(gone, seen(60, score=0.12), PROFILE)
    assert (once.state, once.empty_until) == (State.ABSENT, at(50))
    assert step(once, empty(70), PROFILE).since == at(0), "the same absence goes on"
    twice = step(once, seen(70, score=0.12), PROFILE)
    assert (twice.state, twice.since) == (State.PRESENT, at(60))


def test_a_clear_sighting_ends_an_absence_at_once() -> None:
    gone = after(*[empty(10 * n) for n in range(60)])
    back = step(gone, seen(600), PROFILE)
    assert (back.state, back.since) == (State.PRESENT, at(600))


def test_unchanged_for_an_hour_neither_opens_an_absence_nor_becomes_unknown() -> None:
    doubtful = [seen(0), empty(10), empty(20)]
    still = [unchanged(30 + 30 * n) for n in range(120)]
    answers = steps(Presence(), [*doubtful, *still], PROFILE)
    assert {answer.state for answer in answers} == {State.PRESENT}
    assert as_of(answers[-1], answers[-1].last_at or at(0), PROFILE).state is State.PRESENT


def test_unchanged_pictures_carry_an_absence_on() -> None:
    gone = after(empty(0), empty(10), empty(20), *[unchanged(30 + 30 * n) for n in range(40)])
    assert (gone.state, gone.empty_until) == (State.ABSENT, at(30 + 30 * 39))


def test_unchanged_before_any_look_proves_nothing() -> None:
    assert after(unchanged(0), unchanged(10)).state is State.UNKNOWN


@pytest.mark.parametrize("before", [[seen(0)], [empty(0), empty(10), empty(20)]])
def test_an_unusable_picture_gives_unknown_from_the_last_usable_one(before: list[Evidence]) -> None:
    answer = after(*before, unusable(30, Reason.COVERED))
    assert (answer.state, answer.reason) == (State.UNKNOWN, Reason.COVERED)
    assert answer.since == before[-1].at
    assert answer.empty_since is None


def test_what_was_seen_before_a_blind_stretch_does_not_speak_for_what_follows() -> None:
    answers = steps(
        Presence(),
        [empty(0), empty(10), unusable(20), empty(30), empty(40), empty(50)],
        PROFILE,
    )
    assert [answer.state for answer in answers[:5]] == [State.UNKNOWN] * 5
    assert (answers[5].state, answers[5].since) == (State.ABSENT, at(30))


def test_no_sample_for_more_than_twice_the_slowest_period_is_unknown() -> None:
    gone = after(empty(0), empty(10), empty(20))
    assert as_of(gone, at(20 + 120), PROFILE).state is State.ABSENT
    late = as_of(gone, at(20 + 121), PROFILE)
    assert (late.state, late.reason, late.since) == (State.UNKNOWN, Reason.NO_SAMPLE, at(20))
    resumed = step(gone, empty(200), PROFILE)
    assert resumed.state is State.UNKNOWN


def test_a_clock_going_back_is_refused() -> None:
    with pytest.raises(ClockWentBack, match="older"):
        after(seen(10), empty(9))


def test_a_window_that_needs_two_people_is_empty_with_one() -> None:
    two = replace(PROFILE, required=2)
    assert after(*[seen(10 * n, people=1) for n in range(4)], profile=two).state is State.ABSENT
    assert after(seen(0, people=2), profile=two).state is State.PRESENT


@pytest.mark.parametrize(
    "wrong", [{"looks_to_open": 2}, {"leave_at": 0.7}, {"spacing_s": 0.0}, {"hit_rate": 1.0}]
)
def test_a_profile_that_could_accuse_too_easily_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        PresenceProfile(**wrong)  # type: ignore[arg-type]


@st.composite
def evidence(draw: st.DrawFn, *, longest_pause: int = 200) -> list[Evidence]:
    pauses = draw(st.lists(st.integers(0, longest_pause), min_size=1, max_size=60))
    now, row = 0, []
    for pause in pauses:
        now += pause
        look = draw(st.sampled_from(Look))
        people = draw(st.integers(0, 2)) if look is Look.LOOKED else 0
        score = draw(st.floats(0.1, 1.0)) if people else 0.0
        reason = Reason.BLACK if look is Look.UNUSABLE else None
        row.append(Evidence(at(now), look, people, score, reason))
    return row


@given(evidence(), st.data())
def test_how_the_same_evidence_is_batched_changes_nothing(
    row: list[Evidence], data: st.DataObject
) -> None:
    whole = steps(Presence(), row, PROFILE)[-1]
    cut = data.draw(st.integers(0, len(row)))
    part = steps(Presence(), row[:cut], PROFILE)[-1] if cut else Presence()
    assert (steps(part, row[cut:], PROFILE)[-1] if cut < len(row) else part) == whole


@given(evidence())
def test_asking_in_between_changes_no_later_answer(row: list[Evidence]) -> None:
    asked = Presence()
    for item in row:
        asked = step(as_of(asked, item.at, PROFILE), item, PROFILE)
    assert asked == steps(Presence(), row, PROFILE)[-1]


@given(evidence())
def test_every_absence_rests_on_three_looks_and_on_no_sighting_that_counted(
    row: list[Evidence],
) -> None:
    for number, answer in enumerate(steps(Presence(), row, PROFILE)):
        if answer.state is not State.ABSENT:
            continue
        assert answer.empty_since is not None
        inside = [e for e in row[: number + 1] if e.at >= answer.empty_since]
        looked = [e for e in inside if e.look is Look.LOOKED and not e.people]
        assert len(looked) >= 3
        assert all(e.look is not Look.UNUSABLE for e in inside if e.at > answer.empty_since)


@given(evidence(longest_pause=20))
def test_the_looks_an_absence_rests_on_are_spaced(row: list[Evidence]) -> None:
    """From the first empty sample to the decision lie at least two spacings, less the slack."""
    before = Presence()
    for item in row:
        answer = step(before, item, PROFILE)
        if answer.state is State.ABSENT and before.state is not State.ABSENT:
            assert answer.empty_since is not None
            took = (item.at - answer.empty_since).total_seconds()
            assert took >= 2 * 0.9 * PROFILE.spacing_s
        before = answer


@given(evidence())
def test_at_most_one_absence_opens_per_empty_stretch(row: list[Evidence]) -> None:
    """Two absences always have a sighting or a blind stretch between them."""
    answers = steps(Presence(), row, PROFILE)
    begins = [a.since for a in answers if a.state is State.ABSENT]
    for first, second in itertools.pairwise(begins):
        if first == second or first is None or second is None:
            continue
        between = [(e, a) for e, a in zip(row, answers, strict=True) if first <= e.at <= second]
        gap = any(
            later[0].at - earlier[0].at > PROFILE.longest_gap
            for earlier, later in itertools.pairwise(between)
        )
        assert gap or any(e.people or e.look is Look.UNUSABLE for e, _ in between)


@given(evidence())
def test_the_answer_is_never_newer_than_its_evidence_and_p_stays_within_bounds(
    row: list[Evidence],
) -> None:
    for item, answer in zip(row, steps(Presence(), row, PROFILE), strict=True):
        assert 0.0099 <= answer.p <= 0.9901
        assert answer.since is None or answer.since <= item.at
        if answer.empty_since and answer.empty_until:
            assert answer.empty_since <= answer.empty_until <= item.at


@given(evidence(longest_pause=100))
def test_moving_all_clocks_by_a_year_moves_the_answer_and_nothing_else(
    row: list[Evidence],
) -> None:
    year = timedelta(days=365)
    moved = steps(Presence(), [replace(e, at=e.at + year) for e in row], PROFILE)[-1]
    stayed = steps(Presence(), row, PROFILE)[-1]
    assert (moved.state, moved.reason, moved.p) == (stayed.state, stayed.reason, stayed.p)
