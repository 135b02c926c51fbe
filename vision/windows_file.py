"""The windows of one recording, read from the JSON file that `onpost replay` is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, TypeAlias

from models.domain.errors import GeometryError, InputError
from models.domain.geometry import Polygon

Zones: TypeAlias = dict[str, Polygon]

SAME_SHAPE: Final = 0.01
"""Width ÷ height of file and recording may differ by this much."""


def read_windows(path: Path, picture: tuple[int, int]) -> Zones:
    """Staff zones by window, 0..1 of the picture.

    The file is `{"width", "height", "windows": [{"id", "polygon": [[x, y], …]}]}`; other keys
    are allowed. Corners are pixels of a `width` × `height` picture when both are given, else
    0..1.

    Args:
        path: The file.
        picture: Width and height of the recording; the file may be drawn on a larger or
            smaller picture of the same shape.

    Raises:
        InputError: missing, not JSON, a key is missing or wrong, an id is there twice, the
            picture has another shape.
        GeometryError: a polygon lies outside the picture, crosses itself, or has no area.
    """
    data = _parsed(path)
    scale = _scale(data, path, picture)
    items = data.get("windows")
    if not isinstance(items, list) or not items:
        raise InputError(
            "须有非空的 windows 列表。",
            "it must hold a list `windows` that is not empty.",
            where=str(path),
        )
    zones: Zones = {}
    for number, item in enumerate(items):
        window = _id(item, path, number)
        if window in zones:
            raise InputError(
                f"窗口编号 {window!r} 重复。",
                f"the window id {window!r} is there twice.",
                where=f"{path}: windows[{number}].id",
            )
        zones[window] = _polygon(item.get("polygon"), scale, f"{path}: windows.{window}.polygon")
    return zones


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"无法读取窗口文件:{error.strerror}。",
            f"cannot read the windows file: {error.strerror}.",
            where=str(path),
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            "窗口文件不是 UTF-8 文本。", "the windows file is not UTF-8 text.", where=str(path)
        ) from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"不是有效的 JSON:第 {error.lineno} 行第 {error.colno} 列({error.msg})。",
            f"not valid JSON: line {error.lineno}, column {error.colno} ({error.msg}).",
            where=f"{path}:{error.lineno}",
        ) from None
    if not isinstance(data, dict):
        raise InputError(
            '须为 JSON 对象 {"windows": […]}。',
            'it must be a JSON object {"windows": […]}.',
            where=str(path),
        )
    return data


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _scale(data: dict[str, Any], path: Path, picture: tuple[int, int]) -> tuple[float, float]:
    if "width" not in data and "height" not in data:
        return 1.0, 1.0
    width, height = _number(data.get("width")), _number(data.get("height"))
    if not width or not height or width <= 0 or height <= 0:
        raise InputError(
            "width 与 height 须同时给出且为正数(都不写则多边形为相对坐标 0..1)。",
            "width and height must both be given and positive (leave both out for 0..1).",
            where=f"{path}: width, height",
        )
    shape = (width / height) / (picture[0] / picture[1])
    if abs(shape - 1) > SAME_SHAPE:
        raise InputError(
            f"窗口文件的画面为 {width:g}×{height:g},录像为 {picture[0]}×{picture[1]},"
            "宽高比不同;请在该录像的画面上重新绘制。",
            f"the windows file is for {width:g}x{height:g}, the recording is "
            f"{picture[0]}x{picture[1]}: another shape. Draw the windows on this recording.",
            where=f"{path}: width, height",
        )
    return width, height


def _id(item: object, path: Path, number: int) -> str:
    window = item.get("id") if isinstance(item, dict) else None
    if not isinstance(window, str) or not window.strip():
        raise InputError(
            "每个窗口须有非空的文字编号 id。",
            "every window needs an id, a text that is not empty.",
            where=f"{path}: windows[{number}].id",
        )
    return window


def _polygon(corners: object, scale: tuple[float, float], where: str) -> Polygon:
    points = [_corner(corner) for corner in corners] if isinstance(corners, list) else []
    good = [(x / scale[0], y / scale[1]) for x, y in filter(None, points)]
    if not points or len(good) != len(points):
        raise GeometryError(
            "polygon 须为顶点列表 [[x, y], …],坐标为数字。",
            "polygon must be a list of corners [[x, y], …], all numbers.",
            where=where,
        )
    try:
        return Polygon(tuple(good))
    except GeometryError as error:
        raise GeometryError(error.zh, error.en, where=where, code=error.code) from None


def _corner(corner: object) -> tuple[float, float] | None:
    if not isinstance(corner, list) or len(corner) != 2:
        return None
    x, y = map(_number, corner)
    return None if x is None or y is None else (x, y)
