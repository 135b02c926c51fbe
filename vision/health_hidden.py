"""Is a window hidden behind something that stands before it? (工位被遮挡)

A cart, a curtain or a crowd before a window hides who sits there, and an empty look proves
nothing. What was behind the zone and around it when the reference was taken is looked for again:
whoever sits in the zone hides some of it, an empty chair none, and what hides all of it is neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.domain.geometry import Box, Polygon
from vision.health_checks import OSD_SHARE, Grey, inner
from vision.moved import directions

LEAST_EDGES: Final = 40
"""A zone or its surroundings with fewer edges tells nothing."""
GONE: Final = 0.20
"""Where less than this share of the edges is left in the zone, it is hidden …"""
GONE_AROUND: Final = 0.55
"""… if no more than this share is left around it."""
AROUND: Final = 0.35
"""What is around a zone, as a share of its sides."""
NEW_EDGES: Final = 0.7
"""What is left is a share of the edges now, times this, where these are more."""
STANDS: Final = 0.45
"""The rest of the picture must show this share of its edges: else it is the light, or a crowd."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of the reference's edges in a zone and around it, 0..1; None where the
    reference has too few."""

    inside: float | None
    around: float | None

    @property
    def hides(self) -> bool:
        """Whether something stands before the window."""
        if self.inside is None or self.around is None:
            return False
        return self.inside < GONE and self.around < GONE_AROUND


class Background:
    """What stands still in the reference picture.

    Args:
        grey: The reference, as `small_grey` makes it.
    """

    def __init__(self, grey: Grey) -> None:
        self._height, self._width = grey.shape
        (self._cosine, self._sine), _ = directions(inner(grey))
        self._edges = self._cosine**2 + self._sine**2

    def left(self, grey: Grey, zones: Mapping[str, Polygon]) -> dict[str, Left]:
        """By window; nothing for a picture of another shape or another light.

        Args:
            grey: The picture, as `small_grey` makes it.
            zones: Where the windows were when the reference was taken.
        """
        if grey.shape != (self._height, self._width):
            return {}
        (cosine, sine), _ = directions(inner(grey))
        agrees = np.maximum(0.0, self._cosine * cosine + self._sine * sine)
        drawn = cosine * cosine + sine * sine
        if not self._stands(agrees, zones):
            return {}
        return {window: self._of(agrees, drawn, zone.bounds) for window, zone in zones.items()}

    def _stands(self, agrees: NDArray[np.float32], zones: Mapping[str, Polygon]) -> bool:
        """Whether the picture shows the reference where no window is."""
        rest = np.ones(agrees.shape, np.bool_)
        for zone in zones.values():
            rest[self._slices(zone.bounds, AROUND)] = False
        share = _share(float(agrees[rest].sum()), float(self._edges[rest].sum()))
        return share is not None and share >= STANDS

    def _of(self, agrees: NDArray[np.float32], drawn: NDArray[np.float32], box: Box) -> Left:
        sums = [
            np.array([float(one[self._slices(box, more)].sum()) for more in (0.0, AROUND)])
            for one in (agrees, self._edges, drawn)
        ]
        found, edges, now = ((inside, wide - inside) for inside, wide in sums)
        # A curtain has edges everywhere, and so some where there were any.
        shares = [
            None if was < LEAST_EDGES else agreeing / max(was, NEW_EDGES * is_now)
            for agreeing, was, is_now in zip(found, edges, now, strict=True)
        ]
        return Left(shares[0], shares[1])

    def _slices(self, box: Box, more: float) -> tuple[slice, slice]:
        """Rows and columns of the inner picture."""
        off = round(self._height * OSD_SHARE)
        across, down = more * box.width, more * box.height
        top = round((box.y1 - down) * self._height) - off
        bottom = round((box.y2 + down) * self._height) - off
        left, right = round((box.x1 - across) * self._width), round((box.x2 + across) * self._width)
        return slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))


def _share(found: float, edges: float) -> float | None:
    return found / edges if edges >= LEAST_EDGES else None
