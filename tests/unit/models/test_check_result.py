"""One result per window and check, and what a roster lacks before it matters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.check_result import (
    NOT_EFFECTIVE,
    RESULT_NAMES,
    Result,
    result_at,
)
from models.domain.coverage import Planner, Trouble
from models.domain.duty import Duty
from models.domain.hall import Window
from models.domain.leave import Notice
from models.domain.presence import Reason, State
from models.domain.roster import Roster, Shift
from models.domain.spans import Span
from tests.duty_builders import (
    ALL_DAY,
    CALENDAR,
    HALL,
    HOURS,
    JIA,
    MONDAY,
    STAFF,
    WINDOW,
    YI,
    at,
    day_of,
    duty,
    judged,
    notice,
    power_cut,
    shift,
    span,
)


def check(clock: str, spans: list[Span], by: Duty | None = None) -> Result:
    by = by or duty()
    return result_at(WINDOW, at(clock), spans, judged(spans, by), by).result


def test_s01_a_window_held_by_its_cover_is_covered() -> None:
    by = duty(notice(JIA, "09:00", "10:00", registered="08:50", cover=YI))
    assert check("09:30", day_of(), by) is Result.COVERED
    assert check("10:30", day_of(), by) is Result.ON_POST


def test_s04_a_camera_that_is_offline_is_unverifiable_with_its_reason() -> None:
    spans = [
        span(State.PRESENT, at("08:00"), at("09:55")),
        span(State.UNKNOWN, at("09:55"), at("10:20")),
        span(State.PRESENT, at("10:20"), at("18:00")),
    ]
    found = result_at(WINDOW, at("10:00"), spans, judged(spans), duty())
    assert (found.result, found.reason) == (Result.UNVERIFIABLE, Reason.OFFLINE)
    assert found.result in NOT_EFFECTIVE
    assert judged(spans) == []


def test_no_span_at_all_is_unverifiable() -> None:
    assert check("10:00", []) is Result.UNVERIFIABLE


@pytest.mark.parametrize(
    ("clock", "empty", "result"),
    [
        ("10:02", ("10:00", "10:04"), Result.AWAY),
        ("10:02", ("10:00", "10:10"), Result.AWAY),
        ("10:02", ("10:00", "10:20"), Result.OFF_POST),
        ("08:32", ("08:20", "08:40"), Result.LATE),
        ("11:55", ("11:50", "12:10"), Result.EARLY),
        ("09:00", ("08:20", "12:10"), Result.ABSENT),
        ("09:00", ("08:20", "09:10"), Result.ABSENT),
    ],
)
def test_an_empty_window_is_what_its_stretch_is(
    clock: str, empty: tuple[str, str], result: Result
) -> None:
    assert check(clock, day_of(empty)) is result


def test_nobody_left_to_cover_is_the_units() -> None:
    by = duty(notice(JIA, "09:00", "12:00"))
    assert check("10:00", day_of(("09:10", "11:00")), by) is Result.UNMANNED


def test_s20_exempt_and_without_roster_whatever_was_seen() -> None:
    by = duty(exemptions=(power_cut("09:00", "10:00"),))
    assert check("09:30", day_of(("09:10", "09:50")), by) is Result.EXEMPT
    assert check("09:30", day_of(), by) is Result.EXEMPT
    assert check("09:30", day_of(), duty(roster=Roster())) is Result.NO_ROSTER


def test_a_check_inside_a_short_gap_belongs_to_its_stretch() -> None:
    spans = [
        span(State.ABSENT, at("10:00"), at("10:20")),
        span(State.UNKNOWN, at("10:20"), at("10:21")),
        span(State.ABSENT, at("10:21"), at("10:40")),
        span(State.PRESENT, at("10:40"), at("18:00")),
    ]
    assert check("10:20:30", spans) is Result.OFF_POST


PIECES = st.lists(
    st.tuples(st.sampled_from(list(State)), st.integers(20, 3000)), min_size=1, max_size=12
)


@given(PIECES, st.integers(0, 209))
def test_every_check_has_exactly_one_result_and_a_sighting_is_never_an_absence(
    pieces: list[tuple[State, int]], minute: int
) -> None:
    here, spans = at("08:30"), []
    for state, seconds in pieces:
        spans.append(span(state, here, here + timedelta(seconds=seconds)))
        here += timedelta(seconds=seconds)
    moment = at("08:30") + timedelta(minutes=minute)
    found = result_at(WINDOW, moment, spans, judged(spans), duty())
    assert found.result in RESULT_NAMES
    seen = next((one.state for one in spans if one.end and one.start <= moment < one.end), None)
    if seen is State.PRESENT:
        assert found.result is Result.ON_POST
    if seen is State.ABSENT:
        assert found.result not in NOT_EFFECTIVE


OTHER = Window("W13", "main", "13号窗口", ())


def planner(roster: Roster, *notices: Notice) -> Planner:
    return Planner(Duty(roster, notices, staff=STAFF), HOURS, CALENDAR)


def test_a_full_roster_covers_everything() -> None:
    cover = planner(ALL_DAY).cover(WINDOW, HALL, MONDAY, MONDAY)
    assert (cover.open_s, cover.share, cover.ahead) == (390 * 60, 1.0, ())


def test_gaps_are_told_before_they_happen() -> None:
    morning = Roster((shift(JIA, "08:30", "12:00"),))
    cover = planner(morning).cover(WINDOW, HALL, MONDAY, date(2026, 11, 24))
    assert [(one.trouble, one.start) for one in cover.ahead] == [
        (Trouble.NO_ROSTER, at("14:30")),
        (Trouble.NO_ROSTER, at("08:30", date(2026, 11, 24))),
        (Trouble.NO_ROSTER, at("14:30", date(2026, 11, 24))),
    ]
    assert cover.share == 210 / 780


def test_leave_without_a_cover_is_told_before_it_begins() -> None:
    cover = planner(ALL_DAY, notice(JIA, "09:00", "10:00")).cover(WINDOW, HALL, MONDAY, MONDAY)
    (one,) = cover.ahead
    assert (one.trouble, one.start, one.end) == (Trouble.UNMANNED, at("09:00"), at("10:00"))
    assert "无人顶岗" in one.why_zh


def test_two_first_posts_are_told() -> None:
    roster = Roster((shift(JIA, "08:30", "17:30"), shift(YI, "10:00", "11:00")))
    (one,) = planner(roster).cover(WINDOW, HALL, MONDAY, MONDAY).ahead
    assert (one.trouble, one.start, one.end) == (Trouble.SEVERAL, at("10:00"), at("11:00"))


def test_a_window_that_is_never_open_has_no_share() -> None:
    saturday = date(2026, 11, 21)
    assert planner(ALL_DAY).cover(WINDOW, HALL, saturday, saturday).share is None


def test_one_person_expected_at_two_windows_is_a_clash() -> None:
    elsewhere = Shift("W13", at("11:00"), at("17:30"), JIA.id)
    both = Roster((*ALL_DAY.shifts, elsewhere))
    found = planner(both).clashes([(WINDOW, HALL), (OTHER, HALL)], MONDAY, MONDAY)
    assert [(one.trouble, one.start, one.end) for one in found] == [
        (Trouble.DOUBLE, at("11:00"), at("12:00")),
        (Trouble.DOUBLE, at("14:30"), at("17:30")),
    ]
    assert "甲同时排在窗口 W12 和 W13" in found[0].why_zh
    assert planner(ALL_DAY).clashes([(WINDOW, HALL), (OTHER, HALL)], MONDAY, MONDAY) == []
