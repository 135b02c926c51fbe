"""Fit a picture of any shape into the network's input, and boxes back again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.errors import DetectorError
from vision.frame import Image
from vision.ports import Size

Canvas: TypeAlias = tuple[int, int]
"""Width and height of the network's input in pixels, each a multiple of 32."""

Tensor: TypeAlias = NDArray[np.float32]

STRIDE: Final = 32
FRAME_PX: Final = 640
CROP_PX: Final = 320
_GREY: Final = 114  # what YOLO networks are trained to see as "nothing here"


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where the picture lies on the canvas: `canvas = picture * scale + offset`, in pixels."""

    scale_x: float
    scale_y: float
    left: int
    top: int
    width: int
    height: int

    def to_picture(self, corners: Tensor) -> Tensor:
        """Boxes (n, 4) as x1 y1 x2 y2 in canvas pixels → 0..1 of the picture, cut to it."""
        offset = np.array([self.left, self.top] * 2, np.float32)
        size = np.array([self.width * self.scale_x, self.height * self.scale_y] * 2, np.float32)
        return np.asarray(np.clip((corners - offset) / size, 0.0, 1.0), np.float32)


def require_picture(image: object) -> Image:
    """The image, once it is one: (height, width, 3), uint8, not empty.

    Raises:
        DetectorError: it is something else.
    """
    if (
        not isinstance(image, np.ndarray)
        or image.dtype != np.uint8
        or image.ndim != 3
        or image.shape[2] != 3
        or 0 in image.shape
    ):
        what = (
            f"{image.dtype} {image.shape}"
            if isinstance(image, np.ndarray)
            else type(image).__name__
        )
        raise DetectorError(
            f"不是图像:{what},应为 (高, 宽, 3) 的 uint8 数组。",
            f"not a picture: {what}; it must be a uint8 array of (height, width, 3).",
        )
    return image


def canvas_for(
    width: int, height: int, size: Size, *, frame_px: int = FRAME_PX, crop_px: int = CROP_PX
) -> Canvas:
    """The input that suits a picture: 640×384 for 16:9, 640×480 for 4:3, 320×320 for a crop."""
    if size is Size.CROP:
        return crop_px, crop_px
    scale = frame_px / max(width, height)
    return _whole_strides(width * scale), _whole_strides(height * scale)


def _whole_strides(pixels: float) -> int:
    return max(1, -(-round(pixels) // STRIDE)) * STRIDE


def to_canvas(image: Image, canvas: Canvas) -> tuple[Tensor, Letterbox]:
    """Scale the picture into the middle of a grey canvas.

    Returns:
        The network's input (1, 3, height, width), RGB, 0..1, and the way back.
    """
    height, width = image.shape[:2]
    scale = min(canvas[0] / width, canvas[1] / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    if inner != (width, height):
        # Area averaging keeps a strongly shrunk picture free of aliasing.
        how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        image = np.asarray(cv2.resize(image, inner, interpolation=how), np.uint8)
    left, top = (canvas[0] - inner[0]) // 2, (canvas[1] - inner[1]) // 2
    padded = np.full((canvas[1], canvas[0], 3), _GREY, np.uint8)
    padded[top : top + inner[1], left : left + inner[0]] = image
    tensor = np.ascontiguousarray(padded[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
    tensor /= 255.0
    box = Letterbox(inner[0] / width, inner[1] / height, left, top, width, height)
    return tensor, box
