"""What one window's zone in the picture is worth: shifted, hidden, blurred, burnt out or dark.

Only of windows where nobody was seen: whoever is seen is there, however bad the picture is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from models.domain.errors import GeometryError
from models.domain.geometry import Box, Polygon
from models.domain.presence import Reason
from vision.health_blur import Blur
from vision.health_checks import Grey
from vision.health_gaze import NO_SHIFT, Shift
from vision.health_hidden import Background

HIDDEN_AFTER: Final = timedelta(seconds=20)
"""Hidden for so long and still, an empty look proves nothing; who walks by hides for less."""
CUT_OFF: Final = 0.15
"""A zone that has gone out of the picture by this share is not seen any more."""
_BURNT, _DARK = 250, 10
_CLIPPED: Final = 0.9


class ZoneView:
    """The zones of one camera against its reference. Used by one thread.

    Args:
        grey: The reference, as `small_grey` makes it.
    """

    def __init__(self, grey: Grey) -> None:
        self._background = Background(grey)
        self._aspect = grey.shape[1] / grey.shape[0]
        self._since: dict[str, datetime] = {}
        self._placed: tuple[Shift, Mapping[str, Polygon], dict[str, Polygon]] | None = None

    def placed(self, zones: Mapping[str, Polygon], shift: Shift) -> Mapping[str, Polygon]:
        """The zones, shifted; each stays inside the picture.

        Args:
            zones: As drawn.
            shift: In shares of the picture's width.
        """
        kept = self._placed
        if kept is None or kept[0] != shift or kept[1] != zones:
            found = {window: self._moved(zone, shift) for window, zone in zones.items()}
            kept = self._placed = shift, dict(zones), found
        return kept[2]

    def _moved(self, zone: Polygon, shift: Shift) -> Polygon:
        across, down = shift[0], shift[1] * self._aspect
        points = tuple((_within(x + across), _within(y + down)) for x, y in zone.points)
        try:
            return Polygon(points)
        except GeometryError:  # nothing of it is left in the picture; `hidden` says so
            return zone

    def hidden(
        self,
        grey: Grey,
        at: datetime,
        zones: Mapping[str, Polygon],
        empty: frozenset[str],
        *,
        shift: Shift,
        blur: Blur,
    ) -> dict[str, Reason]:
        """Windows of which an empty look proves nothing, and why.

        Args:
            grey: The picture, as `small_grey` makes it.
            at: When it was taken.
            zones: Every zone as drawn.
            empty: Windows that seemed to have too few people; the others are not hidden.
            shift: Of the view.
            blur: What has become of the picture's detail.
        """
        for window in set(self._since) - empty:
            del self._since[window]
        if not empty:
            return {}
        left = self._background.left(_shifted_back(grey, shift), zones)
        found: dict[str, Reason] = {}
        for window in empty:
            seen = _seen(zones[window].bounds, shift[0], shift[1] * self._aspect)
            reason = Reason.MOVED if seen is None else _light(grey, seen)
            if window in left and left[window].hides:
                since = self._since.setdefault(window, at)
                reason = reason or (Reason.OCCLUDED if at - since >= HIDDEN_AFTER else None)
            else:
                self._since.pop(window, None)
                if reason is None and seen is not None and blur.is_over(seen):
                    reason = Reason.BLURRED
            if reason is not None:
                found[window] = reason
        return found


def _light(grey: Grey, box: Box) -> Reason | None:
    """Whether a part of the picture is burnt out or in the dark."""
    height, width = grey.shape
    part = grey[
        int(box.y1 * height) : max(1, round(box.y2 * height)),
        int(box.x1 * width) : max(1, round(box.x2 * width)),
    ]
    if part.size and float(np.mean(part >= _BURNT)) >= _CLIPPED:
        return Reason.OVEREXPOSED
    if part.size and float(np.mean(part <= _DARK)) >= _CLIPPED:
        return Reason.BLACK
    return None


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))


def _seen(box: Box, across: float, down: float) -> Box | None:
    """The box, shifted; None where too much of it is out of the picture."""
    x1, x2 = _within(box.x1 + across), _within(box.x2 + across)
    y1, y2 = _within(box.y1 + down), _within(box.y2 + down)
    left = (x2 - x1) * (y2 - y1)
    if left < (1 - CUT_OFF) * box.width * box.height or left <= 0:
        return None
    return Box(x1, y1, x2, y2)


def _shifted_back(grey: Grey, shift: Shift) -> Grey:
    """The picture as it was before the view shifted, by whole pixels; the edge wraps around."""
    if shift == NO_SHIFT:
        return grey
    width = grey.shape[1]
    across, down = -round(shift[0] * width), -round(shift[1] * width)
    return np.asarray(np.roll(grey, (down, across), (0, 1)), np.uint8)
