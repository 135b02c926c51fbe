"""Where a network computes: the processor, or an accelerator that an engine offers (推理设备)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from models.domain.errors import SettingsError

PATTERN: Final = r"^(cpu|cuda|tensorrt|gpu|npu)(:\d{1,2})?$"
PROVIDERS: Final = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
"""What ONNX Runtime calls it."""
DEVICES: Final = {"cpu": "CPU", "gpu": "GPU", "npu": "NPU"}
"""What OpenVINO calls it."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device as the settings name it: `cpu`, `cuda`, `cuda:1`, `tensorrt`, `gpu`, `npu`.

    Attributes:
        kind: Without the number.
        number: Which of several; None for the first.
    """

    kind: str = "cpu"
    number: int | None = None

    def __str__(self) -> str:
        return self.kind if self.number is None else f"{self.kind}:{self.number}"

    @property
    def is_cpu(self) -> bool:
        """Whether it is the processor."""
        return self.kind == "cpu"


CPU: Final = Device()


def device_named(text: str) -> Device:
    """The device of a setting.

    Raises:
        SettingsError: there is no such kind of device.
    """
    found = re.match(PATTERN, text)
    if not found:
        raise SettingsError(
            f"没有设备 {text!r}。可选:cpu、cuda、tensorrt、gpu、npu,可加编号,如 cuda:1。",
            f"there is no device {text!r}; choose cpu, cuda, tensorrt, gpu or npu, "
            "with a number where there are several: cuda:1.",
            where="detector.device",
        )
    number = found[2]
    return Device(found[1], int(number[1:]) if number else None)


def provider_for(device: Device, there: Collection[str]) -> str:
    """The provider of ONNX Runtime that computes on a device.

    Args:
        device: What the settings name.
        there: Providers of the installed package.

    Raises:
        SettingsError: ONNX Runtime knows no such device, or this package lacks its provider.
    """
    wanted = PROVIDERS.get(device.kind)
    if wanted is None:
        raise _wrong_engine(device, "onnxruntime", "openvino")
    if wanted not in there:
        raise SettingsError(
            f"已安装的 ONNX Runtime 没有 {wanted}(现有:{', '.join(there)})。请安装 "
            "onnxruntime-gpu 代替 onnxruntime,并安装相应的 CUDA 或 TensorRT;或设为 cpu。",
            f"the installed ONNX Runtime has no {wanted} (it has: {', '.join(there)}). Install "
            "onnxruntime-gpu in place of onnxruntime, with its CUDA or TensorRT; or set cpu.",
            where="detector.device",
        )
    return wanted


def openvino_device(device: Device, there: Collection[str]) -> str:
    """What OpenVINO calls a device.

    Args:
        device: What the settings name.
        there: Devices that it sees on this machine: `CPU`, `GPU`, `GPU.1` …

    Raises:
        SettingsError: OpenVINO knows no such device, or this machine has none.
    """
    kind = DEVICES.get(device.kind)
    if kind is None:
        raise _wrong_engine(device, "openvino", "onnxruntime")
    name = kind if device.number is None else f"{kind}.{device.number}"
    # One device is listed without a number, several with one; the bare name is the first.
    if name in there or any(name in (one.partition(".")[0], f"{one}.0") for one in there):
        return name
    raise SettingsError(
        f"OpenVINO 在本机没有设备 {name}(现有:{', '.join(there)})。请安装其驱动,或设为 cpu。",
        f"OpenVINO sees no device {name} here (it sees: {', '.join(there)}). "
        "Install its driver, or set cpu.",
        where="detector.device",
    )


def _wrong_engine(device: Device, engine: str, other: str) -> SettingsError:
    return SettingsError(
        f"引擎 {engine} 不能使用设备 {device}。请将 detector.engine 设为 {other} 或 auto。",
        f"the engine {engine} cannot use the device {device}. "
        f"Set detector.engine to {other} or auto.",
        where="detector.device",
    )
