from __future__ import annotations

import pytest

from models.domain.errors import DetectorError
from models.domain.geometry import Box, Polygon
from models.domain.presence import Look, Reason
from tests.builders import at
from tests.fakes_detectors import hall, painted, stand
from vision.camera_desk import CameraDesk
from vision.detectors.scripted import ScriptedDetector
from vision.frame import Frame, Image
from vision.gate import Gate
from vision.look import Looker
from vision.packing import Inputs
from vision.ports import Detection, Size

ZONES = {
    "left": Polygon(((0.1, 0.2), (0.4, 0.2), (0.4, 0.9), (0.1, 0.9))),
    "right": Polygon(((0.6, 0.2), (0.9, 0.2), (0.9, 0.9), (0.6, 0.9))),
}
LEFT_CLERK = Box(0.2, 0.3, 0.3, 0.8)


class Healthy:
    def check(self, frame: Frame) -> Reason | None:
        return None


class Covered:
    def check(self, frame: Frame) -> Reason | None:
        return Reason.COVERED


def desk(
    health: Healthy | Covered | None = None, required: dict[str, int] | None = None
) -> tuple[CameraDesk, ScriptedDetector]:
    detector = ScriptedDetector(painted())
    return CameraDesk(ZONES, Looker(detector), health or Healthy(), Gate(12), required), detector


def frame(image: Image, seconds: float = 0) -> Frame:
    return Frame("cam1", image, at(seconds))


def test_a_clerk_in_one_window_is_evidence_for_that_window_only() -> None:
    watch, _ = desk()
    examined = watch.examine(frame(stand(hall(), LEFT_CLERK)), {"left", "right"})
    left, right = examined.evidence["left"], examined.evidence["right"]
    assert (left.look, left.people, left.score) == (Look.LOOKED, 1, 0.9)
    assert (right.look, right.people, right.score) == (Look.LOOKED, 0, 0.0)


def test_an_unusable_picture_is_not_shown_to_the_detector_and_says_why() -> None:
    watch, detector = desk(Covered())
    examined = watch.examine(frame(hall()), {"left"})
    assert examined.fault is Reason.COVERED
    assert {item.look for item in examined.evidence.values()} == {Look.UNUSABLE}
    assert {item.reason for item in examined.evidence.values()} == {Reason.COVERED}
    assert detector.sizes == ()


def test_a_picture_that_did_not_change_costs_no_look_unless_the_window_is_in_doubt() -> None:
    watch, detector = desk()
    picture = stand(hall(), LEFT_CLERK)
    watch.examine(frame(picture), {"left", "right"})
    before = len(detector.sizes)
    settled = watch.examine(frame(picture, 10), set())
    assert {item.look for item in settled.evidence.values()} == {Look.UNCHANGED}
    assert len(detector.sizes) == before
    doubted = watch.examine(frame(picture, 20), {"right"})
    assert doubted.evidence["right"].look is Look.LOOKED
    assert doubted.evidence["left"].look is Look.UNCHANGED


def test_a_clerk_who_leaves_is_noticed_although_the_window_was_settled() -> None:
    watch, _ = desk()
    watch.examine(frame(stand(hall(), LEFT_CLERK)), {"left", "right"})
    gone = watch.examine(frame(hall(), 10), set())
    assert (gone.evidence["left"].look, gone.evidence["left"].people) == (Look.LOOKED, 0)


def test_a_detector_that_fails_makes_the_picture_unusable_never_empty() -> None:
    def fail(image: Image, size: Size) -> list[Detection]:
        raise DetectorError("推理失败。", "inference failed.")

    watch = CameraDesk(ZONES, Looker(ScriptedDetector(fail)), Healthy(), None)
    examined = watch.examine(frame(stand(hall(), LEFT_CLERK)), {"left"})
    assert {item.reason for item in examined.evidence.values()} == {Reason.DETECTOR_FAILED}
    assert {item.look for item in examined.evidence.values()} == {Look.UNUSABLE}


@pytest.mark.parametrize(("required", "closer"), [(1, 2), (2, 4)])
def test_a_window_that_needs_two_gets_a_closer_look_when_one_is_seen(
    required: int, closer: int
) -> None:
    watch, detector = desk(required={"left": required})
    watch.examine(frame(stand(hall(), LEFT_CLERK)), {"left", "right"})
    assert detector.sizes.count(Size.CROP) == closer


def test_whoever_was_seen_last_is_looked_at_closely_and_an_empty_window_by_the_frame() -> None:
    detector = ScriptedDetector(painted())
    looker = Looker(detector, packing=Inputs())
    watch = CameraDesk(ZONES, looker, Healthy(), Gate(12))
    watch.examine(frame(stand(hall(), LEFT_CLERK)), {"left", "right"})
    before = len(detector.sizes)
    watch.examine(frame(stand(hall(), LEFT_CLERK), 10), {"left"})
    assert detector.sizes[before:] == (Size.CROP,)
    watch.examine(frame(stand(hall(), LEFT_CLERK), 20), {"right"})
    assert detector.sizes[before + 1] is Size.FRAME


def test_without_a_gate_every_picture_is_looked_at() -> None:
    watch = CameraDesk(ZONES, Looker(ScriptedDetector(painted())), Healthy(), None)
    for second in (0, 10, 20):
        examined = watch.examine(frame(hall(), second), set())
        assert {item.look for item in examined.evidence.values()} == {Look.LOOKED}
