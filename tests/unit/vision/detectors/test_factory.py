"""The settings' detector is opened, or refused with what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.domain.errors import SettingsError, WeightsError
from tests.contract.test_detector import WEIGHTS, photograph
from vision.detectors.engines import OnnxRuntimeEngine, OpenVinoEngine
from vision.detectors.factory import DetectorChoice, EngineChoice, Kind, open_detector
from vision.detectors.network import read_network
from vision.detectors.onnx import OnnxDetector
from vision.ports import Size


def small_network(path: Path, *, rows: int = 5, names: str | None = "{0: 'person'}") -> Path:
    """A network of one convolution, shaped like a detector with its last layers."""
    weight = np.zeros((rows, 3, 32, 32), np.float32)
    bias = np.array([16, 16, 8, 8, 0.9][:rows] + [0.0] * (rows - 5), np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["images", "w", "b"], ["grid"], strides=[32, 32]),
            helper.make_node("Reshape", ["grid", "shape"], ["output0"]),
        ],
        "small",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 32, 64])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, rows, 2])],
        [
            onnx.numpy_helper.from_array(weight, "w"),
            onnx.numpy_helper.from_array(bias, "b"),
            onnx.numpy_helper.from_array(np.array([1, rows, -1]), "shape"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if names is not None:
        helper.set_model_props(model, {"names": names})
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "auto"])
def test_a_network_of_ones_own_runs_as_it_was_exported(tmp_path: Path, engine: str) -> None:
    path = small_network(tmp_path / "own.onnx")
    said: list[str] = []
    choice = DetectorChoice(engine=EngineChoice(engine), weights=path, own_weights=True)
    detector = open_detector(choice, said.append)
    (found,) = detector.detect(np.full((32, 64, 3), 90, np.uint8), Size.FRAME)
    assert found.score == pytest.approx(0.9)
    assert (found.box.x1, found.box.x2) == pytest.approx((12 / 64, 20 / 64))
    assert detector.name.startswith("own/")
    assert bool(said) is (engine == "auto")
    detector.close()


def test_a_network_nobody_named_must_be_a_known_one(tmp_path: Path) -> None:
    path = small_network(tmp_path / "yolov8s.onnx")
    with pytest.raises(WeightsError, match="none of the known weights"):
        open_detector(DetectorChoice(weights=path))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("{0: 'cat'}", "no class named person"),
        ("{7: 'person'}", "no class named person"),
        ("not a table", "cannot be read"),
        (None, "no class named person"),
    ],
)
def test_a_network_that_knows_no_persons_is_refused(
    tmp_path: Path, names: str | None, said: str
) -> None:
    with pytest.raises(WeightsError, match=said):
        read_network(small_network(tmp_path / "own.onnx", names=names))


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    for content in (b"not a network at all", b""):
        path.write_bytes(content)
        with pytest.raises(WeightsError):
            read_network(path)
    with pytest.raises(WeightsError, match="onpost weights get"):
        read_network(tmp_path / "none.onnx")


def test_settings_out_of_range_are_refused(tmp_path: Path) -> None:
    path = small_network(tmp_path / "own.onnx")
    with pytest.raises(SettingsError, match="threads"):
        open_detector(DetectorChoice(weights=path, own_weights=True, threads=0))
    with pytest.raises(WeightsError, match="missing"):
        open_detector(DetectorChoice(kind=Kind.ULTRALYTICS, weights=tmp_path / "none.pt"))


@pytest.mark.weights
@pytest.mark.parametrize("size", ["n", "s"])
def test_opening_the_input_size_changes_no_answer(size: str) -> None:
    """The cut network with our arithmetic against the file as it was exported, at 640×640."""
    path = WEIGHTS / f"yolov8{size}.onnx"
    whole = read_network(path, open_size=False)
    opened = read_network(path)
    assert whole.canvas == (640, 640)
    assert opened.canvas is None
    image = photograph("astronaut.png")  # square, so both take it at 640×640
    answers = [
        OnnxDetector(network, OnnxRuntimeEngine(network, 2)).detect(image, Size.FRAME)
        for network in (whole, opened)
    ]
    assert len(answers[0]) == len(answers[1]) > 0
    for one, other in zip(*answers, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-4)
        assert one.box.iou(other.box) > 0.999


@pytest.mark.weights
def test_bfloat16_moves_scores_only_a_little() -> None:
    network = read_network(WEIGHTS / "yolov8s.onnx")
    image = photograph("zidane.jpg")
    full, fast = (
        OnnxDetector(network, OpenVinoEngine(network, 2, fast=fast)).detect(image, Size.FRAME)
        for fast in (False, True)
    )
    for one, other in zip(full[:2], fast[:2], strict=True):
        assert one.score == pytest.approx(other.score, abs=0.03)
        assert one.box.iou(other.box) > 0.95
