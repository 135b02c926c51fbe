"""`onpost evaluate` and `onpost weights quantize` with the real network on real photographs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from api.cli import build
from models.domain.errors import InputError, WeightsError
from tests.contract.test_detector import PEOPLE, photograph
from tests.fakes_cameras import textured, write_clip
from tests.groups import ROOT
from vision.detectors.network import read_network
from vision.frame import Image
from vision.quantized import read_note
from vision.weights import sha256_of

SIZE = (640, 360)
RIGHT = [[350, 0], [600, 0], [600, 359], [350, 359]]
WEIGHTS = ROOT / "weights" / "yolov8n.onnx"


def typed(*arguments: str | Path) -> Result:
    return CliRunner().invoke(build(), [str(one) for one in arguments])


def fitted(name: str) -> Image:
    return np.asarray(cv2.resize(photograph(name), SIZE), np.uint8)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A room that is empty for six seconds, and then full for six; and a still of it full."""
    folder = tmp_path / "clips"
    folder.mkdir()
    people, room = fitted("zidane.jpg"), textured(*SIZE)
    write_clip(folder / "c.mp4", 60, 5, make=lambda index: room if index < 30 else people)
    cv2.imwrite(str(folder / "s.png"), people)
    window = {"id": "右", "polygon": RIGHT}
    head = {"width": SIZE[0], "height": SIZE[1], "tolerance_s": 0.1}
    for name, truth in (
        ("c", {"video": "c.mp4", "windows": [window | {"present": [[6, 12]], "absent": [[0, 6]]}]}),
        ("s", {"image": "s.png", "windows": [window | {"present": True}]}),
    ):
        text = json.dumps(head | truth, ensure_ascii=False)
        (folder / f"{name}.truth.json").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.weights
def test_clips_and_stills_are_scored_by_the_real_network(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    size = f"weights:{WEIGHTS},engine:onnxruntime"

    done = typed("evaluate", clips, "--config", f"n={size},gate:off", "--json", out)

    assert done.exit_code == 0, done.output
    (figures,) = json.loads(out.read_text(encoding="utf-8"))
    assert figures["all"]["recall_empty"] == 1.0
    assert [clip["clip"] for clip in figures["clips"]] == ["c.mp4", "s.png"]
    assert figures["clips"][1]["samples"] == 1
    assert figures["model_hash"] == sha256_of(WEIGHTS)
    assert "漏报离岗 missed absences" in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "figures.json"]


@pytest.mark.weights
def test_what_is_typed_wrong_is_told_and_writes_nothing(clips: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (("evaluate", tmp_path), "no truth file"),
        (("evaluate", clips, "--every", "0"), "must be a positive number"),
        (("evaluate", clips, "--config", "a=b:c"), "no key 'b'"),
        (("evaluate", clips, "--json", tmp_path / "none" / "f.json"), "does not exist"),
    ):
        done = typed(*arguments)
        assert isinstance(done.exception, InputError)
        assert said in done.exception.en
    assert [path.name for path in tmp_path.iterdir()] == ["clips"]


@pytest.mark.weights
def test_own_pictures_make_int8_weights_with_a_note_and_a_comparison(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(16):
        image = np.roll(fitted(PEOPLE[number // 2 % len(PEOPLE)]), 7 * number, axis=1)
        cv2.imwrite(str(pictures / f"{number:02}.jpg"), image)
    weights = tmp_path / "y.onnx"
    shutil.copy(WEIGHTS, weights)
    named: tuple[str | Path, ...] = ("--weights", weights, "--from", pictures)
    quantize = ("weights", "quantize", *named, "--pictures", "8", "--compared", "8")

    done = typed(*quantize)

    assert done.exit_code == 0, done.output
    path = tmp_path / "y.int8.onnx"
    note = read_note(path, sha256_of(weights))
    assert note.calibration["from"] == "pictures"
    assert note.calibration["pictures"] == 8
    assert note.compared is not None
    assert note.compared.present_full >= 5
    assert read_network(path).sha256 == note.sha256
    assert "same verdict" in done.output
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "pictures",
        "y.int8.json",
        "y.int8.onnx",
        "y.onnx",
    ]
    again = typed(*quantize)
    assert isinstance(again.exception, WeightsError)
    assert "--replace" in again.exception.en
