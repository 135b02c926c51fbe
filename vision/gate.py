"""Did a window's picture change since it was last looked at? If not, no second answer is needed.

The comparison is always with the picture that was last looked at, never with the last picture:
somebody who leaves by small steps adds up to a change. UNUSABLE is not decided here.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from models.domain.errors import InputError
from models.domain.geometry import Polygon
from models.domain.presence import Look
from vision.change import Change, Sketch, change, sketch, surroundings
from vision.frame import Image

FORCE_AFTER: Final = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """From how much on a window has changed, as shares of brightness; see `change.Change`."""

    brightness: float = 0.10
    colour: float = 0.07
    detail: float = 0.12

    def passed(self, found: Change) -> bool:
        """Whether it is a change."""
        return (
            found.brightness >= self.brightness
            or found.colour >= self.colour
            or found.detail >= self.detail
        )


@dataclass(frozen=True, slots=True)
class _Memory:
    zone: Polygon
    shape: tuple[int, ...]
    sketch: Sketch
    samples: int = 0


class Gate:
    """One camera's gate (变化门). Used by one thread.

    Args:
        force_after: Every this many samples a window is looked at, changed or not.
        limits: From how much on a window has changed.
    """

    def __init__(self, force_after: int = FORCE_AFTER, limits: Limits | None = None) -> None:
        if force_after < 1:
            raise InputError(
                f"强制检查的样本数须至少为 1,现为 {force_after}。",
                f"force_after must be at least 1, not {force_after}.",
                where="gate.force_after",
            )
        self._force_after = force_after
        self._limits = limits or Limits()
        self._memories: dict[str, _Memory] = {}
        self._newest = _Sketches(np.zeros((1, 1, 3), np.uint8))

    def judge(self, image: Image, zones: Mapping[str, Polygon]) -> dict[str, Look]:
        """One sample: LOOKED for a window that must be looked at, UNCHANGED for one that need not.

        Args:
            image: (height, width, 3) BGR.
            zones: Staff zones by window, 0..1 of the picture.
        """
        self._newest = _Sketches(image)
        return {window: self._judge(image, window, zone) for window, zone in zones.items()}

    def looked(self, image: Image, zones: Mapping[str, Polygon]) -> None:
        """Remember these windows as they are now: they have just been looked at."""
        if not self._newest.are_of(image):
            self._newest = _Sketches(image)
        for window, zone in zones.items():
            known = self._newest.of(image, zone)
            self._memories[window] = _Memory(zone, image.shape, known)

    def forget(self) -> None:
        """Look at everything next time, e.g. after the camera was moved or unusable."""
        self._memories.clear()

    def _judge(self, image: Image, window: str, zone: Polygon) -> Look:
        known = self._memories.get(window)
        if known is None or known.zone != zone or known.shape != image.shape:
            return Look.LOOKED
        known = self._memories[window] = replace(known, samples=known.samples + 1)
        if known.samples >= self._force_after:
            return Look.LOOKED
        found = change(known.sketch, self._newest.of(image, zone))
        return Look.LOOKED if self._limits.passed(found) else Look.UNCHANGED


class _Sketches:
    """Sketches of one picture, each drawn once; the picture itself is not kept."""

    def __init__(self, image: Image) -> None:
        self._image = weakref.ref(image)
        self._whole = surroundings(image)
        self._drawn: dict[Polygon, Sketch] = {}

    def are_of(self, image: Image) -> bool:
        """Whether that is the picture."""
        return self._image() is image

    def of(self, image: Image, zone: Polygon) -> Sketch:
        """The sketch of one zone of the picture."""
        if zone not in self._drawn:
            self._drawn[zone] = sketch(image, zone, self._whole)
        return self._drawn[zone]
