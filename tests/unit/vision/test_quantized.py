"""INT8 weights: notes that prove where they come from, and when the factory uses them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

from models.domain.errors import InputError, WeightsError
from models.domain.geometry import Box
from tests.fakes_detectors import hall, painted, stand
from tests.groups import ROOT
from vision.detectors.factory import DetectorChoice, EngineChoice, Precision, open_detector
from vision.detectors.network import read_network
from vision.detectors.scripted import ScriptedDetector
from vision.quantize import ends_of_head, hash_of, inputs_of, quantize, require_place
from vision.quantize_compare import compare
from vision.quantize_pictures import halves, pictures_in, stand_ins
from vision.quantized import Compared, Note, int8_beside, note_of, read_note

ALIKE = Compared(100, 200, 190, 190, 100, 100, 100, 300)


def noted(folder: Path, source_sha256: str, content: bytes, compared: Compared | None) -> Path:
    path = folder / "y.int8.onnx"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    note = Note(sha256, "y.onnx", source_sha256, {"pictures": 8}, {}, {}, compared)
    note_of(path).write_text(note.text(), encoding="utf-8")
    return path


def test_a_note_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = noted(tmp_path, "ab", b"numbers", ALIKE)

    note = read_note(path, "ab")

    assert note.compared == ALIKE
    assert note.sha256 == hashlib.sha256(b"numbers").hexdigest()


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no INT8 weights"):
        read_note(tmp_path / "y.int8.onnx", "ab")
    path = noted(tmp_path, "ab", b"numbers", ALIKE)
    with pytest.raises(WeightsError, match="not from the weights in use"):
        read_note(path, "cd")
    path.write_bytes(b"other numbers")
    with pytest.raises(WeightsError, match="not the one in its note"):
        read_note(path, "ab")
    note_of(path).write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match="missing or damaged"):
        read_note(path, "ab")


@pytest.mark.parametrize(
    ("compared", "good"),
    [
        (ALIKE, True),
        (replace(ALIKE, present_int8=189), True),
        (replace(ALIKE, present_int8=188), False),
        (replace(ALIKE, empty_int8=99), False),
        (replace(ALIKE, empty=0, empty_full=0, empty_int8=0), False),
    ],
)
def test_half_a_point_may_be_lost_and_both_kinds_must_have_been_seen(
    compared: Compared, good: bool
) -> None:
    assert compared.good is good


@pytest.mark.weights
def test_automatic_precision_takes_int8_only_where_it_is_proven(tmp_path: Path) -> None:
    weights = tmp_path / "y.onnx"
    weights.write_bytes((ROOT / "weights" / "yolov8n.onnx").read_bytes())
    full = read_network(weights)
    model = onnx.load_from_string(full.content)
    onnx.helper.set_model_props(model, {"onpost.raw": "1"})
    choice = DetectorChoice(
        engine=EngineChoice.ONNXRUNTIME, weights=weights, precision=Precision.AUTO
    )
    said: list[str] = []

    def used() -> str:
        detector = open_detector(choice, said.append)
        detector.close()
        return detector.model_hash

    assert used() == full.sha256
    path = noted(tmp_path, full.sha256, model.SerializeToString(), None)
    assert used() == full.sha256
    assert "not proven" in said[-1]
    noted(tmp_path, "another", path.read_bytes(), ALIKE)
    assert used() == full.sha256
    assert "not from the weights in use" in said[-1]
    noted(tmp_path, full.sha256, path.read_bytes(), ALIKE)
    assert used() in {full.sha256, hashlib.sha256(path.read_bytes()).hexdigest()}
    assert "y.int8 onnxruntime" in said[-1]
    int8 = open_detector(replace(choice, precision=Precision.INT8))
    assert int8.model_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert int8.name == "y.int8/onnxruntime"
    int8.close()
    path.unlink()
    with pytest.raises(WeightsError, match="onpost weights quantize"):
        open_detector(replace(choice, precision=Precision.INT8))


@pytest.mark.weights
def test_the_ends_of_the_head_stay_in_full_precision() -> None:
    network = read_network(ROOT / "weights" / "yolov8n.onnx")

    ends = ends_of_head(onnx.load_from_string(network.content))

    assert ends == [f"/model.22/cv{k}.{n}/cv{k}.{n}.2/Conv" for k in (2, 3) for n in range(3)]


def test_nothing_is_overwritten_silently(tmp_path: Path) -> None:
    source, target = tmp_path / "y.onnx", int8_beside(tmp_path / "y.onnx")
    target.write_bytes(b"there")

    with pytest.raises(WeightsError, match="Add --replace"):
        quantize(source, [hall()] * 8, "halls")
    with pytest.raises(WeightsError, match="cannot write here"):
        require_place(source, source, replace=True)
    with pytest.raises(InputError, match="at least 8 pictures"):
        quantize(source, [hall()] * 7, "halls", replace=True)
    assert target.read_bytes() == b"there"


def test_each_picture_is_shown_whole_and_closer() -> None:
    shapes = [one.shape for one in inputs_of([hall(1280, 720)])]

    assert shapes == [(1, 3, 384, 640), (1, 3, 320, 320)]
    one, other = hall(64, 64), hall(64, 64, 91)
    assert hash_of([one, other]) == hash_of([other, one]) != hash_of([one, one])


def test_own_pictures_are_halved_and_windows_stand_in_where_nobody_drew_any(
    tmp_path: Path,
) -> None:
    for number in range(4):
        picture = stand(hall(), Box(0.3, 0.3, 0.4, 0.8))
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
    shown, others = halves(pictures_in(tmp_path, 10))
    full = ScriptedDetector(painted())

    cases = list(stand_ins(others, full))
    alike = compare(cases, full, ScriptedDetector(painted()))
    blind = compare(cases, full, ScriptedDetector(lambda _image, _size: []))

    assert (len(shown), len(others)) == (2, 2)
    assert (alike.pictures, alike.present, alike.present_int8) == (2, 2, 2)
    assert alike.empty == alike.empty_int8 > 10
    assert alike.good
    assert blind.lost_present == 100.0
    assert not blind.good


def test_a_folder_without_pictures_or_with_a_damaged_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        pictures_in(tmp_path / "none", 8)
    with pytest.raises(InputError, match="holds no picture"):
        pictures_in(tmp_path, 8)
    (tmp_path / "a.jpg").write_bytes(np.zeros(9, np.uint8).tobytes())
    with pytest.raises(InputError, match="no picture, or damaged"):
        pictures_in(tmp_path, 8)
