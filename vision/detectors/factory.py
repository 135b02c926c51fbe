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
from vision.detectors.engines import Engine, OnnxRuntimeEngine, OpenVinoEngine
from vision.detectors.letterbox import CROP_PX, FRAME_PX, canvas_for
from vision.detectors.network import Network, read_network
from vision.detectors.onnx import OnnxDetector
from vision.ports import Detector, Size
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
    """

    kind: Kind = Kind.ONNX
    engine: EngineChoice = EngineChoice.AUTO
    weights: Path = field(default=DEFAULT_WEIGHTS)
    own_weights: bool = False
    threads: int = 2
    fast: bool = False
    frame_px: int = FRAME_PX
    crop_px: int = CROP_PX


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
    engine = _engine(network, choice, report)
    return OnnxDetector(network, engine, frame_px=choice.frame_px, crop_px=choice.crop_px)


def _engine(network: Network, choice: DetectorChoice, report: Callable[[str], None]) -> Engine:
    if choice.engine is EngineChoice.ONNXRUNTIME:
        return OnnxRuntimeEngine(network, choice.threads)
    if choice.engine is EngineChoice.OPENVINO:
        return OpenVinoEngine(network, choice.threads, fast=choice.fast)
    engines: list[Engine] = [
        OnnxRuntimeEngine(network, choice.threads),
        OpenVinoEngine(network, choice.threads, fast=choice.fast or OpenVinoEngine.can_be_fast()),
    ]
    canvas = network.canvas or canvas_for(16, 9, Size.FRAME, frame_px=choice.frame_px)
    timed = [(seconds_per_run(engine, canvas), engine) for engine in engines]
    timed.sort(key=lambda item: item[0])
    for _, engine in timed[1:]:
        engine.close()
    figures = ", ".join(f"{engine.name} {seconds * 1000:.0f} ms" for seconds, engine in timed)
    report(f"{network.name} {canvas[0]}×{canvas[1]}: {figures} → {timed[0][1].name}")
    return timed[0][1]


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
