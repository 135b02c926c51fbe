"""One picture made of a few windows' surroundings, for when the others did not change.

The network's cost is the pixels of its input. Where few windows of a camera have to be looked
at, their crops are laid side by side on an input that is smaller than the frame's, or sharper
for the same cost. Grey strips keep the tiles apart, so that nobody is seen across two of them.
What is found on a tile is told in places of the camera's picture. Whoever is cut by a tile's
edge, lies on a strip or scores low is left out: that is for the whole frame to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from models.domain.geometry import Box
from vision.detectors.letterbox import CROP_PX, FRAME_PX, Canvas, canvas_for
from vision.frame import Image
from vision.ports import Detection, Size, Thing

STRIP_PX: Final = 16
"""Grey between two tiles, on the network's input."""
SURE: Final = 0.25
"""A person on a tile counts from this score on."""
SHARPER: Final = 1.5
"""At a frame's cost, tiles are worth it where they are this much sharper than the frame."""
EDGE: Final = 0.01
"""Whoever comes so near to a tile's edge, as a share of its side, may be cut there."""
INSIDE: Final = 0.9
"""A box with less than this share on one tile lies across two."""
GREY: Final = 114


@dataclass(frozen=True, slots=True)
class Inputs:
    """The network's inputs.

    Attributes:
        frame_px: Longer side for a whole frame.
        crop_px: Side for a crop.
    """

    frame_px: int = FRAME_PX
    crop_px: int = CROP_PX


@dataclass(frozen=True, slots=True)
class Packed:
    """A picture to show to the detector, and how to read its answer.

    Attributes:
        image: (height, width, 3).
        size: What to call it.
        places: Where each window's tile lies, 0..1 of the image.
    """

    image: Image
    size: Size
    places: Mapping[str, Box]

    def unpacked(self, found: list[Detection]) -> dict[str, list[Detection]]:
        """What was found, by window, 0..1 of each window's tile; nothing that lies across two."""
        return {
            window: [moved for item in found if (moved := _on_tile(item, place)) is not None]
            for window, place in self.places.items()
        }


def sure(found: list[Detection], region: Box) -> list[Detection]:
    """What a tile alone can tell for sure: phones, and people wholly on it with a good score.

    Args:
        found: Boxes 0..1 of the tile.
        region: What the tile shows, 0..1 of the picture, whose own edges cut nobody off.
    """
    left = EDGE if region.x1 > 0.0 else -1.0
    top = EDGE if region.y1 > 0.0 else -1.0
    right = 1.0 - EDGE if region.x2 < 1.0 else 2.0
    bottom = 1.0 - EDGE if region.y2 < 1.0 else 2.0
    return [
        item
        for item in found
        if item.thing is not Thing.PERSON
        or (
            item.score >= SURE
            and item.box.x1 > left
            and item.box.y1 > top
            and item.box.x2 < right
            and item.box.y2 < bottom
        )
    ]


def pack(image: Image, parts: Mapping[str, Image], inputs: Inputs) -> Packed | None:
    """The cheapest picture that shows these parts no worse than the whole frame would.

    Args:
        image: The camera's picture, (height, width, 3).
        parts: What to show of it, by window.
        inputs: The network's inputs.

    Returns:
        The packed picture, or None where the whole frame is as good and as cheap.
    """
    if len(parts) == 1:  # the closer look itself, which otherwise would come after the frame
        [(window, part)] = parts.items()
        return Packed(part, Size.CROP, {window: Box(0.0, 0.0, 1.0, 1.0)})
    height, width = image.shape[:2]
    frame = canvas_for(width, height, Size.FRAME, frame_px=inputs.frame_px)
    sharpness = min(frame[0] / width, frame[1] / height)
    wide = canvas_for(16, 9, Size.FRAME, frame_px=inputs.frame_px)
    for canvas, size in (((inputs.crop_px, inputs.crop_px), Size.CROP), (wide, Size.FRAME)):
        cost = _pixels(canvas) / _pixels(frame)
        grid = _grid(list(parts.values()), canvas)
        if cost <= 1 and grid.scale >= sharpness * (1.0 if cost < 1 else SHARPER):
            return _drawn(parts, canvas, size, grid)
    return None


@dataclass(frozen=True, slots=True)
class _Grid:
    columns: int
    width: int
    height: int
    scale: float


def _grid(parts: Sequence[Image], canvas: Canvas) -> _Grid:
    """The grid on which the part that suffers most is as sharp as can be."""
    grids = []
    for columns in range(1, len(parts) + 1):
        rows = -(-len(parts) // columns)
        width = (canvas[0] - (columns - 1) * STRIP_PX) // columns
        height = (canvas[1] - (rows - 1) * STRIP_PX) // rows
        scale = min(_fit(part, width, height) for part in parts)
        grids.append(_Grid(columns, width, height, scale))
    return max(grids, key=lambda grid: grid.scale)


def _drawn(parts: Mapping[str, Image], canvas: Canvas, size: Size, grid: _Grid) -> Packed:
    picture = np.full((canvas[1], canvas[0], 3), GREY, np.uint8)
    places = {}
    for number, (window, part) in enumerate(parts.items()):
        row, column = divmod(number, grid.columns)
        x, y = column * (grid.width + STRIP_PX), row * (grid.height + STRIP_PX)
        scale = _fit(part, grid.width, grid.height)
        wide, high = max(1, int(part.shape[1] * scale)), max(1, int(part.shape[0] * scale))
        how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        picture[y : y + high, x : x + wide] = cv2.resize(part, (wide, high), interpolation=how)
        places[window] = Box(
            x / canvas[0], y / canvas[1], (x + wide) / canvas[0], (y + high) / canvas[1]
        )
    return Packed(picture, size, places)


def _on_tile(item: Detection, place: Box) -> Detection | None:
    """A detection of the packed picture as one of a tile, None where it lies elsewhere."""
    if place.intersection(item.box) < INSIDE * item.box.area:
        return None
    x1, x2 = ((x - place.x1) / place.width for x in (item.box.x1, item.box.x2))
    y1, y2 = ((y - place.y1) / place.height for y in (item.box.y1, item.box.y2))
    return replace(item, box=Box(max(0.0, x1), max(0.0, y1), min(1.0, x2), min(1.0, y2)))


def _fit(part: Image, width: int, height: int) -> float:
    high, wide = part.shape[:2]
    return float(min(width / wide, height / high))


def _pixels(canvas: Canvas) -> int:
    return canvas[0] * canvas[1]
