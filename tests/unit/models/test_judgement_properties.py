"""What holds of judging whatever the day was like."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.finding import Finding, Kind, Level
from models.domain.hall import Coverage
from models.domain.presence import Evidence, Look, Presence, PresenceProfile, State, as_of, step
from models.domain.reconcile import Move, reconcile
from models.domain.spans import Span, ViewState, combine, follow
from models.domain.tally import tally
from tests.duty_builders import (
    JIA,
    WINDOW,
    YI,
    at,
    duty,
    judged,
    notice,
    power_cut,
    sessions,
    span,
)

STATES = st.sampled_from([State.PRESENT, State.ABSENT, State.UNKNOWN])
PIECES = st.lists(st.tuples(STATES, st.integers(20, 4000)), min_size=1, max_size=14)
EXCUSED = duty(
    notice(JIA, "09:10", "10:40", registered="09:30", cover=YI),
    notice(YI, "10:00", "10:20"),
    exemptions=(power_cut("15:00", "15:25"),),
)


def line(pieces: list[tuple[State, int]], start: str = "08:00") -> list[Span]:
    here, spans = at(start), []
    for state, seconds in pieces:
        spans.append(span(state, here, here + timedelta(seconds=seconds)))
        here += timedelta(seconds=seconds)
    return spans


def split(spans: list[Span], moment: datetime) -> list[Span]:
    """The same spans, the one that holds `moment` cut in two there."""
    cut = []
    for one in spans:
        if one.end is not None and one.start < moment < one.end:
            cut += [replace(one, end=moment), replace(one, start=moment)]
        else:
            cut.append(one)
    return cut


def bare(found: list[Finding]) -> list[Finding]:
    return [replace(one, samples=0, weakest=0.0) for one in found]


@given(PIECES)
def test_time_is_conserved(pieces: list[tuple[State, int]]) -> None:
    start, end = at("08:00"), at("18:30")
    whole = tally(WINDOW, line(pieces), sessions(), EXCUSED, start=start, end=end)
    assert whole.total == (end - start).total_seconds()
    assert whole.open == 390 * 60
    assert min(whole.present, whole.covered, whole.absent, whole.unknown, whole.closed) >= 0


@given(PIECES)
def test_judging_twice_gives_the_same_and_nothing_to_do(pieces: list[tuple[State, int]]) -> None:
    first = judged(line(pieces), EXCUSED)
    assert judged(line(pieces), EXCUSED) == first
    assert reconcile([one for one in first if one.level is not Level.NOTE], first, EXCUSED) == []


@given(PIECES, st.integers(0, 40_000))
def test_splitting_a_span_anywhere_changes_no_finding(
    pieces: list[tuple[State, int]], second: int
) -> None:
    spans = line(pieces)
    parts = split(spans, at("08:00") + timedelta(seconds=second))
    assert bare(judged(parts, EXCUSED)) == bare(judged(spans, EXCUSED))


@given(PIECES, st.integers(1, 600), st.integers(0, 40_000))
def test_splitting_keeps_what_was_proven(
    pieces: list[tuple[State, int]], margin: int, second: int
) -> None:
    inner = timedelta(seconds=margin)
    spans = [
        replace(one, proven_since=one.start, proven_until=max(one.start, one.end - inner))
        if one.state is State.ABSENT and one.end
        else one
        for one in line(pieces)
    ]
    parts = split(spans, at("08:00") + timedelta(seconds=second))
    assert bare(judged(parts, EXCUSED)) == bare(judged(spans, EXCUSED))


@given(PIECES)
def test_no_key_is_given_twice_and_no_finding_leaves_its_session(
    pieces: list[tuple[State, int]],
) -> None:
    found = judged(line(pieces), EXCUSED)
    assert len({one.key for one in found}) == len(found)
    for one in found:
        assert one.session_start <= one.since < one.until_at_least <= one.session_end
        assert one.lower_s <= one.upper_s
    assert all(left.until_at_least <= right.since for left, right in pairwise(found))


@given(PIECES)
def test_findings_lie_in_empty_time_only(pieces: list[tuple[State, int]]) -> None:
    spans = line(pieces)
    for one in judged(spans, EXCUSED):
        for seen in spans:
            if seen.state is State.PRESENT and seen.end is not None:
                assert seen.end <= one.since or seen.start >= one.until_at_least


LOOKS = st.lists(
    st.tuples(
        st.sampled_from(["there"] * 2 + ["empty"] * 4 + ["blind"]),
        st.integers(1, 25),
        st.sampled_from([20, 30, 60]),
    ),
    min_size=1,
    max_size=12,
)
FILTER = PresenceProfile()
ONWARD = {
    Kind.OFF_POST: {Kind.OFF_POST, Kind.EARLY, Kind.ABSENT_HALF_DAY},
    Kind.LATE: {Kind.LATE, Kind.ABSENT_HALF_DAY, Kind.ABSENT_SESSION},
    Kind.ABSENT_HALF_DAY: {Kind.ABSENT_HALF_DAY, Kind.ABSENT_SESSION},
    Kind.ABSENT_SESSION: {Kind.ABSENT_SESSION},
    Kind.EARLY: {Kind.EARLY},
}


def watched(looks: list[tuple[str, int, int]], start: str) -> list[tuple[datetime, list[Span]]]:
    """What the watch knows after each sample, from the real filter."""
    here, presence = at(start), Presence()
    current: Span | None = None
    done: list[Span] = []
    known = []
    for what, count, period in looks:
        for _ in range(count):
            here += timedelta(seconds=period)
            look = Look.UNUSABLE if what == "blind" else Look.LOOKED
            seen = Evidence(here, look, people=int(what == "there"), score=0.8)
            presence = as_of(step(presence, seen, FILTER), here, FILTER)
            reading = combine([ViewState(Coverage.FULL, presence)])
            ended, current = follow(WINDOW.id, current, reading, here)
            done += ended
            known.append((here, [*done, current]))
    return known


@settings(deadline=None, max_examples=150)
@given(LOOKS, st.sampled_from(["08:20", "10:00", "11:20", "14:20", "16:50"]))
def test_live_judging_never_takes_back_what_it_found(
    looks: list[tuple[str, int, int]], start: str
) -> None:
    registered: dict[str, Finding] = {}
    for now, spans in watched(looks, start):
        found = judged(spans, now=now)
        for action in reconcile(registered.values(), found, duty()):
            assert action.move not in {Move.WITHDRAW, Move.EXCUSE, Move.EXEMPT, Move.AMEND}
            assert action.after is not None
            if action.before is not None and action.before.level is Level.FINDING:
                assert action.after.level is Level.FINDING
                assert action.after.kind in ONWARD[action.before.kind]
            registered[action.key] = action.after
    assert len({one.since for one in registered.values()}) == len(registered)


@settings(deadline=None, max_examples=60)
@given(LOOKS)
def test_what_was_judged_live_is_what_is_judged_in_retrospect(
    looks: list[tuple[str, int, int]],
) -> None:
    known = watched(looks, "09:00")
    now, spans = known[-1]
    registered: dict[str, Finding] = {}
    for moment, part in known:
        for action in reconcile(registered.values(), judged(part, now=moment), duty()):
            if action.after is not None:
                registered[action.key] = action.after
    last = {one.key: (one.kind, one.lower_s) for one in judged(spans, now=now)}
    assert {key: (one.kind, one.lower_s) for key, one in registered.items()} == last
