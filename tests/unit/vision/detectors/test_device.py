"""Which device is chosen, and what is told where it is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.domain.errors import SettingsError
from vision.detectors.device import Device, device_named, openvino_device, provider_for
from vision.detectors.factory import DetectorChoice, EngineChoice, open_detector
from vision.detectors.ultralytics import engine_size

CPU_ONLY = ["CPUExecutionProvider"]


def test_a_device_is_a_kind_and_a_number() -> None:
    assert device_named("cuda:1") == Device("cuda", 1)
    assert str(device_named("cuda:1")) == "cuda:1"
    assert device_named("cpu").is_cpu
    with pytest.raises(SettingsError, match="no device 'gpu1'"):
        device_named("gpu1")


def test_the_provider_is_the_devices_own_where_it_is_there() -> None:
    there = ["TensorrtExecutionProvider", "CUDAExecutionProvider", *CPU_ONLY]
    assert provider_for(Device("cuda", 1), there) == "CUDAExecutionProvider"
    assert provider_for(Device("tensorrt"), there) == "TensorrtExecutionProvider"
    assert provider_for(Device(), CPU_ONLY) == "CPUExecutionProvider"


@pytest.mark.parametrize("kind", ["cuda", "tensorrt"])
def test_a_missing_provider_is_told_with_what_brings_it(kind: str) -> None:
    with pytest.raises(SettingsError, match="onnxruntime-gpu") as told:
        provider_for(Device(kind), CPU_ONLY)
    assert told.value.where == "detector.device"
    assert "CPUExecutionProvider" in told.value.zh


def test_openvino_names_one_gpu_or_several() -> None:
    assert openvino_device(Device("gpu"), ["CPU", "GPU"]) == "GPU"
    assert openvino_device(Device("gpu"), ["CPU", "GPU.0", "GPU.1"]) == "GPU"
    assert openvino_device(Device("gpu", 1), ["CPU", "GPU.0", "GPU.1"]) == "GPU.1"
    assert openvino_device(Device("gpu", 0), ["CPU", "GPU"]) == "GPU.0"
    with pytest.raises(SettingsError, match=r"no device GPU\.2 here \(it sees: CPU, GPU\)"):
        openvino_device(Device("gpu", 2), ["CPU", "GPU"])


@pytest.mark.parametrize(
    ("device", "engine", "said"),
    [
        ("gpu", EngineChoice.ONNXRUNTIME, "Set detector.engine to openvino"),
        ("cuda", EngineChoice.OPENVINO, "Set detector.engine to onnxruntime"),
        ("cuda", EngineChoice.AUTO, "no CUDAExecutionProvider|did not start"),
        ("npu:3", EngineChoice.AUTO, "OpenVINO sees no device NPU.3"),
    ],
)
@pytest.mark.weights
def test_this_machines_engines_refuse_what_they_do_not_have(
    device: str, engine: EngineChoice, said: str
) -> None:
    choice = DetectorChoice(
        engine=engine, weights=Path("weights/yolov8n.onnx"), device=device_named(device)
    )
    with pytest.raises(SettingsError, match=said):
        open_detector(choice)


def test_an_engine_file_tells_its_size(tmp_path: Path) -> None:
    def engine(head: bytes) -> Path:
        path = tmp_path / "y.engine"
        path.write_bytes(len(head).to_bytes(4, "little") + head + b"\0rest")
        return path

    assert engine_size(engine(json.dumps({"imgsz": [384, 640]}).encode())) == (640, 384)
    dynamic = json.dumps({"imgsz": [384, 640], "args": {"dynamic": True}}).encode()
    assert engine_size(engine(dynamic)) is None
    assert engine_size(engine(b"ftrt")) is None
