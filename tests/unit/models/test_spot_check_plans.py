"""Plans of spot checks: inside open time, apart, the same again, and each check due once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.commitment import (
    CampaignInputs,
    DrawRules,
    HallInputs,
    PlanInputs,
    checked_nonce,
    commitment_of,
    inputs_from,
)
from models.domain.errors import InputError
from models.domain.fixed_plan import FixedRules, FixedTimes, fixed_times, moment_at, spread
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook, Season, Session, Sitting, WorkHours
from models.domain.inspection import MOVES, CheckKey, CheckKind, CheckState, NotDone, came_from
from models.domain.inspection_inputs import PlanRules, plan_inputs
from models.domain.inspection_plan import (
    Planned,
    days_to_look_at,
    due_checks,
    open_part,
    plan_of,
    plan_text,
)
from models.domain.random_plan import Stream, draw, how_many, positions
from models.domain.workdays import WorkCalendar

DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
SEED = bytes(range(32))
MINUTE = timedelta(minutes=1)


@st.composite
def open_days(draw_: st.DrawFn) -> tuple[Session, ...]:
    """One to three sessions of a day, in order, apart."""
    cuts = draw_(st.lists(st.integers(0, 24 * 60), min_size=2, max_size=6, unique=True))
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return tuple(Session(MIDNIGHT + a * MINUTE, MIDNIGHT + b * MINUTE) for a, b in pairs)


def open_seconds(sessions: tuple[Session, ...], moment: datetime) -> float:
    """Open time before the moment."""
    return sum(max(0.0, (min(one.end, moment) - one.start).total_seconds()) for one in sessions)


rules = st.builds(
    DrawRules, gap_s=st.integers(60, 7200), vary=st.booleans(), most=st.integers(1, 12)
)
seeds = st.binary(min_size=32, max_size=32)


@given(open_days(), st.integers(0, 8), rules, seeds)
def test_random_checks_lie_inside_sessions_and_apart(
    sessions: tuple[Session, ...], mean: int, how: DrawRules, seed: bytes
) -> None:
    found = draw(Stream(seed, "hall:h1"), sessions, mean, how)
    assert found == sorted(set(found))
    assert all(any(one.start <= at < one.end for one in sessions) for at in found)
    assert len(found) <= how.most
    length = sum(one.seconds for one in sessions)
    assert len(found) <= max(1, length // how.gap_s)
    places = [open_seconds(sessions, at) for at in found]
    around = [*places, places[0] + length] if len(places) > 1 else []
    assert all(after - before >= how.gap_s for before, after in pairwise(around))
    if not how.vary:
        assert len(found) == min(mean, how.most, max(1, length // how.gap_s))


@given(open_days(), seeds, seeds, st.text(max_size=30))
def test_a_plan_is_the_same_again_and_another_one_from_another_seed(
    sessions: tuple[Session, ...], seed: bytes, other: bytes, nonce: str
) -> None:
    halls = tuple(HallInputs(f"h{n}", sessions, 3) for n in range(8))
    inputs = PlanInputs(DAY, halls, rules=DrawRules(gap_s=60, vary=False))
    again = inputs_from(inputs.text)
    assert again.text == inputs.text
    text = plan_text(plan_of(inputs, seed, nonce))
    assert plan_text(plan_of(again, seed, nonce)) == text
    if seed != other and sum(one.seconds for one in sessions) > 1800:
        assert plan_text(plan_of(inputs, other, nonce)) != text
        assert plan_text(plan_of(inputs, seed, nonce + "x")) != text
        moments = Counter(one.due_at for one in plan_of(inputs, seed, nonce))
        assert len(moments) > 4, "halls draw from streams of their own"


def test_the_draw_never_changes_from_one_version_to_the_next() -> None:
    """Days that were revealed must verify for good."""
    stream = Stream(SEED, "hall:h1")
    drawn = [stream.below(n) for n in (2, 10, 100, 23_400, 1 << 33, 1)]
    assert drawn == [0, 7, 24, 13_083, 3_201_877_288, 0]
    sessions = (Session(MIDNIGHT, MIDNIGHT + 390 * MINUTE),)
    inputs = PlanInputs(DAY, (HallInputs("h1", sessions, 2),), rules=DrawRules(vary=False))
    moments = [f"{one.due_at:%H:%M:%S}" for one in plan_of(inputs, SEED, "nonce")]
    assert moments == ["00:54:32", "02:10:42"]
    commitment = commitment_of(SEED, DAY, inputs.text)
    assert commitment == "08c3e68be1ffc84087f221bed7cde237ed788c4b2659ff57d206a26d56ad4760"


@given(st.integers(1, 1000), seeds)
def test_a_number_is_below_its_bound(bound: int, seed: bytes) -> None:
    stream = Stream(seed, "x")
    assert all(0 <= stream.below(bound) < bound for _ in range(20))


def test_numbers_are_not_folded_back_so_none_is_likelier() -> None:
    stream = Stream(SEED, "bias")
    counts = Counter(stream.below(192) for _ in range(96_000))  # folding would favour 0..63
    low = sum(counts[n] for n in range(64))
    assert abs(low - 32_000) < 4 * (32_000 * 2 / 3) ** 0.5
    chi2 = sum((counts[n] - 500) ** 2 / 500 for n in range(192))
    assert chi2 < 270  # df 191, one in ten thousand


@pytest.mark.parametrize("mean", [1, 2, 3, 4])
def test_how_many_varies_around_its_mean_and_the_last_one_tells_nothing(mean: int) -> None:
    stream, how = Stream(SEED, f"many {mean}"), DrawRules(most=1000)
    drawn = [how_many(stream, mean, how, 1000) for _ in range(20_000)]
    assert abs(sum(drawn) / len(drawn) - mean) < 0.06
    assert min(drawn) == (0 if mean == 1 else 1)
    for done in range(1, mean + 2):
        left = [one for one in drawn if one >= done]
        more = sum(one > done for one in left) / len(left)
        assert more > 0.4, "after each check another one is still likely"


def test_how_many_is_capped_by_rule_and_by_what_fits() -> None:
    stream = Stream(SEED, "caps")
    assert how_many(stream, 5, DrawRules(vary=False, most=4), 9) == 4
    assert how_many(stream, 5, DrawRules(vary=False), 3) == 3
    assert how_many(stream, 0, DrawRules(), 9) == 0


def test_the_circle_may_be_full() -> None:
    found = positions(Stream(SEED, "full"), 13, 390 * 60, 1800)
    assert [after - before for before, after in pairwise(found)] == [1800] * 12


def test_a_hall_that_opens_for_less_than_the_gap_has_one_check() -> None:
    short = (Session(MIDNIGHT, MIDNIGHT + 20 * MINUTE),)
    assert len(draw(Stream(SEED, "short"), short, 3, DrawRules(vary=False))) == 1
    assert draw(Stream(SEED, "closed"), (), 3, DrawRules(vary=False)) == []


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 3), (date(2026, 10, 25), 5), (date(2026, 6, 7), 4)]
)
def test_on_days_when_clocks_are_moved_open_time_is_what_it_really_is(
    day: date, hours: int
) -> None:
    hall = Hall("h1", "一", time_zone="Europe/Berlin")
    night = WorkHours(sittings=(Sitting(time(1), time(5)),))
    calendar = WorkCalendar.builtin().with_overrides([])
    inputs = plan_inputs(
        day,
        [hall],
        [Window("w", "h1", "1号", ())],
        hours=HoursBook([night]),
        calendar=_always(calendar, day),
        rules=PlanRules(
            FixedRules(
                (
                    FixedTimes(
                        (time(1, 30), time(2, 30), time(4)),
                    ),
                )
            )
        ),
    )
    (only,) = inputs.halls
    assert sum(one.seconds for one in only.sessions) == hours * 3600
    for seed in range(30):
        for one in plan_of(inputs, bytes([seed]) * 32, "n"):
            wall = one.due_at.astimezone(ZoneInfo("Europe/Berlin"))
            assert time(1) <= wall.time() < time(5)


def _always(calendar: WorkCalendar, day: date) -> WorkCalendar:
    from models.domain.workdays import CalendarDay, DayKind, DayStatus

    return calendar.with_overrides([CalendarDay(day, DayKind.WORKDAY, DayStatus.OVERRIDE)])


@given(open_days(), st.integers(0, 24))
def test_fixed_checks_are_spread_inside_open_time(
    sessions: tuple[Session, ...], count: int
) -> None:
    found = spread(sessions, count)
    assert len(found) <= count
    assert all(one.second == 0 for one in found)
    assert all(any(at.start <= one < at.end for at in sessions) for one in found)
    if sum(one.seconds for one in sessions) >= 600 * max(1, count):
        assert len(found) == count


def test_beyond_the_open_time_there_is_no_moment() -> None:
    with pytest.raises(InputError):
        moment_at((Session(MIDNIGHT, MIDNIGHT + MINUTE),), 60)


def test_a_halls_own_times_go_before_general_ones_and_newer_before_older() -> None:
    hall, sessions = Hall("h1", "一"), [Session(MIDNIGHT, MIDNIGHT + 600 * MINUTE)]

    def clock(fixed: FixedRules, name: str = "h1", day: date = DAY) -> list[str]:
        found = fixed_times(Hall(name, "x"), day, sessions, fixed)
        return [f"{one.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" for one in found]

    winter = Season((11, 1), (2, 28))
    rows = (
        FixedTimes((time(9),)),
        FixedTimes((time(10),), valid_from=date(2026, 11, 1)),
        FixedTimes((time(11),), valid_from=date(2026, 11, 1), season=winter),
        FixedTimes((time(12),), hall_id="h2"),
        FixedTimes((time(13),), weekdays=frozenset({4}), valid_from=date(2026, 11, 20)),
    )
    assert clock(FixedRules(rows)) == ["11:00"]
    assert clock(FixedRules(rows[:2])) == ["10:00"]
    assert clock(FixedRules(rows), "h2") == ["12:00"]
    assert clock(FixedRules(per_day=2, per_hall={"h1": 1})) == ["13:00"]
    assert len(fixed_times(hall, DAY, sessions, FixedRules(rows[4:]))) == 4, "another weekday"


def test_a_campaign_has_its_own_checks_numbered_by_moment() -> None:
    sessions = (Session(MIDNIGHT, MIDNIGHT + 390 * MINUTE),)
    times = (MIDNIGHT + 30 * MINUTE, MIDNIGHT + 300 * MINUTE)
    campaign = CampaignInputs("slack", 2, CheckKind.JOINT, 2, (("h1", times),))
    inputs = PlanInputs(
        DAY,
        (HallInputs("h1", sessions, 0), HallInputs("h2", sessions, 0)),
        (campaign,),
        DrawRules(vary=False),
    )
    assert inputs_from(inputs.text) == inputs
    found = plan_of(inputs, SEED, "n")
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert {one.plan for one in found} == {"campaign:slack:2026-11-23"}
    assert {one.hall_id for one in found} == {"h1"}
    assert {one.kind for one in found} == {CheckKind.JOINT}
    assert set(times) < {one.due_at for one in found}
    assert found[0].details == {"campaign": "slack", "version": 2}
    assert open_part(inputs) == []


def planned(count: int = 6) -> list[Planned]:
    return [
        Planned("random:2026-11-23", "h1", n, CheckKind.RANDOM, MIDNIGHT + n * 40 * MINUTE)
        for n in range(1, count + 1)
    ]


@given(st.lists(st.integers(0, 400), max_size=40), st.integers(0, 60))
def test_whenever_one_looks_each_check_is_due_exactly_once(ticks: list[int], grace: int) -> None:
    plan, written, found = planned(), set[CheckKey](), []
    for minute in [*sorted(ticks), 500]:
        now = MIDNIGHT + minute * MINUTE
        due = due_checks(plan, written, now, grace=grace * MINUTE)
        assert all(one.planned.due_at <= now for one in due)
        written |= {one.planned.key for one in due}
        found += [(one, now) for one in due]
    assert [one.planned.key for one, _ in found] == [one.key for one in plan]
    for one, now in found:
        late = now - one.planned.due_at
        assert (one.reason is NotDone.NOT_RUNNING) == (late > grace * MINUTE)
        check = one.check(now)
        assert (check.written_at, check.due_at, check.late_s) == (
            now,
            one.planned.due_at,
            late.total_seconds(),
        )


def test_a_clock_that_is_set_back_writes_nothing_twice() -> None:
    plan, grace = planned(), 10 * MINUTE
    first = due_checks(plan, set(), MIDNIGHT + 41 * MINUTE, grace=grace)
    written = {one.planned.key for one in first}
    assert due_checks(plan, written, MIDNIGHT - 20 * MINUTE, grace=grace) == []
    assert due_checks(plan, written, MIDNIGHT + 41 * MINUTE, grace=grace) == []


def test_a_hall_that_was_closed_after_the_commitment_is_not_looked_at() -> None:
    (one,) = due_checks(
        planned(1),
        set(),
        MIDNIGHT + 40 * MINUTE,
        grace=10 * MINUTE,
        still_open=lambda hall, at: hall != "h1" or at < MIDNIGHT,
    )
    assert one.reason is NotDone.CLOSED_AFTER_PLAN


def test_days_are_caught_up_with_to_the_first_one_and_no_further_than_told() -> None:
    def days(first: date | None, back: int = 7) -> list[int]:
        return [one.day for one in days_to_look_at(DAY, first, back)]

    assert days(None) == [23, 24]
    assert days(date(2026, 11, 21)) == [21, 22, 23, 24]
    assert days(date(2026, 1, 1), 2) == [21, 22, 23, 24]
    assert days(date(2026, 12, 1)) == [23, 24]


def test_the_first_day_begins_when_the_system_does() -> None:
    since = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 10:00 in Shanghai
    inputs = plan_inputs(
        DAY,
        [Hall("h1", "一"), Hall("empty", "无窗口")],
        [Window("w", "h1", "1号", (), key_post=True)],
        hours=HoursBook(),
        calendar=WorkCalendar.builtin(),
        rules=PlanRules(),
        since=since,
    )
    (hall,) = inputs.halls
    assert (inputs.opens_at, hall.mean) == (since, 3)
    assert min(hall.fixed) > since
    assert inputs_from(inputs.text).since == since


def test_seed_nonce_and_inputs_are_refused_where_they_are_none() -> None:
    with pytest.raises(InputError):
        commitment_of(b"short", DAY, "{}")
    for bad in ("", "1234567", "x" * 129, "a\nb\tc d e f g"):
        with pytest.raises(InputError):
            checked_nonce(bad)
    assert checked_nonce("  3 1 6 6 2 5 ") == "3 1 6 6 2 5"
    for text in ("", "{}", '{"format":"onpost-plan-1"}', "[]"):
        with pytest.raises(InputError):
            inputs_from(text)
    newer = PlanInputs(DAY).text.replace("onpost-plan-1", "onpost-plan-2")
    with pytest.raises(InputError, match="onpost-plan-2"):
        inputs_from(newer)


def test_every_state_but_the_two_last_can_be_given_up_and_none_is_reached_twice() -> None:
    ended = {state for state, moves in MOVES.items() if not moves}
    assert ended == {CheckState.SETTLED, CheckState.NOT_DONE}
    assert came_from(CheckState.NOT_DONE) == ("claimed", "due", "looking")
    assert came_from(CheckState.SETTLED) == ("looking",)
    assert came_from(CheckState.DUE) == ()
