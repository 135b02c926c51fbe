from __future__ import annotations

import numpy as np

from models.domain.geometry import Polygon
from models.domain.hall import Coverage, View, Window
from models.domain.presence import Evidence, PresenceProfile, Reason, State
from tests.builders import at, empty, seen, unusable
from vision.camera_desk import Examined
from vision.frame import Frame
from vision.watch_room import Memory, WatchRoom

ZONE = Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)))
PROFILE = PresenceProfile(spacing_s=10, slowest_period_s=60)
ALONE = Window("w1", "h1", "1号窗口", (View("cam1", ZONE),))
SHARED = Window("w2", "h1", "2号窗口", (View("cam1", ZONE), View("cam2", ZONE, Coverage.PARTIAL)))


def room(memory: Memory | None = None) -> WatchRoom:
    return WatchRoom([ALONE, SHARED], {"w1": PROFILE, "w2": PROFILE}, memory)


def show(watch: WatchRoom, camera: str, **evidence: Evidence) -> list[str]:
    moment = next(iter(evidence.values())).at
    frame = Frame(camera, np.zeros((2, 2, 3), np.uint8), moment)
    return watch.take(camera, Examined(frame, evidence), f"{camera}@{moment}".encode())


def test_a_window_goes_from_staffed_to_empty_and_keeps_the_pictures_that_matter() -> None:
    watch = room()
    show(watch, "cam1", w1=seen(0))
    for second in (10, 20, 30, 40):
        show(watch, "cam1", w1=empty(second))
    assert watch.readings()["w1"].state is State.ABSENT
    (kept,) = watch.pictures("w1")
    assert kept.before is not None
    assert kept.first_empty is not None
    assert kept.newest is not None
    assert [kept.before.taken_at, kept.first_empty.taken_at, kept.newest.taken_at] == [
        at(0),
        at(10),
        at(40),
    ]


def test_an_unusable_picture_is_never_kept_as_evidence() -> None:
    watch = room()
    show(watch, "cam1", w1=seen(0))
    show(watch, "cam1", w1=unusable(10))
    (kept,) = watch.pictures("w1")
    assert kept.newest is not None
    assert kept.newest.taken_at == at(0)


def test_a_second_camera_that_sees_somebody_keeps_the_window_staffed() -> None:
    watch = room()
    show(watch, "cam2", w2=seen(0))
    for second in (5, 15, 25, 35):
        show(watch, "cam1", w2=empty(second))
    assert watch.readings()["w2"].state is State.PRESENT


def test_a_camera_that_went_silent_makes_its_windows_unknown_with_its_own_reason() -> None:
    watch = room()
    show(watch, "cam1", w1=seen(0))
    watch.offline("cam1", Reason.OFFLINE)
    watch.tick(at(121))
    reading = watch.readings()["w1"]
    assert (reading.state, reading.reason, reading.since) == (
        State.UNKNOWN,
        Reason.OFFLINE,
        at(0),
    )


def test_a_picture_older_than_what_is_known_is_left_out() -> None:
    watch = room()
    show(watch, "cam1", w1=seen(10))
    assert show(watch, "cam1", w1=empty(5)) == ["w1"]
    assert watch.readings()["w1"].state is State.PRESENT


def test_what_the_record_took_over_is_not_told_twice_and_what_came_since_is() -> None:
    watch = room()
    show(watch, "cam1", w1=seen(0))
    for second in (10, 20, 30):
        show(watch, "cam1", w1=empty(second))
    batch = watch.pending()
    assert [span.state for span in batch.ended] == [State.PRESENT]
    show(watch, "cam1", w1=seen(40))
    watch.settled(batch)
    again = watch.pending()
    assert [span.state for span in again.ended] == [State.ABSENT]
    assert set(again.presences) == {("w1", "cam1")}
    watch.settled(again)
    assert watch.pending().ended == ()
    assert not watch.pending().presences


def test_a_restart_within_two_periods_goes_on_with_the_same_absence() -> None:
    before = room()
    for second in (0, 10, 20, 30):
        show(before, "cam1", w1=empty(second))
    batch = before.pending()
    after = room(Memory(batch.presences, batch.running, batch.ended))
    show(after, "cam1", w1=empty(100))
    running = after.spans("w1")[-1]
    assert (running.state, running.start, running.proven_until) == (State.ABSENT, at(0), at(100))


def test_a_restart_after_a_longer_gap_leaves_the_gap_unknown() -> None:
    before = room()
    for second in (0, 10, 20, 30):
        show(before, "cam1", w1=empty(second))
    batch = before.pending()
    after = room(Memory(batch.presences, batch.running, batch.ended))
    after.tick(at(600))
    for second in (600, 610, 620):
        show(after, "cam1", w1=empty(second))
    states = [(span.state, span.start) for span in after.spans("w1")]
    assert states == [
        (State.ABSENT, at(0)),
        (State.UNKNOWN, at(30)),
        (State.ABSENT, at(600)),
    ]
    assert after.spans("w1")[0].proven_until == at(30)


def test_doubtful_windows_are_named_so_that_the_gate_cannot_skip_them() -> None:
    watch = room()
    assert watch.doubtful("cam1") == {"w1", "w2"}
    show(watch, "cam1", w1=seen(0), w2=seen(0))
    assert watch.doubtful("cam1") == frozenset()
    show(watch, "cam1", w1=empty(10))
    assert watch.doubtful("cam1") == {"w1"}


def test_old_spans_are_let_go_from_memory_only() -> None:
    watch = room()
    show(watch, "cam1", w1=seen(0))
    for second in (10, 20, 30):
        show(watch, "cam1", w1=empty(second))
    watch.forget_before(at(3600))
    assert [span.state for span in watch.spans("w1")] == [State.ABSENT]
    assert len(watch.pending().ended) == 1
