from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from models.domain.errors import StorageError
from models.domain.geometry import Box, Polygon
from models.domain.hall import View, Window
from models.domain.hints import PHONE, HintRules
from models.domain.pace import Pace
from models.domain.presence import PresenceProfile, Reason, State
from tests.builders import NINE
from tests.fakes_cameras import Step, broken
from tests.fakes_detectors import PHONE_BGR, hall, painted, stand
from vision.attention import Attention
from vision.camera_desk import CameraDesk, Examined
from vision.camera_link import BackOff, CameraLink, LinkState
from vision.clue_desk import ClueDesk
from vision.detectors.scripted import ScriptedDetector
from vision.engine.local import MISSED_FAILED, CameraPost, LinkListener, LocalEngine
from vision.frame import Frame
from vision.gate import Gate
from vision.look import Looker
from vision.pacer import Pacer
from vision.sources.failures import BrokenPicture
from vision.watch_room import WatchRoom

ZONE = Polygon(((0.1, 0.2), (0.4, 0.2), (0.4, 0.9), (0.1, 0.9)))
WINDOW = Window("w1", "h1", "1号窗口", (View("cam1", ZONE),))
STAFFED = stand(hall(), Box(0.2, 0.3, 0.3, 0.8))


class QuickClock:
    """The real clock, a hundred times as fast."""

    speed = 100.0

    def __init__(self) -> None:
        self._start, self._began = NINE, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)


class Camera:
    """Gives the pictures of its script, the last one for ever."""

    def __init__(self, clock: QuickClock, script: list[Step]) -> None:
        self._clock, self._script = clock, script
        self.open_now = False

    def shows(self, step: Step) -> None:
        self._script = [step]

    def open(self) -> None:
        self.open_now = True

    def read(self) -> Frame:
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if step is None or isinstance(step, Exception):
            raise step or broken()
        return Frame("cam1", step, self._clock.now())

    def close(self) -> None:
        self.open_now = False


class Shelf:
    def __init__(self, *, full: bool = False) -> None:
        self.shown: list[datetime] = []
        self.gone: list[Reason] = []
        self.full = full

    def show(self, frame: Frame, jpeg: bytes, fault: Reason | None) -> None:
        assert jpeg.startswith(b"\xff\xd8")
        if self.full:
            raise StorageError("已满。", "full.")
        self.shown.append(frame.taken_at)

    def offline(self, camera_id: str, link: str, reason: Reason, at: datetime) -> None:
        self.gone.append(reason)


class Meter:
    def __init__(self) -> None:
        self.pictures = 0
        self.lost: Counter[tuple[str, str]] = Counter()

    def missed(self, camera_id: str, why: str, samples: int = 1) -> None:
        self.lost[camera_id, why] += samples

    def examined(self, examined: Examined, seconds: float) -> None:
        self.pictures += 1

    def link(self, camera_id: str, state: LinkState) -> None:
        pass


class Healthy:
    def check(self, frame: Frame) -> Reason | None:
        return None


class House:
    """One camera, one window, one engine."""

    def __init__(
        self,
        script: list[Step],
        *,
        shelf: Shelf | None = None,
        open_now: bool = True,
        witness: Callable[[Examined, bytes], None] | None = None,
        attention: Attention | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        clock = QuickClock()
        self.camera = Camera(clock, script)
        self.room = WatchRoom([WINDOW], {"w1": PresenceProfile(spacing_s=5)})
        self.shelf, self.meter = shelf or Shelf(), Meter()
        self.pacer = pacer or Pacer()
        gate = Gate(1000) if pacer else None
        desk = CameraDesk({"w1": ZONE}, Looker(ScriptedDetector(painted())), Healthy(), gate)

        def link(on_frame: Callable[[Frame], None], on_state: LinkListener) -> CameraLink:
            return CameraLink(
                "cam1",
                lambda: self.camera,
                clock,
                period_s=5,
                on_frame=on_frame,
                on_state=on_state,
                back_off=BackOff(cap_s=5),
                pace=lambda: self.pacer.period_s("cam1"),
            )

        self.engine = LocalEngine(
            [CameraPost("cam1", desk, link)],
            self.room,
            shelf=self.shelf,
            meter=self.meter,
            clock=clock,
            stopwatch=time.monotonic,
            watched=lambda _camera, _now: open_now,
            workers=1,
            witness=witness,
            attention=attention,
            pacer=self.pacer,
        )

    def until(self, happened: Callable[[], bool], within_s: float = 10.0) -> None:
        self.engine.start()
        try:
            end = time.monotonic() + within_s
            while not happened():
                assert time.monotonic() < end, "it did not happen in time"
                time.sleep(0.01)
        finally:
            assert self.engine.stop(), "every thread ends"
        assert not self.camera.open_now, "the capture is released"

    def state(self) -> State | None:
        reading = self.room.readings().get("w1")
        return reading.state if reading else None


def test_pictures_become_a_window_state_and_lie_on_the_shelf() -> None:
    house = House([STAFFED])
    house.until(lambda: house.state() is State.PRESENT)
    assert house.shelf.shown
    assert house.meter.pictures >= 1


def test_an_empty_window_becomes_absent_after_three_looks() -> None:
    house = House([STAFFED, hall()])
    house.until(lambda: house.state() is State.ABSENT)
    assert house.meter.pictures >= 4


def test_failed_reads_are_never_pictures_and_the_camera_is_told_offline() -> None:
    house = House([broken(), broken(), STAFFED])
    house.until(lambda: house.state() is State.PRESENT)
    assert Reason.OFFLINE in house.shelf.gone
    assert house.meter.pictures == len(house.shelf.shown)


def test_a_camera_that_sends_no_whole_pictures_is_not_told_offline() -> None:
    cut = BrokenPicture("图片不完整。", "the picture is cut short.")
    house = House([cut, cut, STAFFED])
    house.until(lambda: house.state() is State.PRESENT)
    assert set(house.shelf.gone) == {Reason.BROKEN_PICTURE}


def test_outside_sessions_the_wall_shows_the_camera_and_nobody_is_examined() -> None:
    house = House([STAFFED], open_now=False)
    house.until(lambda: len(house.shelf.shown) >= 3)
    assert house.meter.pictures == 0
    assert house.state() is None


def test_outside_sessions_a_check_has_the_camera_examined() -> None:
    attention = Attention()
    attention.set({"cam1": 5.0})
    house = House([STAFFED], open_now=False, attention=attention)
    house.until(lambda: house.state() is State.PRESENT)
    assert house.meter.pictures >= 1


def test_a_quiet_camera_is_sampled_rarely_until_its_clerk_leaves() -> None:
    pacer = Pacer({"cam1": Pace(5, 5, 20, 10_000)}, {"w1": PresenceProfile(spacing_s=5)})
    house = House([STAFFED], pacer=pacer)
    rates: list[float | None] = []

    def left_and_found_absent() -> bool:
        rates.append(pacer.period_s("cam1"))
        if rates[-1] == 20:
            house.camera.shows(hall())
        return house.state() is State.ABSENT

    house.until(left_and_found_absent)
    assert rates[0] == 5
    assert 20 in rates
    assert pacer.period_s("cam1") == 5
    assert house.engine.samples_missed == sum(house.meter.lost.values())


def test_a_camera_at_which_nobody_is_expected_is_sampled_rarely() -> None:
    pacer = Pacer({"cam1": Pace(5, 5, 20, 60)}, {"w1": PresenceProfile()})
    house = House([STAFFED], open_now=False, pacer=pacer)
    house.until(lambda: pacer.period_s("cam1") == 20 and len(house.shelf.shown) >= 2)
    assert pacer.period_s("cam1") == 5, "its link is closed: nothing is known of it any more"


def test_a_phone_in_a_clerks_hand_becomes_a_clue_with_its_picture() -> None:
    picture = stand(STAFFED, Box(0.24, 0.5, 0.26, 0.55), PHONE_BGR)
    clues = ClueDesk({"w1": HintRules(phone=True, phone_s=10, gap_s=60)})
    house = House([picture], witness=clues.see)
    house.until(lambda: bool(clues.pending()))
    (clue,) = clues.pending()
    assert (clue.window_id, clue.camera_id, clue.hint.code) == ("w1", "cam1", PHONE)
    assert clue.hint.score > 0
    assert clue.jpeg.startswith(b"\xff\xd8")
    assert b"jpeg" not in repr(clue).encode(), "a picture is never printed"
    clues.settled(1)
    assert clues.pending() == []


def test_without_a_phone_there_is_no_clue() -> None:
    clues = ClueDesk({"w1": HintRules(phone=True, phone_s=10, gap_s=60)})
    house = House([STAFFED], witness=clues.see)
    house.until(lambda: house.meter.pictures >= 6)
    assert clues.pending() == []


def test_a_full_shelf_does_not_stop_the_watch() -> None:
    house = House([STAFFED], shelf=Shelf(full=True))
    house.until(lambda: house.state() is State.PRESENT)


def test_a_worker_outlives_a_picture_that_breaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House([STAFFED])
    taken = threading.Event()
    take = house.room.take

    def once_broken(camera_id: str, examined: Examined, jpeg: bytes) -> list[str]:
        if not taken.is_set():
            taken.set()
            raise RuntimeError("planted")
        return take(camera_id, examined, jpeg)

    monkeypatch.setattr(house.room, "take", once_broken)
    house.until(lambda: house.state() is State.PRESENT)
    assert house.meter.lost["cam1", MISSED_FAILED] == 1, "it counts as a missed sample"
    assert house.engine.samples_missed == sum(house.meter.lost.values())
