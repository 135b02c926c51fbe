"""Evidence pictures (证据图片): the staff zone stays, everything else becomes unrecognisable.

The public side of the counter is reduced to a coarse mosaic of averages before anything is
stored. What was averaged away is not in the file, so nobody can bring it back.
Source: domain.md §3.3, point 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.geometry import Polygon
from vision.frame import Image
from vision.jpeg import encode

BLOCKS: Final = 32
"""Mosaic blocks along the longer side: a face in a hall camera's picture is under one block."""

MARGIN: Final = 0.01
"""Width kept around a staff zone, as a share of the picture's longer side."""

_OUTLINE: Final = (0, 200, 255)
_INK: Final = (255, 255, 255)
_PAPER: Final = (0, 0, 0)

Mask = NDArray[np.bool_]


def picture(
    image: Image,
    keep: Sequence[Polygon],
    *,
    margin: float = MARGIN,
    caption: str = "",
    quality: int = 85,
) -> bytes:
    """A picture ready to be kept as evidence.

    Args:
        image: Pixels, (height, width, 3) BGR.
        keep: Staff zones (工位区域) that stay as they are, 0..1; none masks everything.
        margin: Width kept around each zone, share of the longer side.
        caption: A line of ASCII in the corner that covers no zone, empty for none.
        quality: JPEG quality, 1..100.

    Returns:
        JPEG of the same width and height.

    Raises:
        SourceError: the pixels cannot be encoded.
    """
    kept = kept_mask(image.shape[1], image.shape[0], keep, margin)
    out = masked(image, kept)
    _draw_outline(out, kept)
    if caption:
        _draw_caption(out, kept, caption)
    return encode(out, quality)


def kept_mask(width: int, height: int, keep: Sequence[Polygon], margin: float = MARGIN) -> Mask:
    """Which pixels stay: (height, width), True inside a zone or within `margin` of one."""
    mask = np.zeros((height, width), np.uint8)
    corners = [
        np.array([(x * (width - 1), y * (height - 1)) for x, y in zone.points]).round()
        for zone in keep
    ]
    for polygon in corners:
        cv2.fillPoly(mask, [polygon.astype(np.int32)], 1)
    reach = round(margin * max(width, height))
    if reach > 0:
        around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
        return cv2.dilate(mask, around).astype(bool)
    return mask.astype(bool)


def masked(image: Image, kept: Mask) -> Image:
    """A copy with everything outside `kept` replaced by a blurred mosaic.

    Pixels inside are not touched, and do not colour the mosaic: each block is the average of
    its own outside pixels.
    """
    outside = (~kept).astype(np.float32)
    height, width = kept.shape
    scale = BLOCKS / max(height, width)
    grid = max(1, round(width * scale)), max(1, round(height * scale))
    weight = cv2.resize(outside, grid, interpolation=cv2.INTER_AREA)
    total = cv2.resize(
        image.astype(np.float32) * outside[..., None], grid, interpolation=cv2.INTER_AREA
    )
    mosaic = (total / np.maximum(weight, 1e-6)[..., None]).clip(0, 255).astype(np.uint8)
    large = cv2.resize(mosaic, (width, height), interpolation=cv2.INTER_NEAREST)
    block = max(height, width) / BLOCKS
    blurred = cv2.GaussianBlur(large, (0, 0), sigmaX=max(1.0, block / 3))
    out: Image = np.where(kept[..., None], image, blurred).astype(np.uint8)
    return out


def _draw_outline(image: Image, kept: Mask) -> None:
    """The border of what stays, drawn just outside it."""
    thick = max(1, round(max(kept.shape) / 640))
    size = 2 * thick + 1
    wide = cv2.dilate(kept.astype(np.uint8), np.ones((size, size), np.uint8)).astype(bool)
    image[wide & ~kept] = _OUTLINE


def _draw_caption(image: Image, kept: Mask, caption: str) -> None:
    """Text in the corner that covers least of the zones; no pixel of a zone is drawn over."""
    height, width = kept.shape
    scale = max(0.35, width / 1600)
    thick = max(1, round(scale * 1.5))
    (wide, high), base = cv2.getTextSize(caption, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    wide, tall = min(width, wide + 8), min(height, high + base + 8)
    corners = [(x, y) for y in (0, height - tall) for x in (0, width - wide)]
    left, top = min(corners, key=lambda at: kept[at[1] : at[1] + tall, at[0] : at[0] + wide].sum())
    label = np.full((tall, wide, 3), _PAPER, np.uint8)
    cv2.putText(
        label, caption, (4, high + 4), cv2.FONT_HERSHEY_SIMPLEX, scale, _INK, thick, cv2.LINE_AA
    )
    free = ~kept[top : top + tall, left : left + wide]
    image[top : top + tall, left : left + wide][free] = label[free]
