"""What runs a network: ONNX Runtime or OpenVINO, on the processor or an accelerator."""

from __future__ import annotations

import threading
from typing import Any, Protocol

import numpy as np

from models.domain.errors import DetectorError, SettingsError, WeightsError
from vision.detectors.device import CPU, Device, openvino_device, provider_for
from vision.detectors.letterbox import Tensor
from vision.detectors.network import Network


class Engine(Protocol):
    """Runs one network; safe from any thread."""

    @property
    def name(self) -> str:
        """`onnxruntime` or `openvino`, with the precision where it is not full."""
        ...

    def run(self, tensor: Tensor) -> Tensor:
        """(1, 3, height, width) in, (rows, places) out.

        Raises:
            DetectorError: the engine failed.
        """
        ...

    def close(self) -> None:
        """Release the memory."""
        ...


class OnnxRuntimeEngine:
    """ONNX Runtime with a fixed number of threads.

    Raises:
        SettingsError: the device is not there.
        WeightsError: the network cannot be loaded.
    """

    def __init__(self, network: Network, threads: int, device: Device = CPU) -> None:
        import onnxruntime as ort  # noqa: PLC0415 - only the chosen engine is loaded

        provider = provider_for(device, ort.get_available_providers())
        self._name = "onnxruntime" if device.is_cpu else f"onnxruntime-{device}"
        self._errors = tuple(
            item
            for item in vars(ort.capi.onnxruntime_pybind11_state).values()
            if isinstance(item, type) and issubclass(item, Exception)
        )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Waiting threads must not burn a core that decoders and web pages need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = ort.InferenceSession(
                network.content, options, providers=[(provider, _numbered(device))]
            )
        except self._errors as error:
            raise _not_loadable(network, self.name, error) from None
        if self._session.get_providers()[0] != provider:  # it falls back without an error
            raise SettingsError(
                f"设备 {device} 无法使用:{provider} 启动失败(驱动或库缺失)。",
                f"the device {device} cannot be used: {provider} did not start "
                "(its driver or libraries are missing).",
                where="detector.device",
            )
        self._input = network.input_name

    @property
    def name(self) -> str:
        return self._name

    def run(self, tensor: Tensor) -> Tensor:
        session = self._session
        if session is None:
            raise _closed()
        try:
            (output,) = session.run(None, {self._input: tensor})
        except self._errors as error:
            raise _failed(self.name, error) from None
        return np.asarray(output[0], np.float32)

    def close(self) -> None:
        self._session = None


class OpenVinoEngine:
    """OpenVINO; one compiled copy per input size, made when the size first comes.

    At full precision it answers as ONNX Runtime does. `fast` lets it use bfloat16 where the
    processor has it (float16 on a GPU): about twice as quick, scores differ in the second
    decimal.

    Raises:
        SettingsError: the device is not there.
        WeightsError: the network cannot be loaded.
    """

    def __init__(
        self, network: Network, threads: int, *, fast: bool = False, device: Device = CPU
    ) -> None:
        import openvino as ov  # noqa: PLC0415 - only the chosen engine is loaded

        self._core: Any = ov.Core()
        self._network = network
        self._device = openvino_device(device, self._core.available_devices)
        short = "bf16" if device.is_cpu else "f16"
        self._name = "-".join(
            ["openvino", *([] if device.is_cpu else [str(device)]), *([short] if fast else [])]
        )
        self._settings: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": short if fast else "f32",
        }
        if device.is_cpu:
            self._settings["INFERENCE_NUM_THREADS"] = threads
        self._requests: dict[tuple[int, ...], Any] = {}
        self._lock = threading.Lock()
        try:
            self._core.read_model(network.content)
        except RuntimeError as error:
            raise _not_loadable(network, self.name, error) from None

    @property
    def name(self) -> str:
        return self._name

    @staticmethod
    def can_be_fast() -> bool:
        """Whether this processor computes in bfloat16."""
        import openvino as ov  # noqa: PLC0415 - only where it may be chosen

        return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")

    def run(self, tensor: Tensor) -> Tensor:
        with self._lock:  # a request holds its buffers, so one thread at a time
            if self._core is None:
                raise _closed()
            try:
                request = self._request(tensor.shape)
                request.infer([tensor])
                return np.array(request.get_output_tensor(0).data[0], np.float32)
            except RuntimeError as error:
                raise _failed(self.name, error) from None

    def _request(self, shape: tuple[int, ...]) -> Any:
        if shape not in self._requests:
            model = self._core.read_model(self._network.content)
            model.reshape(list(shape))
            compiled = self._core.compile_model(model, self._device, self._settings)
            self._requests[shape] = compiled.create_infer_request()
        return self._requests[shape]

    def close(self) -> None:
        with self._lock:
            self._requests.clear()
            self._core = None


def _numbered(device: Device) -> dict[str, str]:
    return {} if device.number is None else {"device_id": str(device.number)}


def _closed() -> DetectorError:
    return DetectorError("检测器已关闭。", "the detector is closed.")


def _failed(engine: str, error: Exception) -> DetectorError:
    return DetectorError(
        f"检测失败({engine}):{_first_line(error)}", f"{engine} failed: {_first_line(error)}"
    )


def _not_loadable(network: Network, engine: str, error: Exception) -> WeightsError:
    return WeightsError(
        f"{engine} 无法载入模型:{_first_line(error)}",
        f"{engine} cannot load the model: {_first_line(error)}",
        where=network.name,
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
