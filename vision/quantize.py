"""INT8 weights by static quantization (训练后量化): numbers of eight bits where that is enough.

Convolutions are quantized, with a scale for each output channel; the six that end the detection
head stay in full precision, because scores and distances are read from their raw numbers. The
range of every activation comes from pictures that the network is shown once (calibration).
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import onnx

from models.domain.errors import InputError, WeightsError
from vision.detectors.letterbox import CROP_PX, Tensor, canvas_for, to_canvas
from vision.detectors.network import RAW_KEY, Network, read_network
from vision.frame import Image
from vision.ports import Size
from vision.quantized import Note, int8_beside, note_of
from vision.whole_file import write_whole

FEWEST: Final = 8
"""Calibration pictures that the ranges need at least."""
TOOLS: Final = ("onnxruntime", "onnx", "numpy", "opencv-python")
SETTINGS: Final = {
    "format": "QDQ",
    "operators": ["Conv"],
    "per_channel": True,
    "weights": "int8",
    "activations": "uint8",
    "ranges": "min-max",
}
Progress = Callable[[str], None]


def quantize(
    source: Path,
    pictures: Sequence[Image],
    said: str,
    *,
    out: Path | None = None,
    replace: bool = False,
    progress: Progress = lambda _line: None,
) -> tuple[Path, Note]:
    """Make the INT8 file and its note; both appear whole or not at all, the note last.

    Args:
        source: Weights of full precision.
        pictures: Calibration pictures.
        said: Where they come from, for the note.
        out: The file to make; beside the weights where not given.
        replace: Whether a file that is there may be replaced.
        progress: Told what is going on, line by line.

    Raises:
        WeightsError: the weights cannot be used, or a file is there already.
        InputError: too few pictures.
    """
    target = out or int8_beside(source)
    require_place(target, source, replace=replace)
    if len(pictures) < FEWEST:
        raise InputError(
            f"校准图片至少需要 {FEWEST} 张,现有 {len(pictures)} 张。",
            f"calibration needs at least {FEWEST} pictures, there are {len(pictures)}.",
            where="--from",
        )
    network = read_network(source)
    model = onnx.load_from_string(network.content)
    if not network.raw:
        raise WeightsError(
            "只能量化 YOLOv8 系列的原始导出文件。",
            "only an ordinary export of the YOLOv8 family can be quantized.",
            where=str(source),
        )
    kept = ends_of_head(model)
    content = _quantized(model, network, pictures, kept, progress)
    note = Note(
        sha256=hashlib.sha256(content).hexdigest(),
        source=source.name,
        source_sha256=network.sha256,
        calibration={"from": said, "pictures": len(pictures), "sha256": hash_of(pictures)},
        settings=SETTINGS | {"full_precision": kept},
        tools={name: version(name) for name in TOOLS},
    )
    note_of(target).unlink(missing_ok=True)  # an old note must not speak for a new file
    write_whole(target, content, WeightsError)
    write_whole(note_of(target), note.text().encode(), WeightsError)
    return target, note


def require_place(target: Path, source: Path, *, replace: bool) -> None:
    """Refuse to overwrite anything silently.

    Raises:
        WeightsError: a file is there already, or there is no folder to put it in.
    """
    if target.absolute() == source.absolute() or not target.absolute().parent.is_dir():
        raise WeightsError(
            "不能写到这里:这是源文件,或文件夹不存在。",
            "cannot write here: it is the source itself, or there is no such folder.",
            where=str(target),
        )
    if target.exists() and not replace:
        raise WeightsError(
            "INT8 权重已存在。要重新生成请加 --replace。",
            "the INT8 weights are there already. Add --replace to make them anew.",
            where=str(target),
        )


def ends_of_head(model: onnx.ModelProto) -> list[str]:
    """The convolutions whose output is read as it is: nothing is computed of it but a join."""
    passed_on = {"Reshape", "Concat"}
    wanted, ends = {model.graph.output[0].name}, []
    for node in reversed(model.graph.node):
        if not wanted.intersection(node.output):
            continue
        if node.op_type in passed_on:
            wanted.update(node.input)
        elif node.op_type == "Conv":
            ends.append(str(node.name))
    return sorted(ends)


def hash_of(pictures: Sequence[Image]) -> str:
    """One hash over all pictures, whatever their order."""
    each = sorted(hashlib.sha256(one.tobytes()).digest() for one in pictures)
    return hashlib.sha256(b"".join(each)).hexdigest()


def inputs_of(pictures: Sequence[Image]) -> Iterator[Tensor]:
    """Each picture as a whole frame and as a closer look: ranges must hold for both."""
    for number, image in enumerate(pictures):
        height, width = image.shape[:2]
        yield to_canvas(image, canvas_for(width, height, Size.FRAME))[0]
        side = max(1, min(height, width) // 2)
        left = (width - side) * (number % 3) // 2
        top = (height - side) * (number % 2)
        part = image[top : top + side, left : left + side]
        yield to_canvas(part, (CROP_PX, CROP_PX))[0]


def _quantized(
    model: onnx.ModelProto,
    network: Network,
    pictures: Sequence[Image],
    kept: list[str],
    progress: Progress,
) -> bytes:
    from onnxruntime import quantization as ort  # noqa: PLC0415 - only where it is asked for

    class Reader(ort.CalibrationDataReader):  # type: ignore[misc]
        """Hands the inputs out one by one, as the library wants them."""

        def __init__(self) -> None:
            self._inputs = enumerate(inputs_of(pictures))

        def get_next(self) -> dict[str, Tensor] | None:
            number, tensor = next(self._inputs, (0, None))
            if tensor is not None and number % 10 == 0:
                progress(f"校准 / calibrating {number // 2 + 1}/{len(pictures)}")
            return None if tensor is None else {network.input_name: tensor}

    with tempfile.TemporaryDirectory(prefix="onpost-int8-") as work, _quiet():
        source, made = Path(work) / "full.onnx", Path(work) / "int8.onnx"
        onnx.save(model, source)
        ort.quantize_static(
            str(source),
            str(made),
            Reader(),
            quant_format=ort.QuantFormat.QDQ,
            per_channel=True,
            activation_type=ort.QuantType.QUInt8,
            weight_type=ort.QuantType.QInt8,
            calibrate_method=ort.CalibrationMethod.MinMax,
            op_types_to_quantize=SETTINGS["operators"],
            nodes_to_exclude=kept,
        )
        result = onnx.load(made)
    onnx.helper.set_model_props(
        result,
        {
            RAW_KEY: "1",
            "onpost.source": network.sha256,
            "names": str({row: _NAMES[thing.value] for thing, row in network.classes.items()}),
        },
    )
    content: bytes = result.SerializeToString()
    return content


_NAMES: Final = {"person": "person", "cell_phone": "cell phone"}


@contextmanager
def _quiet() -> Iterator[None]:
    """The library recommends a step of its own that open input sizes do not allow."""
    root = logging.getLogger()

    def other(record: Any) -> bool:
        return "pre-processing" not in record.getMessage()

    root.addFilter(other)
    try:
        yield
    finally:
        root.removeFilter(other)
