"""Read a YOLOv8-family network from an ONNX file and open its input to any size.

The exported files are fixed at 640×640, because the grid of places is baked into their last
layers. Those layers only turn raw numbers into boxes, so the graph is cut before them and
`decode` does their work; what remains is convolutional and takes any multiple of 32.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from models.domain.errors import WeightsError
from vision.detectors.letterbox import Canvas
from vision.ports import Thing

_COCO: Final[Mapping[Thing, int]] = MappingProxyType({Thing.PERSON: 0, Thing.CELL_PHONE: 67})
_NAMES: Final[Mapping[str, Thing]] = MappingProxyType(
    {"person": Thing.PERSON, "cell phone": Thing.CELL_PHONE}
)
_COCO_CLASSES: Final = 80
BINS: Final = 16
"""Each side of a box is a distribution over this many distances (distribution focal loss)."""
LEVELS: Final = (8, 16, 32)
"""Strides of the three grids of places."""
RAW_KEY: Final = "onpost.raw"
"""Metadata of a file that is cut already and open to any size, as `weights quantize` writes."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network ready for an engine.

    Attributes:
        name: The file's name without its suffix.
        sha256: SHA-256 of the file as it lies on disk, hex.
        content: The ONNX model to run, serialised.
        input_name: Its one input (1, 3, height, width), RGB, 0..1.
        canvas: The only input size it takes, or None where any multiple of 32 will do.
        raw: True where the last layers were cut off: (1, 4 × 16 + classes, places) of raw
            numbers; False for (1, 4 + classes, places) of boxes and probabilities.
        classes: Row of each thing among the classes.
    """

    name: str
    sha256: str
    content: bytes
    input_name: str
    canvas: Canvas | None
    raw: bool
    classes: Mapping[Thing, int]


def read_network(path: Path, *, open_size: bool = True) -> Network:
    """Read and, where its shape is known, open a network to any input size.

    Raises:
        WeightsError: missing, not ONNX, or not a network of the YOLOv8 family.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"无法读取权重文件:{error.strerror}。请运行 onpost weights get。",
            f"cannot read the weights file: {error.strerror}. Run: onpost weights get",
            where=str(path),
        ) from None
    try:
        model = onnx.load_from_string(content)
    except DecodeError:
        raise _unknown(path, "不是 ONNX 文件", "it is not an ONNX file") from None
    if len(model.graph.input) != 1 or len(model.graph.output) != 1:
        raise _unknown(path, "须恰有一个输入和一个输出", "it must have one input and one output")
    sha256 = hashlib.sha256(content).hexdigest()
    rows, canvas = _rows(model), _fixed_canvas(model)
    if any(item.key == RAW_KEY for item in model.metadata_props):
        classes = _classes(model, path, rows - 4 * BINS)
        name = model.graph.input[0].name
        return Network(path.stem, sha256, content, name, None, True, classes)
    tail = _merge_of_levels(model.graph) if open_size else None
    if tail is None:
        # Decoded as it was exported, at the size it was exported for.
        return Network(
            path.stem,
            sha256,
            content,
            model.graph.input[0].name,
            canvas,
            False,
            _classes(model, path, rows - 4),
        )
    classes = _classes(model, path, rows - 4)
    cut = _cut(model, tail, 4 * BINS + rows - 4)
    return Network(
        path.stem, sha256, cut.SerializeToString(), cut.graph.input[0].name, None, True, classes
    )


def _unknown(path: Path, zh: str, en: str) -> WeightsError:
    return WeightsError(
        f"无法使用这个模型:{zh}。请使用 YOLOv8 系列检测网络导出的 ONNX 文件。",
        f"this model cannot be used: {en}. Use the ONNX export of a YOLOv8-family detector.",
        where=str(path),
    )


def _rows(model: onnx.ModelProto) -> int:
    dims = model.graph.output[0].type.tensor_type.shape.dim
    return int(dims[1].dim_value) if len(dims) == 3 else 0


def _fixed_canvas(model: onnx.ModelProto) -> Canvas | None:
    dims = model.graph.input[0].type.tensor_type.shape.dim
    height, width = (int(dim.dim_value) for dim in dims[2:4])
    return (width, height) if width and height else None


def _classes(model: onnx.ModelProto, path: Path, count: int) -> Mapping[Thing, int]:
    if count < 1 or model.graph.input[0].type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
        raise _unknown(
            path,
            "须为 32 位浮点输入、输出形状为 (1, 4+类别数, 位置数)",
            "its input must be 32-bit float and its output (1, 4 + classes, places)",
        )
    said = next((item.value for item in model.metadata_props if item.key == "names"), None)
    if said is None:
        found = dict(_COCO) if count == _COCO_CLASSES else {}
    else:
        try:
            names = dict(ast.literal_eval(said))
        except (ValueError, SyntaxError, TypeError):
            raise _unknown(path, "类别名称无法读取", "its class names cannot be read") from None
        found = {_NAMES[name]: int(row) for row, name in names.items() if name in _NAMES}
    if Thing.PERSON not in found or max(found.values()) >= count:
        raise _unknown(path, "没有 person 类别", "it has no class named person")
    return MappingProxyType(found)


def _merge_of_levels(graph: onnx.GraphProto) -> str | None:
    """Output of the one node that joins the three grids, or None where there is no such."""
    makers = {name: node for node in graph.node for name in node.output}
    joins = [
        node
        for node in graph.node
        if node.op_type == "Concat"
        and len(node.input) == len(LEVELS)
        and all(name in makers and makers[name].op_type == "Reshape" for name in node.input)
    ]
    return str(joins[0].output[0]) if len(joins) == 1 else None


def _cut(model: onnx.ModelProto, tail: str, rows: int) -> onnx.ModelProto:
    """The part of the graph that `tail` needs, with height, width and places left open."""
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    needed: set[str] = set()
    todo = [tail]
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo.extend(makers[name].input if name in makers else ())
    nodes = [node for node in graph.node if needed.intersection(node.output)]
    weights = [item for item in graph.initializer if item.name in needed]
    floats = onnx.TensorProto.FLOAT
    name = graph.input[0].name
    return onnx.helper.make_model(
        onnx.helper.make_graph(
            nodes,
            "onpost",
            [onnx.helper.make_tensor_value_info(name, floats, [1, 3, "height", "width"])],
            [onnx.helper.make_tensor_value_info(tail, floats, [1, rows, "places"])],
            weights,
        ),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
    )
