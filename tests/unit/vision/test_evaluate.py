"""The camera desk over a clip whose truth is known, with a scripted detector."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.domain.errors import InputError
from models.domain.geometry import Box
from tests.fakes_cameras import textured, write_clip
from tests.fakes_detectors import stand
from vision.detectors.factory import EngineChoice, Precision
from vision.detectors.scripted import ScriptedDetector
from vision.evaluate import CountingDetector, Sampling, evaluate
from vision.evaluate_config import Config, configs_of
from vision.evaluate_tables import Outcome, tables
from vision.evaluate_truth import read_truth
from vision.frame import Image
from vision.ports import Detection, Size, Thing

CLERK = Box(0.2, 0.3, 0.35, 0.9)
POLYGON = [[96, 72], [256, 72], [256, 350], [96, 350]]


def room(*, staffed: bool) -> Image:
    picture = textured(640, 360)
    return stand(picture, CLERK) if staffed else picture


def red(image: Image, _size: Size) -> list[Detection]:
    """Finds the painted clerk also after coding, which shifts colours a little."""
    blue, green, reds = (image[:, :, channel].astype(int) for channel in range(3))
    mask = ((reds > 170) & (green < 90) & (blue < 90)).astype(np.uint8)
    _, _, parts, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    largest = max(parts[1:].tolist(), key=lambda part: part[4], default=[0] * 5)
    x, y, width, height, area = largest
    if area < 1000:
        return []
    size = (image.shape[1], image.shape[0])
    box = Box(x / size[0], y / size[1], (x + width) / size[0], (y + height) / size[1])
    return [Detection(Thing.PERSON, box, 0.9)]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten seconds with a clerk, twelve without, eight with; five pictures a second."""
    there, gone = room(staffed=True), room(staffed=False)
    write_clip(tmp_path / "c.mp4", 150, 5, make=lambda index: gone if 50 <= index < 110 else there)
    window = {
        "id": "a",
        "polygon": POLYGON,
        "present": [[0, 10], [22, 30]],
        "absent": [[10, 22]],
    }
    truth = {"video": "c.mp4", "width": 640, "height": 360, "tolerance_s": 0.3}
    path = tmp_path / "c.truth.json"
    path.write_text(json.dumps(truth | {"windows": [window]}), encoding="utf-8")
    return path


def test_a_clerk_who_leaves_is_found_absent_and_the_gate_spares_the_detector(clip: Path) -> None:
    truth = read_truth(clip)
    counts = []
    for gate in (True, False):
        detector = CountingDetector(ScriptedDetector(red))
        found = evaluate(truth, detector, Sampling(gate=gate)).tally
        counts.append(sum(detector.asked.values()))
        assert (found.recall_present, found.recall_empty) == (1.0, 1.0)
        assert (found.absences, found.missed, found.false_absences) == (1, 0, 0)
        assert found.delays_s == pytest.approx((2.0,), abs=1.1)
    assert counts[0] < counts[1]


def test_a_detector_that_sees_nobody_costs_recall_and_makes_false_absences(clip: Path) -> None:
    blind = CountingDetector(ScriptedDetector(lambda _image, _size: []))

    found = evaluate(read_truth(clip), blind, Sampling(gate=False)).tally

    assert (found.recall_present, found.recall_empty) == (0.0, 1.0)
    assert found.false_absences >= 1


def test_a_dark_picture_is_unusable_and_never_an_absence(clip: Path) -> None:
    dark = np.zeros((360, 640, 3), np.uint8)
    write_clip(clip.with_name("c.mp4"), 150, 5, make=lambda _index: dark)

    detector = CountingDetector(ScriptedDetector(red))
    found = evaluate(read_truth(clip), detector, Sampling()).tally

    assert (found.present, found.empty, found.false_absences) == (0, 0, 0)
    assert found.blind > 20


def test_a_still_is_one_sample(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "h.png"), room(staffed=True))
    window = {"id": "a", "polygon": POLYGON, "present": True}
    truth = {"image": "h.png", "width": 640, "height": 360, "windows": [window]}
    path = tmp_path / "h.truth.json"
    path.write_text(json.dumps(truth), encoding="utf-8")

    result = evaluate(read_truth(path), ScriptedDetector(red), Sampling())

    assert (result.samples, result.tally.present, result.tally.found) == (1, 1, 1)
    (tmp_path / "h.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match="cannot read the picture"):
        evaluate(read_truth(path), ScriptedDetector(red), Sampling())


def test_one_kind_of_look_can_be_left_out() -> None:
    detector = CountingDetector(ScriptedDetector(red), Size.FRAME)

    assert detector.detect(room(staffed=True), Size.CROP) == []
    assert detector.detect(room(staffed=True), Size.FRAME)
    assert detector.asked == {Size.FRAME: 1, Size.CROP: 0}


def test_configurations_are_changes_of_the_first() -> None:
    typed = ["a=gate:off,size:n", "b=precision:bf16,looks:crop", "c=adaptive:on,every:2"]
    one, two, three = configs_of(typed, Config("base"))

    assert (one.sampling.gate, one.choice.weights.name) == (False, "yolov8n.onnx")
    assert (two.choice.fast, two.choice.engine) == (True, EngineChoice.OPENVINO)
    assert (two.looks, two.sampling.packing) == (Size.CROP, False)
    assert (three.sampling.quiet_s, three.sampling.every_s) == (3.0, 2.0)
    (int8,) = configs_of(["d=precision:int8"], Config("base"))
    assert int8.choice.precision is Precision.INT8
    assert configs_of([], Config("base")) == [Config("base")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["=gate:on"], "name=key:value"),
        (["a="], "name=key:value"),
        (["a=speed:9"], "no key 'speed'"),
        (["a=gate:maybe"], "there is no 'maybe'; choose of: on, off"),
        (["a=every:-1"], "must be seconds"),
        (["a=gate:on", "a=gate:off"], "there twice"),
    ],
)
def test_a_wrong_configuration_is_told(typed: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        configs_of(typed, Config("base"))


def test_the_tables_show_what_a_configuration_loses(clip: Path) -> None:
    good = evaluate(read_truth(clip), ScriptedDetector(red), Sampling())
    bad = evaluate(read_truth(clip), ScriptedDetector(lambda _i, _s: []), Sampling())
    first = Outcome("first", "scripted", "00" * 32, (good,), 10, 10, 1.0)
    other = replace(first, name="other", clips=(bad,), cpu_s=0.5)

    text = "\n".join(tables([first, other]))

    assert "| other | -100.00 | +0.00 |" in text
    assert "0.50×" in text
    assert "loses more than 0.5" in text
    assert other.as_json()["all"]["recall_present"] == 0.0
