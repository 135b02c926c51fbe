"""Does a camera still send new pictures, or one again and again? (画面冻结)

A live sensor is noisy, so equal pixels are a frozen picture and no quiet hall. A recorder that
encodes the frozen picture anew makes it nearly equal; that is held against how much this camera's
pictures differ from each other as a rule.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np

from vision.frame import Frame
from vision.health_checks import Grey, fingerprint, inner

LEARNT_FROM: Final = 24
"""Differences that must be known before a nearly equal picture means anything."""
NEARLY: Final = 0.05
"""Mean difference, grey levels, of what may be one picture encoded twice …"""
NEARLY_SHARE: Final = 0.1
"""… and as a share of what is usual for the camera."""
NEARLY_TIMES: Final = 8.0
"""A nearly equal picture must stay so many times as long as an equal one."""
_COARSE, _FINE = 48, 6


class Stillness:
    """Since when a camera's picture has not changed. Used by one thread.

    Args:
        limit_s: Equal for so long is frozen.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit = timedelta(seconds=limit_s)
        self._print: bytes | None = None
        self._full: bytes | None = None
        self._same_since: datetime | None = None
        self._grey: Grey | None = None
        self._usual: deque[float] = deque(maxlen=4 * LEARNT_FROM)
        self._near_since: datetime | None = None

    def is_frozen(self, frame: Frame, grey: Grey) -> bool:
        """Take a picture into account.

        Args:
            frame: The picture.
            grey: As `small_grey` makes it of it.
        """
        if self._is_equal(frame):
            assert self._same_since is not None  # noqa: S101 - equal to one that was noted
            return frame.taken_at - self._same_since >= self._limit
        return self._is_near(frame, grey)

    def _is_equal(self, frame: Frame) -> bool:
        """A few rows first: those of a live camera always differ, and are soon compared."""
        few = fingerprint(frame.image, _COARSE)
        if few != self._print:
            self._print, self._full, self._same_since = few, None, frame.taken_at
            return False
        full = fingerprint(frame.image, _FINE)
        if self._full is not None and full != self._full:
            self._full, self._same_since = full, frame.taken_at
            return False
        self._full = full
        return True

    def _is_near(self, frame: Frame, grey: Grey) -> bool:
        before, self._grey = self._grey, inner(grey)
        if before is None or before.shape != self._grey.shape:
            return False
        apart = float(np.mean(cv2.absdiff(before, self._grey)))
        known = len(self._usual) >= LEARNT_FROM
        if known and apart <= min(NEARLY, NEARLY_SHARE * float(np.quantile(self._usual, 0.1))):
            self._near_since = self._near_since or frame.taken_at
            return frame.taken_at - self._near_since >= NEARLY_TIMES * self._limit
        self._usual.append(apart)
        self._near_since = None
        return False
