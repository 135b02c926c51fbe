from __future__ import annotations

import itertools

from hypothesis import given

from models.domain.hall import Coverage
from models.domain.presence import Evidence, Presence, PresenceProfile, Reason, State, as_of, steps
from models.domain.spans import Reading, Span, ViewState, combine, follow
from tests.builders import at, empty, seen, unusable
from tests.unit.models.test_presence import evidence

PROFILE = PresenceProfile(spacing_s=10, slowest_period_s=60)
GONE = [empty(0), empty(10), empty(20)]


def view(*row: Evidence, coverage: Coverage = Coverage.FULL) -> ViewState:
    return ViewState(coverage, steps(Presence(), row, PROFILE)[-1])


def test_one_camera_that_sees_a_person_is_enough() -> None:
    """Scenario S11: camera A occluded, camera B sees one."""
    reading = combine([view(*GONE), view(seen(15))])
    assert (reading.state, reading.since) == (State.PRESENT, at(15))


def test_a_partial_view_that_sees_nobody_cannot_say_that_nobody_is_there() -> None:
    reading = combine([view(*GONE, coverage=Coverage.PARTIAL)])
    assert (reading.state, reading.reason) == (State.UNKNOWN, Reason.PARTIAL_VIEW)
    assert combine([view(seen(0), coverage=Coverage.PARTIAL)]).state is State.PRESENT


def test_an_empty_view_beside_a_blind_one_cannot_tell() -> None:
    reading = combine([view(*GONE), view(seen(0), unusable(20, Reason.COVERED))])
    assert (reading.state, reading.reason) == (State.UNKNOWN, Reason.COVERED)


def test_all_views_healthy_full_and_empty_is_absent_for_the_time_all_agree_on() -> None:
    later = [seen(0), empty(8), empty(18), empty(28)]
    reading = combine([view(*GONE), view(*later)])
    assert reading.state is State.ABSENT
    assert (reading.proven_since, reading.proven_until) == (at(8), at(20))
    assert reading.last_present == at(0)


def test_a_window_no_camera_sees_cannot_be_checked() -> None:
    assert combine([]).reason is Reason.NOT_VISIBLE
    hidden = combine([view(*GONE, coverage=Coverage.NONE)])
    assert (hidden.state, hidden.reason) == (State.UNKNOWN, Reason.NOT_VISIBLE)


def spans_of(row: list[Evidence]) -> tuple[list[Span], Span]:
    presence, current, ended = Presence(), None, []
    for item in row:
        presence = steps(as_of(presence, item.at, PROFILE), [item], PROFILE)[0]
        closed, current = follow(
            "w", current, combine([ViewState(Coverage.FULL, presence)]), item.at
        )
        ended += closed
    assert current is not None
    return ended, current


def test_an_absence_takes_its_span_back_to_the_first_empty_sample() -> None:
    ended, running = spans_of([seen(0), seen(10), empty(20), empty(30), empty(40), empty(50)])
    assert [(s.state, s.start, s.end) for s in ended] == [(State.PRESENT, at(0), at(20))]
    assert (running.state, running.start, running.proven_until) == (State.ABSENT, at(20), at(50))
    assert running.last_present == at(10)


def test_an_unknown_span_ends_where_the_absence_that_follows_was_first_proven() -> None:
    ended, running = spans_of([seen(0), unusable(20), empty(30), empty(40), empty(50)])
    assert [(s.state, s.start, s.end) for s in ended] == [(State.UNKNOWN, at(0), at(30))]
    assert (running.state, running.start) == (State.ABSENT, at(30))


def test_another_reason_for_not_knowing_begins_a_new_span() -> None:
    ended, running = spans_of([seen(0), unusable(20, Reason.BLACK), unusable(40, Reason.MOVED)])
    assert running.reason is Reason.MOVED
    assert running.start == at(40)
    assert ended[-1].reason is Reason.BLACK


@given(evidence())
def test_spans_follow_each_other_without_hole_or_overlap(row: list[Evidence]) -> None:
    ended, running = spans_of(row)
    chain = [*ended, running]
    for before, following in itertools.pairwise(chain):
        assert before.end == following.start
        assert before.start <= following.start
    assert running.end is None


@given(evidence())
def test_an_absence_never_covers_a_moment_when_somebody_was_seen_for_sure(
    row: list[Evidence],
) -> None:
    ended, running = spans_of(row)
    for span in [*ended, running]:
        if span.state is State.ABSENT:
            assert span.proven_since is not None
            assert span.proven_until is not None
            sure = [e for e in row if e.people >= 1 and e.score >= PROFILE.strong_score]
            assert not [e for e in sure if span.proven_since < e.at <= span.proven_until]


def test_an_unbroken_state_is_one_span_however_long() -> None:
    ended, running = spans_of([seen(10 * n) for n in range(50)])
    assert ended == []
    assert running.samples == 50
    assert isinstance(combine([view(seen(0))]), Reading)


def test_a_picture_that_waited_in_a_queue_never_puts_a_span_before_the_running_one() -> None:
    ticked = Span("w", State.UNKNOWN, Reason.NO_SAMPLE, at(100))
    late = combine([view(seen(0), unusable(95, Reason.BLACK))])
    ended, running = follow("w", ticked, late, at(95))
    assert ended == []
    assert (running.start, running.reason) == (at(100), Reason.BLACK)
