"""The rehearsal city and its day: numbers of domain.md §1.6, and a script that is consistent."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from models.domain.hall import Coverage, HallKind
from vision.sources.rehearsal.actors import OPENS, Stretch, poses
from vision.sources.rehearsal.city import City, built
from vision.sources.rehearsal.day import CALM_S, FAULTS, SESSIONS, STARTS, Day, What, written
from vision.sources.rehearsal.truth import HALF_DAY_S, LATE_S, OFF_POST_S, expected

HOUR = STARTS + 64 * 60.0


@pytest.fixture(scope="module")
def city() -> City:
    return built(2026)


@pytest.fixture(scope="module")
def day(city: City) -> Day:
    return written(city, HOUR)


@pytest.mark.parametrize("seed", [1, 2026, 77])
def test_there_are_82_cameras_in_39_halls_and_130_windows(seed: int) -> None:
    city = built(seed)
    kinds = Counter(hall.kind for hall in city.halls)
    assert kinds == {HallKind.MAIN: 1, HallKind.BRANCH: 7, HallKind.TOWNSHIP: 31}
    assert len(city.cameras) == 82
    assert len(city.windows) == 130
    by_hall = Counter(plan.hall_id for plan in city.cameras.values())
    assert sorted(by_hall.values()) == [1] * 31 + [3] * 7 + [30]


def test_every_window_is_seen_and_a_few_by_two_cameras_one_only_in_part(city: City) -> None:
    seen = {window: [coverage for _, coverage in city.views(window)] for window in city.windows}
    assert all(views for views in seen.values())
    doubles = [views for views in seen.values() if len(views) == 2]
    assert len(doubles) == 4
    assert sum(Coverage.PARTIAL in views for views in doubles) == 1


def test_a_window_and_its_cameras_stand_in_the_same_hall(city: City) -> None:
    for window in city.windows.values():
        for camera in city.cameras_of(window.id):
            assert city.cameras[camera].hall_id == window.hall_id


def test_nobody_works_at_two_windows(city: City) -> None:
    people = [name for one in city.windows.values() for name in (one.clerk, one.cover)]
    assert len(set(people)) == len(people) == 260


def test_the_main_hall_has_34_units_and_halls_have_different_names(city: City) -> None:
    units = {one.unit for one in city.windows.values() if one.hall_id == "main"}
    assert len(units) == 34
    assert len({hall.name for hall in city.halls}) == 39


def test_the_same_seed_writes_the_same_day(city: City, day: Day) -> None:
    again = written(built(2026), HOUR)
    assert again.staged == day.staged
    assert again.present == day.present


def test_presence_is_in_order_and_without_overlap(day: Day) -> None:
    for stretches in day.present.values():
        edges = [moment for stretch in stretches for moment in stretch]
        assert edges == sorted(edges)
        assert all(start < end for start, end in stretches)


def test_whoever_is_not_staged_is_there_for_the_whole_session(city: City, day: Day) -> None:
    staged = {one.window_id for one in day.staged}
    for window in city.windows:
        if window not in staged:
            for start, end in SESSIONS:
                assert day.is_present(window, start)
                assert day.is_present(window, (start + end) / 2)
                assert day.is_present(window, end - 1)


def test_the_first_hour_holds_every_kind_of_story(day: Day) -> None:
    told = {one.what for one in day.staged}
    assert told == set(What) - {What.EARLY}


def test_each_story_has_a_camera_of_its_own(city: City, day: Day) -> None:
    cameras = [city.cameras_of(one.window_id) for one in day.staged]
    assert all(len(one) == 1 for one in cameras)
    assert len({one[0] for one in cameras}) == len(cameras)


def test_a_shorter_demo_stages_only_what_is_over_in_time(city: City) -> None:
    short = written(city, STARTS + 24 * 60)
    assert 0 < len(short.staged) < 8
    assert all(one.ends < short.until for one in short.staged)


@pytest.mark.parametrize("until", [HOUR, STARTS + 35 * 60, STARTS + 60 * 60, 17.7 * 3600])
def test_no_staged_absence_lies_near_a_threshold(city: City, until: float) -> None:
    """A sample a minute must suffice to tell what is a finding and what is not."""
    day = written(city, until)
    for one in day.staged:
        if one.what in FAULTS or one.what is What.LEAVE_UNCOVERED:
            continue
        for start, end in one.away:
            for opens, closes in SESSIONS:
                length = min(end, closes, until) - max(start, opens)
                edge = start <= opens or end >= closes
                limits = (LATE_S, HALF_DAY_S) if edge else (OFF_POST_S,)
                assert length <= 0 or all(abs(length - limit) >= 120 for limit in limits), one


def test_truth_expects_findings_where_they_are_staged_and_nowhere_else(day: Day) -> None:
    wanted = {
        What.LATE: "late",
        What.OFF_POST: "off_post",
        What.COVER_OFF_POST: "cover_off_post",
        What.LEAVE_UNCOVERED: "unmanned",
        What.NO_SHOW: "absent_half_day",
    }
    staged = {(one.window_id, wanted[one.what]) for one in day.staged if one.what in wanted}
    assert {(one.window_id, one.kind) for one in expected(day, HOUR)} == staged


def test_behind_a_blind_camera_nothing_is_expected(day: Day) -> None:
    blind = {one.window_id for one in day.staged if one.what in FAULTS}
    assert len(blind) == 7
    assert not blind & {one.window_id for one in expected(day, HOUR)}


def test_a_no_show_is_late_before_it_is_half_a_day(city: City) -> None:
    day = written(city, HOUR)
    no_show = next(one for one in day.staged if one.what is What.NO_SHOW)
    kinds = [
        [one.kind for one in expected(day, until) if one.window_id == no_show.window_id]
        for until in (SESSIONS[0][0] + 240, SESSIONS[0][0] + 1200, HOUR)
    ]
    assert kinds == [[], ["late"], ["absent_half_day"]]


def test_a_full_day_with_early_leavers_is_expected_to_the_end(city: City) -> None:
    day = written(city, 17.7 * 3600)
    kinds = Counter(one.kind for one in expected(day, day.until))
    assert kinds["early"] == 2
    assert kinds["absent_session"] == 1
    assert kinds["off_post"] == 6


def test_nobody_bends_down_for_long_near_coming_and_going(city: City, day: Day) -> None:
    hard: list[tuple[str, Stretch]] = []
    for window in city.windows:
        changes = poses(2026, window, day.calm(window)).items()
        for (start, pose), (end, _) in pairwise(changes):
            if pose.hard:
                hard.append((window, (start, end)))
                assert 60 <= end - start <= 180
                for edges in day.present[window]:
                    assert all(end <= edge - CALM_S or start >= edge + CALM_S for edge in edges)
    assert len(hard) > 500
    assert all(start >= OPENS for _, (start, _) in hard)
