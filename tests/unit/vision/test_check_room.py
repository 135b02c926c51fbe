"""Checks under way: one result a window, whatever cameras show and in whichever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.check_look import ACCUSING, telling_look, within
from models.domain.check_result import NOT_EFFECTIVE, Checked, Result
from models.domain.geometry import Polygon
from models.domain.hall import Coverage, View, Window
from models.domain.inspection import Check, CheckKind
from models.domain.presence import Evidence, Look, PresenceProfile, Reason, State
from models.domain.spans import Span
from tests.duty_builders import WINDOW, at, duty, judged, sessions, span
from vision.camera_desk import Examined
from vision.check_room import CheckRoom, Rules
from vision.check_told import Told
from vision.frame import Frame
from vision.watch_room import WatchRoom

ZONE = Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)))
VIEWED = replace(WINDOW, views=(View("cam1", ZONE),))
TWICE = replace(WINDOW, views=(View("cam1", ZONE), View("cam2", ZONE)))
PARTLY = replace(WINDOW, views=(View("cam1", ZONE), View("cam2", ZONE, Coverage.PARTIAL)))
PIXELS = np.zeros((2, 2, 3), np.uint8)
GAP = timedelta(seconds=120)
TEN = timedelta(seconds=10)
PICTURES = ("seen", "empty", "unchanged", "bad", "none")


def check(due: str, number: int = 1, **more: object) -> Check:
    made = Check("random:2026-11-23", "main", number, CheckKind.RANDOM, at(due), at(due), id=number)
    return replace(made, **more)  # type: ignore[arg-type]


class House:
    """A check room over one window, and everything it told."""

    def __init__(self, window: Window = VIEWED) -> None:
        self.window = window
        self.now = at("09:50")
        self.watch = WatchRoom([window], {window.id: PresenceProfile()})
        rules = Rules(
            judge=lambda _window, spans, now: judged(list(spans), now=now),
            duty=duty,
            sessions=lambda _window, _at: sessions(),
            gap=lambda _window: GAP,
        )
        cameras = frozenset(view.camera_id for view in window.views)
        self.checks = CheckRoom(self.watch, rules, {"main": cameras})
        self.told: list[Told] = []
        self.ended: list[int] = []

    def begin(self, one: Check, saved: Sequence[Told] = ()) -> None:
        self.checks.begin(one, 1, self.now, saved)

    def show(self, picture: str, camera: str = "cam1") -> None:
        if picture == "none":
            self.watch.offline(camera, Reason.OFFLINE)
            return
        self.watch.offline(camera, None)
        looks = {"unchanged": Look.UNCHANGED, "bad": Look.UNUSABLE}
        one = Evidence(
            self.now,
            looks.get(picture, Look.LOOKED),
            int(picture == "seen"),
            0.9 if picture == "seen" else 0.0,
            Reason.BLACK if picture == "bad" else None,
        )
        fault = Reason.BLACK if picture == "bad" else None
        examined = Examined(Frame(camera, PIXELS, self.now), {self.window.id: one}, fault=fault)
        self.watch.take(camera, examined, b"jpeg")
        self.checks.see(examined)

    def step(self) -> None:
        self.watch.tick(self.now)
        for standing in self.checks.step(self.now):
            self.told += standing.news
            self.checks.saved(standing.check.id, standing.news)
            if standing.over:
                self.ended.append(standing.check.id)
                self.checks.drop(standing.check.id)

    def pass_(self, *pictures: str, cameras: Sequence[str] = ("cam1",)) -> None:
        for picture in pictures:
            self.now += TEN
            for camera in cameras:
                self.show(picture, camera)
            self.step()

    @property
    def result(self) -> Result | None:
        """The certain result, None while there is none."""
        checked = [one.checked for one in self.told if one.checked]
        assert len(checked) <= 1, "a window has one certain result"
        return checked[0].result if checked else None


def test_the_first_picture_of_a_staffed_window_tells_it() -> None:
    house = House()
    house.begin(check("09:50"))
    house.pass_("seen")
    assert house.result is Result.ON_POST
    assert house.ended == []
    house.pass_(*["seen"] * 4)
    assert house.ended == [1], "five pictures were looked at"


def test_unchanged_and_bad_pictures_are_no_looks() -> None:
    house = House()
    house.pass_("seen", "unchanged")
    house.begin(check("09:50"))
    house.pass_(*["unchanged"] * 5)
    assert house.told == []
    assert house.checks.wanted(house.now) == {"cam1": 10.0}
    house.pass_("seen")
    assert house.result is Result.ON_POST


def test_pictures_from_before_the_check_do_not_count() -> None:
    house = House()
    house.pass_("seen", "seen")
    house.begin(check("09:50"))
    house.step()
    assert house.told == []


def test_five_empty_looks_make_it_pending_from_the_first_of_them() -> None:
    house = House()
    house.pass_("seen")
    house.begin(check("09:50"))
    first = house.now + TEN
    house.pass_(*["empty"] * 4)
    assert house.told == []
    house.pass_("empty")
    (told,) = house.told
    assert (told.checked, told.at, told.seen) == (None, first, State.ABSENT)
    house.pass_(*["empty"] * 85)
    assert house.result is None
    house.pass_(*["empty"] * 3)
    assert house.result is Result.OFF_POST


@pytest.mark.parametrize(("window", "result"), [(TWICE, None), (PARTLY, Result.UNVERIFIABLE)])
def test_a_window_of_two_cameras_is_empty_only_where_both_see_all_of_it(
    window: Window, result: Result | None
) -> None:
    house = House(window)
    house.begin(check("09:50"))
    house.pass_(*["empty"] * 8, cameras=("cam1", "cam2"))
    assert house.result is result
    assert len(house.told) == 1


def test_one_camera_down_of_two_is_unverifiable_and_the_other_seeing_somebody_is_enough() -> None:
    blind, seeing = House(TWICE), House(TWICE)
    for house, picture in ((blind, "empty"), (seeing, "seen")):
        house.begin(check("09:50"))
        for _ in range(8):
            house.now += TEN
            house.show(picture, "cam1")
            house.show("none", "cam2")
            house.step()
    assert seeing.result is Result.ON_POST
    # It never gave a picture: whether it will is waited for a little longer.
    assert blind.result in {None, Result.UNVERIFIABLE}
    blind.pass_(*["none"] * 6, cameras=("cam2",))
    assert blind.result is Result.UNVERIFIABLE
    (told,) = blind.told
    assert told.checked is not None
    assert told.checked.reason is Reason.OFFLINE


def test_a_busy_machine_is_waited_for_but_not_for_ever() -> None:
    house = House()
    house.begin(check("09:50"))
    house.pass_("empty")
    for gone, told in ((90, 0), (100, 1)):
        house.now = at("09:50") + timedelta(seconds=gone + 20)
        house.step()
        assert len(house.told) == told
    assert house.result is Result.UNVERIFIABLE


def test_who_is_missed_three_times_and_then_seen_is_there() -> None:
    house = House()
    house.begin(check("09:50"))
    house.pass_("empty", "empty", "empty")
    assert house.watch.readings()[WINDOW.id].state is State.ABSENT
    house.pass_("seen")
    assert house.result is Result.ON_POST


def test_what_stood_pending_is_taken_up_and_not_looked_for_anew() -> None:
    house = House()
    house.pass_("seen", "empty", "empty", "empty")
    before = Told(WINDOW.id, house.now - TEN, State.ABSENT, None, 3)
    house.begin(check("09:50"), [before])
    house.pass_("empty")
    assert house.told == []
    house.pass_("seen", "seen")
    assert house.result is Result.AWAY


def test_a_certain_result_that_stands_is_never_told_again() -> None:
    house = House()
    stands = Told(WINDOW.id, house.now, State.PRESENT, Checked(Result.ON_POST, Reason.SEEN), 1)
    house.begin(check("09:50"), [stands])
    house.pass_(*["empty"] * 8)
    assert house.told == []
    assert house.ended == [1]


def test_only_halls_with_windows_here_are_ours() -> None:
    assert House().checks.halls == frozenset({"main"})


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(PICTURES), st.integers(1, 40)), min_size=1, max_size=14),
    st.integers(0, 300),
)
def test_every_check_ends_with_one_result_that_the_spans_bear_out(
    pieces: list[tuple[str, int]], begins: int
) -> None:
    house = House()
    course = [picture for picture, times in pieces for _ in range(times)]
    house.pass_(*course[:begins])
    house.begin(check("09:50", due_at=house.now))
    house.pass_(*course[begins:])
    end = at("12:00") + GAP
    rest = int((end - house.now) / TEN) + 14
    house.pass_(*["none"] * rest)
    assert house.ended == [1]
    result = house.result
    assert result is not None
    spans = house.watch.spans(WINDOW.id)
    told = next(one for one in house.told if one.checked)
    grave = [one for one in judged(spans, now=house.now) if one.level.value == "finding"]
    if result in ACCUSING:
        assert any(one.since <= told.at <= one.until_at_least for one in grave)
        assert told.seen is State.ABSENT
    if told.seen is State.PRESENT:
        assert result not in ACCUSING | NOT_EFFECTIVE
    if not any(one.state is State.ABSENT for one in spans):
        assert result in {Result.ON_POST, Result.UNVERIFIABLE}


def running(state: State, start: datetime, proven: datetime) -> Span:
    return span(state, start, None, proven_since=start, proven_until=proven)


def test_a_look_tells_nothing_while_it_may_still_be_taken_back() -> None:
    spans = [running(State.PRESENT, at("09:00"), at("09:59"))]
    assert telling_look([at("10:00")], spans) is None
    assert telling_look([at("09:58"), at("10:00")], spans) == (at("09:58"), State.PRESENT)
    ended = [span(State.PRESENT, at("09:00"), at("10:00")), span(State.UNKNOWN, at("10:00"), None)]
    assert telling_look([at("09:59:59")], ended) == (at("09:59:59"), State.PRESENT)
    assert telling_look([at("10:00")], ended) is None


def test_a_look_just_after_the_session_is_of_its_last_instant() -> None:
    (morning, _) = sessions()
    assert within(at("11:59"), morning) == at("11:59")
    assert within(at("12:00:30"), morning) == at("12:00") - timedelta(microseconds=1)
    assert within(at("13:00"), None) == at("13:00")
