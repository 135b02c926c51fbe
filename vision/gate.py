"""Did a window's picture change since it was last looked at? If not, no second answer is needed.

The comparison is always with the picture that was last looked at, never with the last picture:
somebody who leaves by small steps adds up to a change. UNUSABLE is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.errors import InputError
from models.domain.geometry import Polygon
from models.domain.presence import Look
from vision.frame import Image

Thumbnail: TypeAlias = NDArray[np.float32]
"""(32, 32): logarithm of the brightness around a window, so that light is a constant."""

FORCE_AFTER: Final = 12
MARGIN: Final = 0.15
"""The thumbnail reaches this share of the zone's sides beyond it."""
CHANGED: Final = 0.10
"""A patch whose brightness, beside the light on the whole, differs by this share has changed."""
_SIDE: Final = 32
_PATCHES: Final = 8
_FLOOR: Final = 16.0  # keeps the noise of black pixels from looking like a change


@dataclass(frozen=True, slots=True)
class _Memory:
    zone: Polygon
    shape: tuple[int, ...]
    thumbnail: Thumbnail
    samples: int = 0


class Gate:
    """One camera's gate (变化门). Used by one thread.

    Args:
        force_after: Every this many samples a window is looked at, changed or not.
        changed: Share of brightness by which a patch must differ.
    """

    def __init__(self, force_after: int = FORCE_AFTER, *, changed: float = CHANGED) -> None:
        if force_after < 1:
            raise InputError(
                f"强制检查的样本数须至少为 1,现为 {force_after}。",
                f"force_after must be at least 1, not {force_after}.",
                where="gate.force_after",
            )
        self._force_after = force_after
        self._changed = changed
        self._memories: dict[str, _Memory] = {}

    def judge(self, image: Image, zones: Mapping[str, Polygon]) -> dict[str, Look]:
        """One sample: LOOKED for a window that must be looked at, UNCHANGED for one that need not.

        Args:
            image: (height, width, 3) BGR.
            zones: Staff zones by window, 0..1 of the picture.
        """
        return {window: self._judge(image, window, zone) for window, zone in zones.items()}

    def looked(self, image: Image, zones: Mapping[str, Polygon]) -> None:
        """Remember these windows as they are now: they have just been looked at."""
        for window, zone in zones.items():
            self._memories[window] = _Memory(zone, image.shape, thumbnail(image, zone))

    def forget(self) -> None:
        """Look at everything next time, e.g. after the camera was moved or unusable."""
        self._memories.clear()

    def _judge(self, image: Image, window: str, zone: Polygon) -> Look:
        known = self._memories.get(window)
        if known is None or known.zone != zone or known.shape != image.shape:
            return Look.LOOKED
        samples = known.samples + 1
        self._memories[window] = _Memory(known.zone, known.shape, known.thumbnail, samples)
        if samples >= self._force_after:
            return Look.LOOKED
        moved = difference(known.thumbnail, thumbnail(image, zone))
        return Look.LOOKED if moved >= self._changed else Look.UNCHANGED


def thumbnail(image: Image, zone: Polygon) -> Thumbnail:
    """The window and a little around it, small, grey and smooth: noise averages out."""
    height, width = image.shape[:2]
    box = zone.bounds
    slack_x, slack_y = MARGIN * box.width, MARGIN * box.height
    x1, x2 = _pixels(box.x1 - slack_x, box.x2 + slack_x, width)
    y1, y2 = _pixels(box.y1 - slack_y, box.y2 + slack_y, height)
    part = cv2.cvtColor(image[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    smooth = cv2.GaussianBlur(small, (3, 3), 0)
    return np.asarray(np.log(smooth + _FLOOR), np.float32)


def difference(before: Thumbnail, after: Thumbnail) -> float:
    """Largest change of any patch as a share of its brightness, the light on the whole apart."""
    change = after - before
    # The median is what the light did, as long as less than half of the window moved.
    change -= np.median(change)
    size = _SIDE // _PATCHES
    patches = change.reshape(_PATCHES, size, _PATCHES, size).mean(axis=(1, 3))
    return float(np.abs(patches).max())


def _pixels(low: float, high: float, limit: int) -> tuple[int, int]:
    first = min(max(0, int(low * limit)), limit - 1)
    return first, max(first + 1, min(limit, round(high * limit)))
