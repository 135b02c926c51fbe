"""One contract for every detector, real or scripted."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.domain.errors import DetectorError
from models.domain.geometry import Box
from tests.fakes_detectors import hall, painted, stand
from tests.groups import ROOT
from vision.detectors.factory import (
    DetectorChoice,
    EngineChoice,
    Kind,
    Precision,
    open_detector,
)
from vision.detectors.scripted import ScriptedDetector
from vision.frame import Image
from vision.ports import Detection, Detector, Size, Thing
from vision.quantize import quantize

WEIGHTS = ROOT / "weights"
PHOTOGRAPHS = ROOT / "var" / "photographs"


@dataclass(frozen=True)
class Case:
    """A detector and a picture of people that it can see."""

    make: Callable[[], Detector]
    people: Callable[[], Image]


def photograph(name: str) -> Image:
    path = PHOTOGRAPHS / name
    if not path.exists():
        pytest.skip(f"缺少照片 / photographs are missing: {path.name} -> make photographs")
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


@cache
def onnx(size: str, engine: EngineChoice, *, fast: bool = False) -> Detector:
    weights = WEIGHTS / f"yolov8{size}.onnx"
    return open_detector(DetectorChoice(engine=engine, weights=weights, fast=fast))


@cache
def ultralytics(weights: Path) -> Detector:
    return open_detector(DetectorChoice(kind=Kind.ULTRALYTICS, weights=weights))


PEOPLE = ("bus.jpg", "zidane.jpg", "grace_hopper.jpg", "astronaut.png")


def calibration() -> list[Image]:
    """Eight pictures: four photographs and their mirror images, at the network's own size."""
    found = []
    for name in PEOPLE:
        image = photograph(name)
        scale = 640 / max(image.shape[:2])
        small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8)
        found += [small, np.ascontiguousarray(small[:, ::-1])]
    return found


@cache
def int8() -> dict[EngineChoice, Detector]:
    """INT8 weights made once for this run, on both engines."""
    with tempfile.TemporaryDirectory(prefix="onpost-int8-") as folder:
        weights = Path(folder) / "yolov8n.onnx"
        shutil.copy(WEIGHTS / weights.name, weights)
        quantize(weights, calibration(), "photographs")
        return {
            engine: open_detector(
                DetectorChoice(engine=engine, weights=weights, precision=Precision.INT8)
            )
            for engine in (ORT, VINO)
        }


def _two_clerks() -> Image:
    return stand(stand(hall(), Box(0.1, 0.3, 0.2, 0.8)), Box(0.6, 0.3, 0.7, 0.8))


def _zidane() -> Image:
    return photograph("zidane.jpg")


ORT, VINO = EngineChoice.ONNXRUNTIME, EngineChoice.OPENVINO
REAL = {
    "yolov8s on ONNX Runtime": lambda: onnx("s", ORT),
    "yolov8s on OpenVINO": lambda: onnx("s", VINO),
    "yolov8s on OpenVINO, fast": lambda: onnx("s", VINO, fast=True),
    "yolov8n on ONNX Runtime": lambda: onnx("n", ORT),
    "yolov8n on OpenVINO": lambda: onnx("n", VINO),
    "yolov8n in INT8 on ONNX Runtime": lambda: int8()[ORT],
    "yolov8n in INT8 on OpenVINO": lambda: int8()[VINO],
}
LIBRARY = {"ultralytics with yolov8s": lambda: ultralytics(WEIGHTS / "yolov8s.onnx")}

_MARKS = {
    **dict.fromkeys(REAL, (pytest.mark.weights,)),
    **dict.fromkeys(LIBRARY, (pytest.mark.weights, pytest.mark.ultralytics)),
}
_real = [pytest.param(make, id=name, marks=_MARKS[name]) for name, make in (REAL | LIBRARY).items()]
_every = [
    pytest.param(Case(lambda: ScriptedDetector(painted()), _two_clerks), id="scripted"),
    *(
        pytest.param(Case(make, _zidane), id=name, marks=_MARKS[name])
        for name, make in (REAL | LIBRARY).items()
    ),
]


@pytest.fixture(params=_every)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    yield request.param


@pytest.fixture(params=_real)
def detector(request: pytest.FixtureRequest) -> Iterator[Detector]:
    yield request.param()


def people(found: list[Detection], score: float = 0.4) -> list[Box]:
    return [item.box for item in found if item.thing is Thing.PERSON and item.score >= score]


def has(found: list[Detection], expected: Box, iou: float = 0.7) -> bool:
    return any(box.iou(expected) >= iou for box in people(found))


def test_two_people_are_found_and_listed_best_first(case: Case) -> None:
    found = case.make().detect(case.people(), Size.FRAME)
    assert len(people(found)) == 2
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0.10 <= score <= 1.0 for score in scores)


def test_boxes_are_relative_to_the_picture_given(case: Case) -> None:
    for item in case.make().detect(case.people(), Size.FRAME):
        box = item.box
        assert 0.0 <= box.x1 < box.x2 <= 1.0
        assert 0.0 <= box.y1 < box.y2 <= 1.0


@pytest.mark.parametrize("size", list(Size))
def test_a_black_picture_shows_nobody(case: Case, size: Size) -> None:
    assert people(case.make().detect(np.zeros((360, 640, 3), np.uint8), size), 0.0) == []


@pytest.mark.parametrize(
    "thing",
    [
        np.zeros((360, 640), np.uint8),
        np.zeros((360, 640, 4), np.uint8),
        np.zeros((360, 640, 3), np.float32),
        np.zeros((0, 640, 3), np.uint8),
        None,
    ],
    ids=["grey", "four channels", "floats", "empty", "nothing"],
)
def test_what_is_no_picture_is_refused(case: Case, thing: Image) -> None:
    with pytest.raises(DetectorError, match="not a picture"):
        case.make().detect(thing, Size.FRAME)


def test_the_picture_is_left_as_it_was(case: Case) -> None:
    image = case.people()
    before = image.copy()
    case.make().detect(image, Size.FRAME)
    assert np.array_equal(image, before)


def test_a_view_into_a_larger_picture_will_do(case: Case) -> None:
    image = case.people()
    height, width = image.shape[:2]
    part = image[height // 20 :, : width - width // 20]
    whole = case.make().detect(np.ascontiguousarray(part), Size.CROP)
    assert case.make().detect(part, Size.CROP) == whole


def test_many_threads_get_the_same_answer(case: Case) -> None:
    detector, image = case.make(), case.people()
    expected = detector.detect(image, Size.CROP)
    answers: list[list[Detection]] = []

    def ask() -> None:
        answers.append(detector.detect(image, Size.CROP))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers == [expected] * 4


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: ScriptedDetector(painted()), id="scripted"),
        *(
            pytest.param(
                lambda engine=engine: open_detector(
                    DetectorChoice(engine=engine, weights=WEIGHTS / "yolov8n.onnx")
                ),
                id=engine.value,
                marks=pytest.mark.weights,
            )
            for engine in (ORT, VINO)
        ),
        pytest.param(
            lambda: open_detector(
                DetectorChoice(kind=Kind.ULTRALYTICS, weights=WEIGHTS / "yolov8n.onnx")
            ),
            id="ultralytics",
            marks=[pytest.mark.weights, pytest.mark.ultralytics],
        ),
    ],
)
def test_a_closed_detector_refuses_to_answer(make: Callable[[], Detector]) -> None:
    detector = make()
    detector.close()
    with pytest.raises(DetectorError, match="closed"):
        detector.detect(hall(), Size.FRAME)
    detector.close()


def test_it_names_its_network_by_hash(case: Case) -> None:
    detector = case.make()
    assert detector.name
    assert len(bytes.fromhex(detector.model_hash)) == 32


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("grace_hopper.jpg", [Box(0.03, 0.03, 0.99, 1.0)]),
        ("astronaut.png", [Box(0.0, 0.02, 0.72, 1.0)]),
        ("zidane.jpg", [Box(0.58, 0.06, 0.89, 0.99), Box(0.11, 0.28, 0.86, 0.99)]),
        (
            "bus.jpg",
            [
                Box(0.06, 0.37, 0.30, 0.84),
                Box(0.27, 0.38, 0.43, 0.80),
                Box(0.82, 0.36, 1.0, 0.81),
            ],
        ),
    ],
)
def test_people_in_photographs_are_found_where_they_are(
    detector: Detector, name: str, expected: list[Box]
) -> None:
    found = detector.detect(photograph(name), Size.FRAME)
    assert all(has(found, box) for box in expected)


def test_a_crop_of_one_person_shows_that_person(detector: Detector) -> None:
    image = photograph("bus.jpg")
    height, width = image.shape[:2]
    part = image[round(0.3 * height) : round(0.9 * height), round(0.2 * width) : width // 2]
    assert has(detector.detect(part, Size.CROP), Box(0.27, 0.13, 0.76, 0.83), 0.6)


def test_furniture_without_people_is_nobody(detector: Detector) -> None:
    image = photograph("bus.jpg")
    bus_only = image[: round(0.33 * image.shape[0])]
    assert people(detector.detect(bus_only, Size.FRAME)) == []


@pytest.mark.weights
def test_both_engines_answer_alike() -> None:
    for name in PEOPLE:
        image = photograph(name)
        one, other = (
            onnx("s", ORT).detect(image, Size.FRAME),
            onnx("s", VINO).detect(image, Size.FRAME),
        )
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            assert first.thing is second.thing
            assert first.score == pytest.approx(second.score, abs=2e-3)
            assert first.box.iou(second.box) > 0.99
