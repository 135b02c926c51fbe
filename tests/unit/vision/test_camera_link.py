from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from models.domain.errors import ForbiddenMove, OnPostError
from tests.fakes_cameras import MORNING, ScriptedSource, Step, SteppedClock, StopAfter, broken
from vision.camera_link import (
    ALLOWED_MOVES,
    BackOff,
    CameraLink,
    LinkState,
    check_move,
)
from vision.frame import Frame
from vision.sources.failures import AccessRefused, NoNewPicture

C, L, S, B, R, X = (
    LinkState.CONNECTING,
    LinkState.LIVE,
    LinkState.STALE,
    LinkState.BACKING_OFF,
    LinkState.RESTING,
    LinkState.CLOSED,
)
QUIET = NoNewPicture("无新画面。", "nothing new")
REFUSED = AccessRefused("密码错误。", "wrong password")


class Bench:
    """A link over scripted sources, and everything it said."""

    def __init__(
        self,
        steps: list[Step] | None = None,
        openings: list[Exception | None] | None = None,
        *,
        period_s: float = 10.0,
        takes_s: float = 0.0,
        speed: float = 1.0,
        on_frame: Callable[[Frame], None] | None = None,
        **more: object,
    ) -> None:
        self.clock = SteppedClock(speed=speed)
        self.sources: list[ScriptedSource] = []
        self.frames: list[Frame] = []
        self.states: list[LinkState] = []
        self.said: list[tuple[LinkState, str, datetime]] = []
        self.peak_held = 0
        remaining, doors = iter(steps or []), iter(openings or [])

        def make() -> ScriptedSource:
            self.peak_held = max(self.peak_held, sum(source.held for source in self.sources))
            source = ScriptedSource("c1", self.clock, (), takes_s=takes_s)
            source.share_script(remaining, doors)
            self.sources.append(source)
            return source

        self.link = CameraLink(
            "c1",
            make,
            self.clock,
            period_s=period_s,
            on_frame=on_frame or self.frames.append,
            on_state=self._on_state,
            rng=random.Random(1),
            **more,  # type: ignore[arg-type]
        )

    def _on_state(self, camera_id: str, state: LinkState, reason: str, at: datetime) -> None:
        assert camera_id == "c1"
        self.states.append(state)
        self.said.append((state, reason, at))

    def run(self, seconds: float) -> Bench:
        self.link.run(StopAfter(self.clock, seconds))
        return self

    @property
    def taken(self) -> list[float]:
        return [(frame.taken_at - MORNING).total_seconds() for frame in self.frames]

    @property
    def gone(self) -> float:
        """Seconds of the clock since the start."""
        return (self.clock.now() - MORNING).total_seconds()

    @property
    def nothing_is_held(self) -> bool:
        return not any(source.held for source in self.sources) and self.peak_held == 0


MOVES = {(C, L), (C, B), (L, S), (L, B), (S, L), (S, B), (B, C), (R, C)}
MOVES |= {(old, end) for old in (C, L, S, B) for end in (R, X)} | {(R, X)}


@pytest.mark.parametrize("old", list(LinkState))
@pytest.mark.parametrize("new", list(LinkState))
def test_only_the_listed_moves_are_allowed(old: LinkState, new: LinkState) -> None:
    assert (new in ALLOWED_MOVES[old]) == ((old, new) in MOVES)
    if (old, new) in MOVES:
        check_move(old, new)
    else:
        with pytest.raises(ForbiddenMove, match=f"from {old} to {new}"):
            check_move(old, new)


def test_a_good_camera_is_read_at_its_due_times() -> None:
    bench = Bench(phase_s=3.0).run(60)
    assert bench.taken == [3, 13, 23, 33, 43, 53]
    assert bench.states == [C, L, X]
    assert (bench.link.samples_due, bench.link.samples_read, bench.link.samples_missed) == (6, 6, 0)
    assert len(bench.sources) == 1
    assert bench.nothing_is_held


def test_a_late_link_skips_to_the_newest_due_time_and_counts_what_it_missed() -> None:
    bench = Bench(takes_s=25.0).run(101)
    # Read at 0 (done at 25), then the newest due time of 25 is 20: its read is done at 50 …
    assert bench.taken == [25, 50, 75, 100, 125]
    assert bench.link.samples_read == 5
    assert bench.link.samples_missed == 6  # 10, 30, 40, 60, 80, 90
    assert bench.link.samples_due == 11


def test_a_failed_read_is_never_a_frame_and_the_source_is_released() -> None:
    bench = Bench([None, broken(), None]).run(35)
    assert len(bench.frames) == sum(source.reads for source in bench.sources) - 1
    assert bench.states[:5] == [C, L, B, C, L]
    assert len(bench.sources) == 2
    assert bench.nothing_is_held
    assert "connection reset" in next(reason for state, reason, _ in bench.said if state is B)


@pytest.mark.parametrize(
    ("steps", "openings"),
    [
        pytest.param([broken()] * 50, [], id="every read fails"),
        pytest.param([], [broken()] * 50, id="never opens"),
        pytest.param([], [REFUSED] * 50, id="wrong password"),
        pytest.param([QUIET] * 500, [], id="says nothing"),
        pytest.param([None, broken(), QUIET, None] * 20, [], id="on and off"),
    ],
)
def test_the_source_is_released_whatever_fails(
    steps: list[Step], openings: list[Exception | None]
) -> None:
    bench = Bench(steps, openings).run(900)
    assert bench.nothing_is_held
    assert all(source.closed >= 1 for source in bench.sources if source.opened)
    assert bench.states[-1] is X
    assert len(bench.frames) == bench.link.samples_read


def test_every_told_move_is_an_allowed_one() -> None:
    bench = Bench([None, broken(), QUIET, QUIET, None, QUIET] * 30, [None, broken()] * 9).run(3000)
    assert bench.states[0] is C
    for old, new in pairwise(bench.states):
        assert new in ALLOWED_MOVES[old]


def test_waits_double_with_each_failure_up_to_the_cap() -> None:
    bench = Bench(openings=[broken()] * 99, period_s=1.0, back_off=BackOff(jitter=0.0)).run(400)
    failed = [(at - MORNING).total_seconds() for state, _, at in bench.said if state is B]
    waits = [round(b - a) for a, b in pairwise(failed)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


def test_waits_are_spread_by_chance_but_never_longer() -> None:
    rule = BackOff(jitter=0.3)
    rng = random.Random(7)
    waits = [rule.wait_s(4, refused=False, rng=rng) for _ in range(200)]
    assert 5.6 <= min(waits) < 5.8
    assert 7.8 < max(waits) <= 8.0
    assert rule.wait_s(500, refused=False, rng=rng) <= 60.0


def test_a_wrong_password_is_not_tried_often_enough_to_lock_the_account() -> None:
    bench = Bench(openings=[REFUSED] * 99, period_s=1.0).run(1800)
    assert len(bench.sources) <= 9
    assert "密码错误" in bench.said[1][1]


def test_failures_are_forgotten_only_after_a_stable_stretch() -> None:
    once: list[Step] = [broken(), None]  # one good frame between failures forgets nothing
    flapping = Bench(once * 50, back_off=BackOff(jitter=0.0)).run(1000)
    backed = [at for state, _, at in flapping.said if state is B]
    assert (backed[-1] - backed[-2]).total_seconds() >= 60
    steady = Bench([broken(), None, None] * 50, back_off=BackOff(jitter=0.0)).run(1000)
    assert steady.link.samples_missed <= 2


def test_a_silent_connection_goes_stale_and_recovers_without_reconnecting() -> None:
    bench = Bench([None, *[QUIET] * 5, None]).run(75)
    assert bench.states[:4] == [C, L, S, L]
    stale_at = next(at for state, _, at in bench.said if state is S)
    assert stale_at == MORNING + timedelta(seconds=40)
    assert len(bench.sources) == 1
    assert bench.link.samples_missed == 5


def test_a_connection_that_stays_silent_is_cut() -> None:
    bench = Bench([None, *[QUIET] * 7, None]).run(120)
    assert bench.states[:6] == [C, L, S, B, C, L]
    assert len(bench.sources) == 2
    assert bench.nothing_is_held


def test_a_picture_that_is_not_newer_is_no_frame() -> None:
    bench = Bench()
    made = bench.link._make_source()
    made.open()
    old = made.read()
    bench.link._newer(old)
    bench.link._succeeded(old)
    with pytest.raises(NoNewPicture):
        bench.link._newer(old)


def test_a_thin_line_is_connected_for_each_sample_only() -> None:
    bench = Bench(keep_open=False).run(45)
    assert bench.taken == [0, 10, 20, 30, 40]
    assert [source.reads for source in bench.sources] == [1] * 5
    assert bench.states == [C, L, X]
    assert bench.nothing_is_held


def test_what_the_receiver_raises_ends_the_link_but_still_releases() -> None:
    def refuse(frame: Frame) -> None:
        raise OnPostError("不行。", "no")

    bench = Bench(on_frame=refuse)
    with pytest.raises(OnPostError):
        bench.run(30)
    assert bench.nothing_is_held
    assert bench.states[-1] is X


def test_waits_follow_an_accelerated_clock() -> None:
    bench = Bench(speed=8.0)
    stop = StopAfter(bench.clock, 31)
    bench.link.run(stop)
    assert bench.taken == [0, 10, 20, 30]
    assert stop.waits == pytest.approx([10, 10, 10, 10], abs=0.01)


def test_a_running_link_ends_at_once_when_told_to() -> None:
    bench = Bench(period_s=3600.0)
    stop = threading.Event()
    thread = threading.Thread(target=bench.link.run, args=(stop,))
    thread.start()
    while not bench.frames:
        time.sleep(0.001)
    began = time.monotonic()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - began < 1.0
    assert bench.states[-1] is X
    assert bench.nothing_is_held


def test_a_long_dead_camera_is_tried_for_ever() -> None:
    bench = Bench(openings=[broken()] * 2000).run(86_400)
    assert 1300 < len(bench.sources) < 2100
    assert bench.link.samples_read == 0
    assert bench.link.samples_missed >= 8_600


def test_closer_samples_come_between_the_due_ones_and_are_not_counted() -> None:
    bench: Bench = Bench(period_s=60.0, closer=lambda: 10.0 if 100 <= bench.gone < 150 else None)
    bench.run(241)
    assert bench.taken[:2] == [0, 60]
    assert [round(at) for at in bench.taken[2:7]] == [100, 110, 120, 130, 140]
    assert bench.taken[7:] == [180, 240]
    assert (bench.link.samples_due, bench.link.samples_missed) == (5, 0)


def test_a_camera_for_checks_only_rests_unconnected_until_it_is_asked_for() -> None:
    bench: Bench = Bench(
        on_demand=True,
        keep_open=False,
        closer=lambda: 10.0 if 100 <= bench.gone < 150 else None,
    )
    bench.run(300)
    assert [round(at) for at in bench.taken] == [100, 110, 120, 130, 140]
    assert bench.states == [R, C, L, R, X]
    assert len(bench.sources) == 5, "a thin line is connected for each picture only"
    assert bench.nothing_is_held
    assert bench.link.samples_due == 0


def test_a_camera_that_was_asked_for_and_does_not_answer_backs_off_and_rests_again() -> None:
    bench: Bench = Bench(
        openings=[broken()] * 99,
        on_demand=True,
        closer=lambda: 10.0 if bench.gone < 60 else None,
    )
    bench.run(200)
    assert bench.states[:3] == [R, C, B]
    assert bench.states[-2:] == [R, X]
    assert bench.frames == []
    assert bench.nothing_is_held


def test_a_slower_pace_leaves_out_samples_and_none_of_them_counts_as_missed() -> None:
    bench: Bench = Bench(pace=lambda: 30.0 if 15 <= bench.gone < 95 else None)
    bench.run(131)
    assert [round(at) for at in bench.taken] == [0, 10, 40, 70, 95, 105, 115, 125]
    assert (bench.link.samples_due, bench.link.samples_missed) == (8, 0)


def test_a_pace_that_quickens_while_the_link_waits_is_taken_up_at_once() -> None:
    bench: Bench = Bench(period_s=60.0, pace=lambda: 5.0 if bench.gone >= 20 else 60.0)
    bench.run(41)
    assert [round(at) for at in bench.taken] == [0, 20, 25, 30, 35, 40]
    assert bench.link.samples_missed == 0


def test_links_that_slow_down_together_keep_taking_turns() -> None:
    def taken(phase: float) -> list[float]:
        bench: Bench = Bench(phase_s=phase, pace=lambda: 30.0 if bench.gone > 20 else 10.0)
        return bench.run(200).taken

    turns = [{round(at % 10, 3) for at in taken(phase)} for phase in (1.0, 4.0, 8.5)]
    assert turns == [{1.0}, {4.0}, {8.5}]


def test_every_missed_sample_is_told_with_its_camera() -> None:
    bench = Bench(takes_s=25.0)
    told: list[tuple[str, int]] = []
    bench.link.tell_missed(lambda camera, samples: told.append((camera, samples)))
    bench.run(101)
    assert {camera for camera, _ in told} == {"c1"}
    assert sum(samples for _, samples in told) == bench.link.samples_missed == 6
