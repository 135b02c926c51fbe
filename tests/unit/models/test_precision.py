"""Precision of findings by window, why a window errs, and what would mend it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.geometry import Polygon
from models.domain.hall import Coverage, View
from models.domain.precision import (
    FEWEST_TRIED,
    LEAST_RATE,
    MOST_RATE,
    Cause,
    Judged,
    ProposalKind,
    cause_of,
    cause_said,
    lesson_of,
    order,
    share,
    widened,
)
from models.domain.presence import Evidence, Look, Presence, PresenceProfile, State, as_of, steps

ZONE = Polygon(((0.1, 0.2), (0.45, 0.2), (0.45, 0.9), (0.1, 0.9)))
VIEW = View("c01", ZONE)
EDGE = View("c02", Polygon(((0.0, 0.2), (0.3, 0.2), (0.3, 0.9), (0.0, 0.9))), version=4)
COUNTS = st.integers(0, 5000).flatmap(
    lambda whole: st.tuples(st.integers(0, whole), st.just(whole))
)


@given(COUNTS)
def test_the_interval_holds_its_estimate_and_stays_within_0_and_1(count: tuple[int, int]) -> None:
    found = share(*count)
    assert 0.0 <= found.low <= found.high <= 1.0
    if found.estimate is None:
        assert count[1] == 0 and (found.low, found.high) == (0.0, 1.0)
    else:
        assert found.low <= found.estimate <= found.high


@given(COUNTS, st.integers(2, 50))
def test_more_data_of_the_same_share_never_widens_the_interval(
    count: tuple[int, int], times: int
) -> None:
    part, whole = count
    assert share(part * times, whole * times).width <= share(part, whole).width + 1e-12


def test_the_interval_is_wilsons() -> None:
    found = share(8, 10)
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)


@pytest.mark.parametrize("count", [(-1, 3), (4, 3), (0, -1)])
def test_counts_that_cannot_be_are_refused(count: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="of"):
        share(*count)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("群众遮挡", Cause.PARTIAL_VIEW),
        ("人站在区域旁边", Cause.ZONE_TIGHT),
        ("座位移到左边了", Cause.SEAT_MOVED),
        ("人在岗,低头漏检", Cause.MISSED),
        ("Clerk stood OUTSIDE the zone", Cause.ZONE_TIGHT),
        ("其他", None),
    ],
)
def test_a_reason_speaks_of_a_cause(reason: str, cause: Cause | None) -> None:
    assert cause_said(reason) is cause


def test_a_window_that_does_not_err_has_no_cause() -> None:
    assert lesson_of(Judged(50, ("区域偏窄",) * 2, (VIEW,))).cause is None
    assert lesson_of(Judged(0, ("区域偏窄",) * 2, (VIEW,))).cause is None, "two are too few"
    assert lesson_of(Judged()).proposal is None


def test_a_tight_zone_is_to_be_widened_the_more_the_more_often_it_errs() -> None:
    little = lesson_of(Judged(7, ("站在旁边",) * 3, (VIEW,))).proposal
    much = lesson_of(Judged(1, ("站在旁边",) * 5, (VIEW,))).proposal
    assert little is not None and much is not None
    assert little.kind is much.kind is ProposalKind.WIDEN
    assert little.value < much.value
    assert little.key == "widen:c01:1:0.1"


def test_the_view_at_the_pictures_edge_is_to_be_marked_partial() -> None:
    found = lesson_of(Judged(1, ("其他",) * 4, (VIEW, EDGE)))
    assert found.cause is Cause.PARTIAL_VIEW
    assert found.proposal is not None
    assert found.proposal.key == "mark_partial:c02:4:0"


def test_a_view_that_is_partial_already_is_not_proposed_again() -> None:
    partial = View("c02", EDGE.polygon, Coverage.PARTIAL)
    assert lesson_of(Judged(1, ("群众遮挡",) * 4, (partial,))).proposal is None


def test_a_zone_much_smaller_than_its_neighbours_is_too_tight() -> None:
    judged = Judged(1, ("其他",) * 4, (VIEW,), usual_area={"c01": 2 * ZONE.area})
    assert cause_of(judged) is Cause.ZONE_TIGHT


def test_a_seat_that_moved_has_to_be_drawn_by_a_person() -> None:
    found = lesson_of(Judged(1, ("座位移动",) * 4, (VIEW,))).proposal
    assert found is not None and not found.by_itself


def test_the_hit_rate_follows_what_was_measured_and_only_where_that_is_sure() -> None:
    low = lesson_of(Judged(views=(VIEW,), tried=1000, found=850)).proposal
    assert low is not None
    assert (low.kind, low.value) == (ProposalKind.HIT_RATE, 0.85)
    high = lesson_of(Judged(views=(VIEW,), tried=5000, found=4990, hit_rate=0.9)).proposal
    assert high is not None
    assert high.value == pytest.approx(0.99, abs=0.011)
    assert lesson_of(Judged(views=(VIEW,), tried=1000, found=951)).proposal is None
    few = Judged(views=(VIEW,), tried=FEWEST_TRIED - 1, found=10)
    assert lesson_of(few).proposal is None
    assert cause_of(Judged(0, ("?",) * 4, (VIEW,), tried=1000, found=700)) is Cause.MISSED
    assert cause_of(Judged(0, ("?",) * 4, (VIEW,))) is Cause.UNCLEAR


@given(
    st.integers(0, 40),
    st.lists(st.sampled_from(["区域", "遮挡", "座位移动", "漏检", ""]), max_size=30),
    COUNTS,
    st.floats(0.62, 0.999),
)
def test_every_proposal_is_one_that_the_settings_take(
    right: int, reasons: list[str], looks: tuple[int, int], rate: float
) -> None:
    judged = Judged(right, tuple(reasons), (VIEW, EDGE), rate, looks[1], looks[0])
    found = lesson_of(judged)
    assert (found.cause is not None) == judged.errs
    if found.proposal is None:
        return
    if found.proposal.kind is ProposalKind.HIT_RATE:
        assert max(LEAST_RATE, judged.enter_at) < found.proposal.value <= MOST_RATE
        assert found.proposal.value != rate
    else:
        assert found.proposal.camera_id in {"c01", "c02"}


def test_windows_that_surely_err_come_before_those_of_which_little_is_known() -> None:
    surely = Judged(10, ("",) * 90)
    perhaps = Judged(0, ("",))
    fine = Judged(100, ("",))
    none = Judged()
    assert sorted([none, fine, perhaps, surely], key=order) == [surely, perhaps, fine, none]


CORNERS = st.floats(0.05, 0.45).flatmap(
    lambda size: st.tuples(st.floats(0, 1 - size), st.floats(0, 1 - size), st.just(size))
)


@given(CORNERS, st.sampled_from([0.1, 0.2]))
def test_a_widened_zone_holds_the_old_one_and_stays_in_the_picture(
    square: tuple[float, float, float], by: float
) -> None:
    x, y, size = square
    old = Polygon(((x, y), (x + size, y), (x + size, y + size), (x, y + size)))
    new = widened(old, by)
    assert new is not None
    assert new.share_inside(old.bounds) == pytest.approx(1.0, abs=0.01)
    assert new.area <= old.area * (1 + by) ** 2 + 1e-3


def test_what_cannot_grow_is_not_widened() -> None:
    assert widened(Polygon(((0, 0), (1, 0), (1, 1), (0, 1))), 0.2) is None


def look(second: float, people: int) -> Evidence:
    at = datetime(2026, 11, 24, 1, tzinfo=UTC) + timedelta(seconds=second)
    return Evidence(at, Look.LOOKED, people, 0.8 if people else 0.0)


def test_misses_count_against_the_hit_rate_only_once_a_sighting_follows() -> None:
    staffed = [look(0, 1), look(10, 1), look(20, 0), look(30, 1)]
    answer = steps(Presence(), staffed, PresenceProfile())[-1]
    assert (answer.tried, answer.found) == (3, 2), "the first sighting began it"
    left = steps(answer, [look(40 + 10 * n, 0) for n in range(4)], PresenceProfile())[-1]
    assert left.state is State.ABSENT
    back = steps(left, [look(90, 1), look(100, 1)], PresenceProfile())[-1]
    assert (back.tried, back.found) == (4, 3), "who was gone was not missed"
    blind = as_of(back, look(4000, 0).at, PresenceProfile())
    assert (blind.tried, blind.found) == (4, 3)


@given(st.lists(st.integers(0, 1), max_size=60))
def test_no_more_is_found_than_was_tried(people: list[int]) -> None:
    answers = steps(
        Presence(), [look(10 * n, one) for n, one in enumerate(people)], PresenceProfile()
    )
    counted = [(one.tried, one.found) for one in answers]
    assert all(0 <= found <= tried <= number for number, (tried, found) in enumerate(counted))
    assert counted == sorted(counted)
