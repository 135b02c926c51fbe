"""Can a camera's picture be used? If not, its windows are UNKNOWN, with the reason.

Checked on every sample, cheapest first: size, clock, light and texture, frozen, moved.
A fault of a camera never accuses anyone. Source: domain.md §3.1; scenario S28.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.domain.presence import Reason
from vision.frame import Frame, Image
from vision.health_checks import Grey, fingerprint, light_fault, small_grey
from vision.moved import Reference, View

ASPECT_TOLERANCE: Final = 0.01
"""Zones are relative, so another resolution of the same shape is the same picture."""


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """What a camera is allowed.

    Attributes:
        clock_tolerance_s: How far its clock may be from ours, None where it tells nothing
            (some cameras send local time as GMT).
        frozen_s: A live sensor is noisy: pixels that stay equal for so long are a frozen
            picture, not a quiet hall. None where equal pictures are normal (recordings).
        moved_every: Every so many samples the view is compared with the reference.
        shift: Shift of the view that zones bear, as a share of the picture's width.
    """

    clock_tolerance_s: float | None = 60.0
    frozen_s: float | None = 15.0
    moved_every: int = 5
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
        self._aspect: float | None = None
        self._view: Reference | None = None
        self._samples = 0
        self._moved = False
        self._print: bytes | None = None
        self._print_since: datetime | None = None
        if reference is not None:
            self._adopt(reference)

    def check(self, frame: Frame) -> Reason | None:
        """None where the picture can be used, otherwise why not."""
        if self._wrong_size(frame):
            return Reason.WRONG_SIZE
        if self._wrong_clock(frame):
            return Reason.WRONG_CLOCK
        grey = small_grey(frame.image)
        fault = light_fault(grey)
        if fault is not None:
            return fault
        if self._frozen(frame):
            return Reason.FROZEN
        if self._view is None:
            self._adopt(frame.image)
            return None
        return Reason.MOVED if self._has_moved(grey) else None

    def _adopt(self, image: Image) -> None:
        height, width = image.shape[:2]
        self._aspect = width / height
        self._view = Reference(small_grey(image), self._limits.shift)

    def _wrong_size(self, frame: Frame) -> bool:
        if self._size is not None:
            return (frame.width, frame.height) != self._size
        if self._aspect is None:
            return False
        return abs(frame.width / frame.height / self._aspect - 1) > ASPECT_TOLERANCE

    def _wrong_clock(self, frame: Frame) -> bool:
        tolerance = self._limits.clock_tolerance_s
        if frame.camera_time is None or tolerance is None:
            return False
        return abs(frame.camera_time - frame.taken_at) > timedelta(seconds=tolerance)

    def _frozen(self, frame: Frame) -> bool:
        limit = self._limits.frozen_s
        if limit is None:
            return False
        seen = fingerprint(frame.image)
        if seen != self._print or self._print_since is None:
            self._print, self._print_since = seen, frame.taken_at
            return False
        return frame.taken_at - self._print_since >= timedelta(seconds=limit)

    def _has_moved(self, grey: Grey) -> bool:
        """The last comparison's verdict; a moved camera is compared every time."""
        due = self._moved or self._samples % self._limits.moved_every == 0
        self._samples += 1
        if due and self._view is not None:
            said = self._view.judge(grey)
            if said is not View.UNSURE:  # a crowd before the camera proves nothing
                self._moved = said in (View.SHIFTED, View.OTHER)
        return self._moved
