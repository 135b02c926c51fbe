"""Open the detector that the settings ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from models.domain.errors import SettingsError, WeightsError
from vision.detectors.device import CPU, DEVICES, PROVIDERS, Device
from vision.detectors.engines import Engine, OnnxRuntimeEngine, OpenVinoEngine
from vision.detectors.letterbox import CROP_PX, FRAME_PX, canvas_for
from vision.detectors.network import Network, read_network
from vision.detectors.onnx import OnnxDetector
from vision.ports import Detector, Size
from vision.quantized import int8_beside, read_note
from vision.weights import KNOWN

DEFAULT_WEIGHTS: Final = Path("weights") / "yolov8s.onnx"
_TIMED_RUNS: Final = 4


class Kind(StrEnum):
    """Which adapter."""

    ONNX = "onnx"
    ULTRALYTICS = "ultralytics"


class EngineChoice(StrEnum):
    """Which engine runs an ONNX network; AUTO times both for a moment and takes the faster."""

    AUTO = "auto"
    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"


class Precision(StrEnum):
    """Numbers a network computes with.

    AUTO takes the INT8 file beside the weights where it was made from them, was measured to be
    as accurate, and is faster on this machine.
    """

    AUTO = "auto"
    FP32 = "fp32"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class DetectorChoice:
    """What the settings say about the detector.

    Attributes:
        kind: ONNX network without torch, or whatever `ultralytics` loads.
        engine: For ONNX networks.
        weights: The file.
        own_weights: The operator named this file, so its hash may be any.
        threads: Threads of the engine.
        fast: Let OpenVINO use bfloat16; AUTO does where the processor has it, since its
            verdicts are the same (docs/performance.md).
        frame_px: Longer side of the network's input for a whole frame.
        crop_px: Side of the network's input for a crop.
        precision: Full, INT8, or whichever is better.
        device: What it computes on.
    """

    kind: Kind = Kind.ONNX
    engine: EngineChoice = EngineChoice.AUTO
    weights: Path = field(default=DEFAULT_WEIGHTS)
    own_weights: bool = False
    threads: int = 2
    fast: bool = False
    frame_px: int = FRAME_PX
    crop_px: int = CROP_PX
    precision: Precision = Precision.FP32
    device: Device = CPU


def open_detector(
    choice: DetectorChoice, report: Callable[[str], None] = lambda _line: None
) -> Detector:
    """Load the network and its engine.

    Args:
        choice: What the settings say.
        report: Told in one line which engine was chosen and how quick each was.

    Raises:
        WeightsError: the file is missing, not the expected one, or cannot be loaded.
        SettingsError: a setting is out of range, or an extra is not installed.
    """
    if choice.threads < 1:
        raise SettingsError(
            f"线程数须至少为 1,现为 {choice.threads}。",
            f"threads must be at least 1, not {choice.threads}.",
            where="detector.threads",
        )
    if choice.kind is Kind.ULTRALYTICS:
        from vision.detectors.ultralytics import UltralyticsDetector  # noqa: PLC0415 - an extra

        return UltralyticsDetector(
            choice.weights,
            threads=choice.threads,
            frame_px=choice.frame_px,
            crop_px=choice.crop_px,
            device=choice.device,
        )
    network = read_network(choice.weights)
    if not choice.own_weights and network.sha256 not in {item.sha256 for item in KNOWN.values()}:
        raise WeightsError(
            f"SHA-256 {network.sha256} 不是已知的权重文件,已拒绝。请运行 onpost weights get,"
            "或在设置中写明这是自己的模型。",
            f"SHA-256 {network.sha256} is none of the known weights; refused. Run: onpost weights "
            "get, or say in the settings that this model is your own.",
            where=str(choice.weights),
        )
    networks = _networks(network, choice, report)
    network, engine = _fastest(networks, choice, report)
    return OnnxDetector(network, engine, frame_px=choice.frame_px, crop_px=choice.crop_px)


def _networks(
    network: Network, choice: DetectorChoice, report: Callable[[str], None]
) -> list[Network]:
    """The networks that may be used: full precision, INT8, or both."""
    if choice.precision is Precision.FP32:
        return [network]
    path = int8_beside(choice.weights)
    if choice.precision is Precision.AUTO and not (choice.device.is_cpu and path.exists()):
        return [network]
    try:
        note = read_note(path, network.sha256)
        small = read_network(path)
    except WeightsError as error:
        if choice.precision is Precision.INT8:
            raise
        report(f"{error} → fp32")
        return [network]
    if choice.precision is Precision.INT8:
        return [small]
    if note.compared is None or not note.compared.good:
        report(f"{path.name}: 未证实与 fp32 同样准确 / not proven as accurate as fp32 → fp32")
        return [network]
    return [network, small]


def _fastest(
    networks: list[Network], choice: DetectorChoice, report: Callable[[str], None]
) -> tuple[Network, Engine]:
    """The fastest pair of network and engine; where there is one only, nothing is timed."""
    makers = [(network, maker) for network in networks for maker in _makers(choice)]
    pairs = [(network, maker(network)) for network, maker in makers]
    if len(pairs) == 1:
        return pairs[0]
    timed = []
    for network, engine in pairs:
        canvas = network.canvas or canvas_for(16, 9, Size.FRAME, frame_px=choice.frame_px)
        timed.append((seconds_per_run(engine, canvas), network, engine))
    timed.sort(key=lambda item: item[0])
    for _, _, engine in timed[1:]:
        engine.close()
    figures = ", ".join(
        f"{network.name} {engine.name} {seconds * 1000:.0f} ms"
        for seconds, network, engine in timed
    )
    _, network, engine = timed[0]
    report(f"{canvas[0]}×{canvas[1]}: {figures} → {network.name} {engine.name}")
    return network, engine


def _makers(choice: DetectorChoice) -> list[Callable[[Network], Engine]]:
    """What may run it: the engine that was named, or every one that knows the device."""

    def onnxruntime(network: Network) -> Engine:
        return OnnxRuntimeEngine(network, choice.threads, choice.device)

    def openvino(network: Network) -> Engine:
        auto = choice.engine is EngineChoice.AUTO and choice.device.is_cpu
        fast = choice.fast or (auto and OpenVinoEngine.can_be_fast())
        return OpenVinoEngine(network, choice.threads, fast=fast, device=choice.device)

    found: list[Callable[[Network], Engine]] = []
    auto = choice.engine is EngineChoice.AUTO
    if choice.engine is EngineChoice.ONNXRUNTIME or (auto and choice.device.kind in PROVIDERS):
        found.append(onnxruntime)
    if choice.engine is EngineChoice.OPENVINO or (auto and choice.device.kind in DEVICES):
        found.append(openvino)
    return found


def seconds_per_run(engine: Engine, canvas: tuple[int, int], runs: int = _TIMED_RUNS) -> float:
    """Median seconds of one inference, after one to warm up."""
    picture = np.full((1, 3, canvas[1], canvas[0]), 0.45, np.float32)
    engine.run(picture)
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        engine.run(picture)
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))
