"""Bodies drawn by hand instead of cut out of photographs, and a clock that stands still."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import cv2
import numpy as np

from vision.sources.rehearsal.bodies import Cutout
from vision.sources.rehearsal.outlines import OUTLINES
from vision.sources.rehearsal.scene import Studio


def drawn_cutouts() -> dict[str, Cutout]:
    """One plain figure for every outline: a head and a trunk."""
    found = {}
    for number, outline in enumerate(OUTLINES):
        pixels = np.zeros((500, 200, 4), np.uint8)
        colour = (40 + 12 * number, 90, 200 - 10 * number, 255)
        cv2.rectangle(pixels, (40, 90), (160, 499), colour, -1)
        cv2.circle(pixels, (100, 50), 45, (120, 150, 210, 255), -1)
        found[outline.name] = Cutout(
            replace(outline), pixels, head_px=90.0, centre=100.0, neck=95.0, waist=330.0
        )
    return found


def drawn_studio(seed: int = 2026) -> Studio:
    return Studio.opened(drawn_cutouts(), seed)


class StillClock:
    """Shows the moment it was set to."""

    speed = 1.0

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
