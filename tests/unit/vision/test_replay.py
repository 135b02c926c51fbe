"""Replay: every sample of a recording, and what it makes of each window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.domain.errors import DetectorError, InputError
from models.domain.geometry import Box, Polygon
from models.domain.presence import Reason, State
from tests.fakes_detectors import hall, painted, stand
from vision.detectors.scripted import ScriptedDetector
from vision.frame import Frame, Image
from vision.look import Looker
from vision.ports import Detection, Size
from vision.replay import Sample, changes, drawn, replay, unusable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = {"a": Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)))}
EMPTY = stand(hall(), Box(0.5, 0.5, 0.9, 0.9), (120, 130, 140))  # furniture
FULL = stand(EMPTY, Box(0.2, 0.2, 0.3, 0.8))
BLACK = np.zeros_like(EMPTY)


class Pictures:
    """A recording out of a list: one picture every `pace` seconds."""

    def __init__(self, images: list[Image], pace: float = 1.0) -> None:
        self._images = images
        self._pace = pace

    def frames(self, every_s: float) -> Iterator[Frame]:
        due = 0.0
        for seconds, image in self.pictures():
            if seconds >= due - 1e-6:
                due = (math.floor(seconds / every_s + 1e-6) + 1) * every_s
                yield Frame("recording", image, EPOCH + timedelta(seconds=seconds))

    def pictures(self) -> Iterator[tuple[float, Image]]:
        return ((number * self._pace, image) for number, image in enumerate(self._images))

    def time_of(self, frame: Frame) -> float:
        return (frame.taken_at - EPOCH).total_seconds()


def played(images: list[Image], every_s: float = 1.0, pace: float = 1.0) -> list[Sample]:
    looker = Looker(ScriptedDetector(painted()))
    moments = replay(Pictures(images, pace), ZONES, looker, every_s)
    return [sample for moment in moments for sample in moment.samples]


def test_each_sample_says_what_was_seen_and_each_state_follows() -> None:
    samples = played([EMPTY] * 4 + [FULL] * 5 + [EMPTY] * 6)
    assert [sample.seen for sample in samples] == [False] * 4 + [True] * 5 + [False] * 6
    found = [(change.t, change.before, change.after) for change in changes(samples)]
    assert found == [
        (2.0, "unknown", "absent"),
        (4.0, "absent", "present"),
        (11.0, "present", "absent"),
    ]


def test_one_missed_sample_is_no_absence() -> None:
    samples = played([FULL] * 5 + [EMPTY] + [FULL] * 5)
    assert {sample.presence.state for sample in samples} == {State.PRESENT}
    assert [sample.seen for sample in samples].count(False) == 1


def test_a_black_picture_is_unknown_and_never_empty() -> None:
    samples = played([FULL] * 3 + [BLACK] * 3 + [FULL] * 2)
    dark = samples[3:6]
    assert {sample.presence.state for sample in dark} == {State.UNKNOWN}
    assert {sample.reason for sample in dark} == {Reason.BLACK}
    line = dark[0].as_json()
    assert (line["seen"], line["people"], line["score"]) == (None, None, None)
    assert samples[-1].presence.state is State.PRESENT


def test_a_line_holds_what_the_reader_needs() -> None:
    assert played([FULL])[0].as_json() == {
        "t": 0.0,
        "window": "a",
        "people": 1,
        "score": 0.9,
        "seen": True,
        "state": "present",
        "p": pytest.approx(0.9947, abs=0.01),
        "reason": "seen",
    }


def test_pictures_that_come_slower_than_asked_for_are_no_gap() -> None:
    samples = played([EMPTY] * 5, every_s=1.0, pace=60.0)
    assert [sample.presence.state for sample in samples][-1] is State.ABSENT


def test_looks_in_quick_succession_open_no_absence_at_once() -> None:
    samples = played([FULL] * 10 + [EMPTY] * 40, every_s=0.1, pace=0.1)
    gone = [change.t for change in changes(samples) if change.after == "absent"]
    assert len(gone) == 1
    assert isinstance(gone[0], float)
    assert 1.0 + 1.0 <= gone[0] <= 1.0 + 3.0


@pytest.mark.parametrize("every_s", [0.0, -1.0, math.nan, math.inf])
def test_an_interval_that_is_none_is_refused(every_s: float) -> None:
    with pytest.raises(InputError, match="--every"):
        played([EMPTY], every_s=every_s)


def test_a_failing_detector_ends_the_replay() -> None:
    def fails(_image: Image, _size: Size) -> list[Detection]:
        raise DetectorError("坏了", "broken")

    looker = Looker(ScriptedDetector(fails))
    with pytest.raises(DetectorError, match="broken"):
        list(replay(Pictures([EMPTY]), ZONES, looker, 1.0))


def test_only_pictures_that_show_nothing_at_all_are_unusable() -> None:
    rng = np.random.default_rng(3)
    dim = rng.integers(0, 40, EMPTY.shape, dtype=np.uint8)
    assert unusable(dim) is None
    assert unusable(FULL) is None
    assert unusable(BLACK) is Reason.BLACK
    assert unusable(np.full_like(EMPTY, 200)) is Reason.COVERED


def test_a_moment_can_be_drawn_also_when_nothing_was_to_be_seen() -> None:
    looker = Looker(ScriptedDetector(painted()))
    for moment in replay(Pictures([FULL, BLACK]), ZONES, looker, 1.0):
        assert not np.array_equal(drawn(moment), moment.frame.image)
