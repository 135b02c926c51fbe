"""The extra `onpost[ultralytics]`: any `.pt`, `.onnx` or engine that Ultralytics' library loads.

AGPL-3.0, and it brings torch. The default detector needs neither; this adapter is for
fine-tuned networks and for export.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any, Final

from models.domain.errors import DetectorError, SettingsError, WeightsError
from models.domain.geometry import Box
from vision.detectors.decode import LOWEST_SCORE, SAME_BOX
from vision.detectors.device import CPU, Device
from vision.detectors.letterbox import CROP_PX, FRAME_PX, canvas_for, require_picture
from vision.frame import Image
from vision.ports import Detection, Size, Thing

_LONGEST_HEAD: Final = 1 << 20
_NAMES: Final = {"person": Thing.PERSON, "cell phone": Thing.CELL_PHONE}


class UltralyticsDetector:
    """Ultralytics' own prediction behind the Detector port.

    Args:
        weights: A `.pt`, `.onnx` or other file that the library loads.
        threads: Threads of torch.
        frame_px: Longer side of the network's input for a whole frame.
        crop_px: Side of the network's input for a crop.
        device: `cpu` or `cuda`; an engine file of TensorRT runs on `cuda`.

    Raises:
        SettingsError: the extra is not installed, or the device is not there.
        WeightsError: the file is missing or cannot be loaded, or knows no persons.
    """

    def __init__(
        self,
        weights: Path,
        *,
        threads: int = 2,
        frame_px: int = FRAME_PX,
        crop_px: int = CROP_PX,
        device: Device = CPU,
    ) -> None:
        if not weights.is_file():
            raise WeightsError("没有权重文件。", "the weights file is missing.", where=str(weights))
        # The library must not install packages or ask the network by itself.
        os.environ.setdefault("YOLO_AUTOINSTALL", "false")
        os.environ.setdefault("YOLO_OFFLINE", "true")
        try:
            import torch  # noqa: PLC0415 - an extra
            import ultralytics  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise SettingsError(
                f"未安装 ultralytics({error.name})。请运行 pip install 'onpost[ultralytics]'。",
                f"ultralytics is not installed ({error.name}). "
                "Run: pip install 'onpost[ultralytics]'",
                where="detector.kind",
            ) from None
        self._device = _torch_device(device, cuda=torch.cuda.is_available())
        torch.set_num_threads(threads)
        self._weights = weights
        self._sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
        self._frame_px, self._crop_px = frame_px, crop_px
        self._lock = threading.Lock()
        try:
            self._model: Any = ultralytics.YOLO(str(weights), task="detect")
            names = dict(self._model.names)
        except (RuntimeError, ValueError, TypeError, KeyError, OSError, AttributeError) as error:
            raise WeightsError(
                f"ultralytics 无法载入:{error}",
                f"ultralytics cannot load it: {error}",
                where=str(weights),
            ) from None
        self._classes = {row: _NAMES[name] for row, name in names.items() if name in _NAMES}
        if Thing.PERSON not in self._classes.values():
            raise WeightsError(
                "模型没有 person 类别。",
                "the model has no class named person.",
                where=str(weights),
            )
        self._fixed = _fixed_size(weights)

    @property
    def name(self) -> str:
        return f"{self._weights.stem}/ultralytics"

    @property
    def model_hash(self) -> str:
        return self._sha256

    def detect(self, image: Image, size: Size) -> list[Detection]:
        picture = require_picture(image)
        height, width = picture.shape[:2]
        canvas = self._fixed or canvas_for(
            width, height, size, frame_px=self._frame_px, crop_px=self._crop_px
        )
        with self._lock:  # the library's predictor keeps its state in the model
            if self._model is None:
                raise DetectorError("检测器已关闭。", "the detector is closed.")
            try:
                result = self._model.predict(
                    picture,
                    imgsz=(canvas[1], canvas[0]),
                    conf=LOWEST_SCORE,
                    iou=SAME_BOX,
                    classes=list(self._classes),
                    device=self._device,
                    verbose=False,
                )[0]
            except (RuntimeError, ValueError, TypeError) as error:
                raise DetectorError(
                    f"检测失败(ultralytics):{error}", f"ultralytics failed: {error}"
                ) from None
        return self._answer(result.boxes)

    def _answer(self, boxes: Any) -> list[Detection]:
        rows = zip(
            boxes.xyxyn.clamp(0.0, 1.0).tolist(),
            boxes.conf.tolist(),
            boxes.cls.tolist(),
            strict=True,
        )
        found = [
            Detection(self._classes[int(kind)], Box(*corners), score)
            for corners, score, kind in rows
        ]
        return sorted(found, key=lambda item: -item.score)

    def close(self) -> None:
        with self._lock:
            self._model = None


def _torch_device(device: Device, *, cuda: bool) -> str:
    """What torch calls a device."""
    if device.is_cpu:
        return "cpu"
    if device.kind != "cuda":
        raise SettingsError(
            f"ultralytics 不能使用设备 {device},请设为 cpu 或 cuda。",
            f"ultralytics cannot use the device {device}; set cpu or cuda.",
            where="detector.device",
        )
    if not cuda:
        raise SettingsError(
            "torch 在本机没有可用的 CUDA。请安装驱动和带 CUDA 的 torch,或设为 cpu。",
            "torch finds no CUDA here. Install the driver and a torch with CUDA, or set cpu.",
            where="detector.device",
        )
    return f"cuda:{device.number or 0}"


def _fixed_size(weights: Path) -> tuple[int, int] | None:
    """The one input size (width, height) of an exported network; None where any will do."""
    if weights.suffix == ".engine":
        return engine_size(weights)
    if weights.suffix != ".onnx":
        return None
    from vision.detectors.network import read_network  # noqa: PLC0415 - only for exports

    return read_network(weights, open_size=False).canvas


def engine_size(weights: Path) -> tuple[int, int] | None:
    """The input size that the library wrote at the head of an engine file: a length of four
    bytes, then JSON; None where it says none, or any will do."""
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(4), "little")
        head = file.read(length) if length <= _LONGEST_HEAD else b""
    try:
        said = json.loads(head)
        height, width = said["imgsz"]
        dynamic = bool(said.get("dynamic") or said.get("args", {}).get("dynamic"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return None if dynamic else (int(width), int(height))
