"""What changed between two pictures of one window, the harmless left out.

Everything is compared as the logarithm of its brightness, colour by colour, because light,
exposure and gain multiply. Four things are harmless and taken out before anything is measured:
what the light did to the whole picture (brighter, flatter, brighter towards one side), a small
remainder of it at this window, a shift of the camera by up to two pixels, and what a clipped
pixel cannot show. What is left is measured three ways: brightness, colour, and detail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.geometry import Polygon
from vision.frame import Image

Logs: TypeAlias = NDArray[np.float32]
"""(height, width, 3): logarithms of blue, green and red."""

MARGIN: Final = 0.15
"""The thumbnail reaches this share of the zone's sides beyond it."""
SHAKE_PX: Final = 2.0
"""A camera may shake by so many pixels of its picture."""
LOCAL_LIGHT: Final = 0.05
"""The light at one window may differ by this share from the light on the whole picture."""
_SIDE: Final = 32
_PATCH: Final = 4
_COLUMNS, _ROWS = 48, 27
_FLOOR: Final = 16.0  # keeps the noise of black pixels from looking like a change
_CLIPPED: Final = float(np.log(250.0 + _FLOOR))
_CEILING: Final = float(np.log(255.0 + _FLOOR))
_ROUNDS: Final = 4
_TYPICAL: Final = 0.03
_MOST_SLOPE: Final = 0.3
_MOST_NOISE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """How much of a window's picture differs, as shares of its brightness.

    Attributes:
        brightness: Of the patch that differs most.
        colour: Of the patch whose hue differs most, above what noise does everywhere.
        detail: Of the patch whose pattern differs most, above what noise does everywhere.
    """

    brightness: float
    colour: float
    detail: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """A window in one picture, as small as comparing needs it.

    Attributes:
        part: (32, 32, 3), the window and a little around it.
        whole: (27, 48, 3), the whole picture, for the light.
        shake: Cells of `part` in SHAKE_PX pixels of the picture, across and down.
    """

    part: Logs
    whole: Logs
    shake: tuple[float, float]


def surroundings(image: Image) -> Logs:
    """The whole picture in a few cells: what the light does can be read from it."""
    rows = image[:: max(1, image.shape[0] // (4 * _ROWS))]  # every cell still gets four rows
    return _logs(rows, (_COLUMNS, _ROWS))


def sketch(image: Image, zone: Polygon, whole: Logs) -> Sketch:
    """The window and a little around it, small: noise averages out.

    Args:
        image: (height, width, 3) BGR.
        zone: The staff zone, 0..1 of the picture.
        whole: `surroundings` of the same picture.
    """
    height, width = image.shape[:2]
    box = zone.bounds
    slack_x, slack_y = MARGIN * box.width, MARGIN * box.height
    x1, x2 = _pixels(box.x1 - slack_x, box.x2 + slack_x, width)
    y1, y2 = _pixels(box.y1 - slack_y, box.y2 + slack_y, height)
    part = _logs(image[y1:y2, x1:x2], (_SIDE, _SIDE))
    return Sketch(part, whole, (SHAKE_PX * _SIDE / (x2 - x1), SHAKE_PX * _SIDE / (y2 - y1)))


def change(before: Sketch, after: Sketch) -> Change:
    """What differs between two sketches of one window."""
    between = np.asarray((before.part + after.part) / 2, np.float32)
    rest, blur = _unshaken(_unlit(before, after), between, before.shake)
    grey = np.asarray(rest.mean(axis=2), np.float32)
    mean = _patches(grey)
    hue = np.abs(_patches(rest - grey[..., None])).max(axis=2)
    spread = _root(_patches(grey * grey) - mean * mean) - _root(_patches(blur * blur))
    return Change(float(np.abs(mean).max()), _above_noise(hue), _above_noise(spread))


def _patches(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of all patches."""
    return np.asarray(cv2.blur(values, (_PATCH, _PATCH)), np.float32)


def _above_noise(found: NDArray[Any]) -> float:
    """The most that is found anywhere, above what noise and compression do everywhere.

    A person is in one place, or fills the zone; so the quiet quarter speaks for the noise, and
    only up to a limit.
    """
    everywhere = max(0.0, 2 * float(np.percentile(found, 25)))
    return max(0.0, float(found.max()) - min(_MOST_NOISE, everywhere))


def _root(squares: NDArray[Any]) -> NDArray[np.float32]:
    """Square roots; sums of squares come out a little below nothing by rounding."""
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)), np.float32)


def _unlit(before: Sketch, after: Sketch) -> Logs:
    """The difference without what the light did."""
    rest = np.empty_like(before.part)
    for colour in range(3):
        light, middle = _light(before.whole[..., colour], after.whole[..., colour])
        known = before.part[..., colour]
        expected = known + light[0] + light[1] * (known - middle)
        seen = after.part[..., colour]
        left = seen - np.minimum(expected, _CEILING)
        # A clipped pixel was brighter than it shows, nobody knows by how much.
        clipped = (known >= _CLIPPED) & (left > 0)
        rest[..., colour] = np.where(clipped, 0.0, left)
    grey = float(np.median(rest.mean(axis=2)))
    return rest - np.float32(min(LOCAL_LIGHT, max(-LOCAL_LIGHT, grey)))


def _light(before: NDArray[np.float32], after: NDArray[np.float32]) -> tuple[list[float], float]:
    """What the light did to most of the picture: a factor, and more or less contrast.

    Fitted again and again with less weight for what does not follow, so that people who came
    or went do not count as light.
    """
    moved = (after - before).ravel()
    middle = float(np.median(before))
    tone = before.ravel() - middle
    shift, slope = float(np.median(moved)), 0.0
    usable = (before.ravel() < _CLIPPED) & (after.ravel() < _CLIPPED)
    for _ in range(_ROUNDS):
        off = (moved - shift - slope * tone) / _TYPICAL
        weight = usable / (1.0 + off * off) ** 2
        total = float(weight.sum())
        if total < 1.0:
            break  # nearly all of it is clipped or follows nothing
        tone_mean = float(weight @ tone) / total
        moved_mean = float(weight @ moved) / total
        spread = float(weight @ (tone - tone_mean) ** 2)
        steep = float(weight @ ((tone - tone_mean) * (moved - moved_mean)))
        slope = min(_MOST_SLOPE, max(-_MOST_SLOPE, steep / (spread + 1.0)))
        shift = moved_mean - slope * tone_mean
    return [shift, slope], middle


def _unshaken(
    rest: Logs, picture: Logs, shake: tuple[float, float]
) -> tuple[Logs, NDArray[np.float32]]:
    """The difference without what a small shift of the camera explains.

    Returns:
        The rest, and (32, 32) what may remain of it at sharp edges that fall between two cells.
    """
    down, across = np.gradient(picture, axis=(0, 1))
    xx, yy, xy = (float((a * b).sum()) for a, b in ((across, across), (down, down), (across, down)))
    xr, yr = float((across * rest).sum()), float((down * rest).sum())
    weight = xx * yy - xy * xy
    if weight <= 1e-6 * (xx + yy) ** 2 + 1e-9:
        return rest, np.zeros(rest.shape[:2], np.float32)
    x = np.float32(_within((yy * xr - xy * yr) / weight, shake[0]))
    y = np.float32(_within((xx * yr - xy * xr) / weight, shake[1]))
    blur = (np.abs(x * across) + np.abs(y * down)).mean(axis=2)
    return np.asarray(rest - x * across - y * down, np.float32), np.asarray(blur, np.float32)


def _within(value: float, limit: float) -> float:
    return min(limit, max(-limit, value))


def _logs(image: Image, size: tuple[int, int]) -> Logs:
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(np.log(small + _FLOOR), np.float32)


def _pixels(low: float, high: float, limit: int) -> tuple[int, int]:
    first = min(max(0, int(low * limit)), limit - 1)
    return first, max(first + 1, min(limit, round(high * limit)))
