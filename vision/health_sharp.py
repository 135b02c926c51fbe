"""Is a picture as sharp as the camera's own reference, everywhere? (清晰度)

Defocus, dirt and condensation take the fine detail out of what stands still in the picture. How
much detail there is to see differs from camera to camera, so it is held against the reference
picture, tile by tile, and only where that has detail. Light changes fine and coarse detail alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.geometry import Box
from vision.health_checks import OSD_SHARE, Grey

Tiles: TypeAlias = NDArray[np.float64]
"""One number a tile, (ROWS, COLUMNS)."""

COLUMNS: Final = 12
ROWS: Final = 7
DULL: Final = 0.45
"""A tile whose fine detail, held against its coarse detail, falls to this share is dull."""
FAINT: Final = 0.15
"""And so is one that has only this share of its detail, whatever the light: a veil."""
WHOLE: Final = 0.5
"""From this share of the tiles that can be told on, the whole picture is blurred."""
LEAST_TILES: Final = 6
_NOISE_TIMES: Final = 3.0
_LEAST_FINE: Final = 0.5
_DARKEST: Final = 16.0


@dataclass(frozen=True, slots=True)
class Detail:
    """A picture's detail by tile, as mean squares of grey levels.

    Attributes:
        fine: Finest that a detector uses.
        coarse: Eight times as coarse.
        light: Mean grey.
        noise: What fine detail there is where nothing is to be seen.
    """

    fine: Tiles
    coarse: Tiles
    light: Tiles
    noise: float


def detail(thin: Grey) -> Detail:
    """Of a picture as `thin_grey` makes it."""
    view = _cut(thin)
    soft = cv2.GaussianBlur(view, (5, 5), 1.0)
    softer = cv2.GaussianBlur(view, (9, 9), 2.0)
    fine = _tiles(cv2.absdiff(soft, softer), squared=True)
    half = cv2.resize(softer, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    coarse = _tiles(cv2.absdiff(half, cv2.GaussianBlur(half, (13, 13), 3.0)), squared=True)
    return Detail(fine, coarse, _tiles(half), float(np.quantile(fine, 0.1)))


def _cut(thin: Grey) -> Grey:
    edge = round(thin.shape[0] * OSD_SHARE)
    return thin[edge : thin.shape[0] - edge]


def _tiles(values: Any, *, squared: bool = False) -> Tiles:
    whole = np.asarray(values, np.float32)
    if squared:
        whole = whole * whole
    small = cv2.resize(whole, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float64)


@dataclass(frozen=True, slots=True)
class Lost:
    """Tiles, (ROWS, COLUMNS), that have lost their detail.

    Attributes:
        fine: Of those, the fine detail at least.
        all: All of it, as if something plain were before them.
    """

    fine: NDArray[np.bool_]
    all: NDArray[np.bool_]


class Sharpness:
    """How sharp this camera is when nothing is wrong with it.

    Args:
        thin: The reference picture, as `thin_grey` makes it.
    """

    def __init__(self, thin: Grey) -> None:
        self._shape = thin.shape
        self._is = detail(thin)
        clean = _clean(self._is)
        self._told = clean > max(_LEAST_FINE, (_NOISE_TIMES - 1) * self._is.noise)
        self._ratio = _ratio(clean, self._is.coarse)
        self._amount = np.sqrt(clean) / (self._is.light + _DARKEST)

    @property
    def tells(self) -> bool:
        """Whether the reference has detail enough to tell anything."""
        return int(self._told.sum()) >= LEAST_TILES

    def lost(self, thin: Grey) -> Lost:
        """Tiles that have lost what the reference shows there; where it shows nothing, or the
        picture has another shape, none has."""
        if not self.tells or thin.shape != self._shape:
            return Lost(np.zeros((ROWS, COLUMNS), np.bool_), np.zeros((ROWS, COLUMNS), np.bool_))
        now = detail(thin)
        clean = _clean(now)
        flat = now.coarse <= 0.1 * self._is.coarse
        # A smooth coat before a tile has little of either, and proves nothing.
        soft = ~flat & (_ratio(clean, now.coarse) < DULL * self._ratio)
        faint = np.sqrt(clean) / (now.light + _DARKEST) < FAINT * self._amount
        return Lost(self._told & (soft | faint), self._told & faint & flat)

    def share(self, dull: NDArray[np.bool_]) -> float:
        """Share of the tiles that can be told."""
        return float(dull.sum()) / max(1, int(self._told.sum()))

    def share_in(self, dull: NDArray[np.bool_], box: Box) -> float:
        """Share of a box (0..1 of the picture) under dull tiles."""
        over = _cover(box)
        total = float(over.sum())
        return float((over * dull).sum()) / total if total > 0 else 0.0


def _clean(found: Detail) -> Tiles:
    return np.asarray(np.maximum(0.0, found.fine - found.noise), np.float64)


def _ratio(fine: Tiles, coarse: Tiles) -> Tiles:
    return np.asarray(np.sqrt(fine / (coarse + 1.0)), np.float64)


def _cover(box: Box) -> Tiles:
    """How much of each tile the box takes."""
    across = _overlaps(box.x1, box.x2, COLUMNS)
    inner = 1 - 2 * OSD_SHARE
    down = _overlaps((box.y1 - OSD_SHARE) / inner, (box.y2 - OSD_SHARE) / inner, ROWS)
    return np.outer(down, across)


def _overlaps(low: float, high: float, count: int) -> NDArray[np.float64]:
    starts = np.arange(count) / count
    shared = np.minimum(high, starts + 1 / count) - np.maximum(low, starts)
    return np.asarray(np.maximum(0.0, shared), np.float64)
