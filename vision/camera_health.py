"""Can a camera's picture be used? If not, its windows are UNKNOWN, with the reason.

Checked on every sample, cheapest first: size, clock, light and texture, frozen, damage. What takes
longer is looked at every few samples, and on every one while something points to it: sharpness and
where the camera looks, both against the reference picture that the zones were drawn on.
A fault of a camera never accuses anyone. Source: domain.md §3.1; scenario S28.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.domain.geometry import Polygon
from models.domain.presence import Reason
from vision.frame import Frame, Image
from vision.health_blur import Blur
from vision.health_checks import Grey, light_fault, shrunk, small_grey, thin_grey
from vision.health_decode import Whole
from vision.health_frozen import Stillness
from vision.health_gaze import NO_SHIFT, Gaze
from vision.health_zones import ZoneView

ASPECT_TOLERANCE: Final = 0.01
"""Zones are relative, so another resolution of the same shape is the same picture."""
CLOCK_BACK: Final = 0.8
"""A clock that was wrong must come within this share of its tolerance: no flapping at the limit."""


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """What a camera is allowed.

    Attributes:
        clock_tolerance_s: How far its clock may be from ours, None where it tells nothing
            (some cameras send local time as GMT).
        frozen_s: A live sensor is noisy: pixels that stay equal for so long are a frozen
            picture, not a quiet hall. None where equal pictures are normal (recordings).
        compared_every: Every so many samples the view is compared with the reference.
        shift: The largest shift that the zones follow, as a share of the picture's width.
    """

    clock_tolerance_s: float | None = 60.0
    frozen_s: float | None = 15.0
    compared_every: int = 5
    shift: float = 0.02


class CameraHealth:
    """One camera's health (摄像头健康). Used by one thread at a time.

    Args:
        reference: The picture that the zones were drawn on, (height, width, 3) BGR; where
            there is none, the first usable picture.
        size: (width, height) that the zones were drawn for, None for the reference's shape.
        limits: What the camera is allowed.
    """

    def __init__(
        self,
        reference: Image | None = None,
        size: tuple[int, int] | None = None,
        limits: HealthLimits | None = None,
    ) -> None:
        self._limits = limits or HealthLimits()
        self._size = size
        self._clock_was_wrong = False
        frozen_s = self._limits.frozen_s
        self._stillness = None if frozen_s is None else Stillness(frozen_s)
        self._newest: tuple[datetime, Grey] | None = None
        self._known: _Known | None = None
        self._samples = 0
        if reference is not None:
            self._known = _Known(reference, self._limits)

    def check(self, frame: Frame) -> Reason | None:
        """None where the picture can be used, otherwise why not."""
        if self._wrong_size(frame):
            return Reason.WRONG_SIZE
        if self._wrong_clock(frame):
            return Reason.WRONG_CLOCK
        thin = thin_grey(frame.image)
        grey = shrunk(thin, frame.image)
        self._newest = frame.taken_at, grey
        fault = light_fault(grey)
        if fault is not None:
            return fault
        if self._stillness is not None and self._stillness.is_frozen(frame, grey):
            return Reason.FROZEN
        if self._known is None:
            self._known = _Known(frame.image, self._limits)
            return None
        return self._against_reference(self._known, frame, thin, grey)

    def placed(self, zones: Mapping[str, Polygon]) -> Mapping[str, Polygon]:
        """The zones where they are in the last picture: they go along with a small shift."""
        shift = NO_SHIFT if self._known is None else self._known.gaze.shift
        if shift == NO_SHIFT or self._known is None:
            return zones
        return self._known.zones.placed(zones, shift)

    def hidden(
        self, frame: Frame, zones: Mapping[str, Polygon], empty: frozenset[str]
    ) -> dict[str, Reason]:
        """Windows of which an empty look at this picture proves nothing, and why.

        Args:
            frame: The picture that was checked last.
            zones: Every zone as it was drawn.
            empty: Windows that seemed to have too few people.
        """
        known, newest = self._known, self._newest
        if known is None:
            return {}
        kept = newest is not None and newest[0] == frame.taken_at
        grey = newest[1] if kept and newest is not None else small_grey(frame.image)
        return known.zones.hidden(
            grey, frame.taken_at, zones, empty, shift=known.gaze.shift, blur=known.blur
        )

    def _against_reference(
        self, known: _Known, frame: Frame, thin: Grey, grey: Grey
    ) -> Reason | None:
        due = self._samples % self._limits.compared_every
        last = self._limits.compared_every - 1
        self._samples += 1
        if known.whole.is_broken(frame.image, thin, thorough=due == min(2, last)):
            return Reason.BROKEN_PICTURE
        fault = known.blur.check(thin, due=due == min(1, last))
        if fault is not None:
            return fault
        return Reason.MOVED if known.gaze.has_moved(grey) else None

    def _wrong_size(self, frame: Frame) -> bool:
        if self._size is not None:
            return (frame.width, frame.height) != self._size
        if self._known is None:
            return False
        return bool(abs(frame.width / frame.height / self._known.aspect - 1) > ASPECT_TOLERANCE)

    def _wrong_clock(self, frame: Frame) -> bool:
        tolerance = self._limits.clock_tolerance_s
        if frame.camera_time is None or tolerance is None:
            return False
        allowed = timedelta(seconds=tolerance * (CLOCK_BACK if self._clock_was_wrong else 1.0))
        self._clock_was_wrong = abs(frame.camera_time - frame.taken_at) > allowed
        return self._clock_was_wrong


class _Known:
    """What the reference picture tells."""

    def __init__(self, image: Image, limits: HealthLimits) -> None:
        thin = thin_grey(image)
        grey = shrunk(thin, image)
        self.aspect = image.shape[1] / image.shape[0]
        self.whole = Whole(image, thin)
        self.blur = Blur(thin)
        self.gaze = Gaze(grey, limits.shift, limits.compared_every)
        self.zones = ZoneView(grey)
