"""Fakes of detectors: people are rectangles of one pure colour, found where they can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from models.domain.geometry import Box
from vision.detectors.scripted import Script
from vision.frame import Image
from vision.ports import Detection, Size, Thing

PERSON_BGR = (0, 0, 255)
PHONE_BGR = (255, 0, 0)


def hall(width: int = 640, height: int = 360, grey: int = 90) -> Image:
    """An empty hall."""
    return np.full((height, width, 3), grey, np.uint8)


def stand(image: Image, box: Box, colour: tuple[int, int, int] = PERSON_BGR) -> Image:
    """The picture with somebody in it."""
    picture = image.copy()
    height, width = picture.shape[:2]
    picture[
        round(box.y1 * height) : round(box.y2 * height),
        round(box.x1 * width) : round(box.x2 * width),
    ] = colour
    return picture


def painted(smallest_px: float = 0.0, score: float = 0.9) -> Script:
    """Finds each painted rectangle whose longer side is `smallest_px` on the network's input.

    A frame is fitted into 640, a crop into 320 pixels, as with the real network; so a small
    person is found by the crop and not by the frame.
    """

    def look(image: Image, size: Size) -> Sequence[Detection]:
        height, width = image.shape[:2]
        scale = (640 if size is Size.FRAME else 320) / max(width, height)
        found = []
        for thing, colour in ((Thing.PERSON, PERSON_BGR), (Thing.CELL_PHONE, PHONE_BGR)):
            mask = np.all(image == np.array(colour, np.uint8), axis=2).astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
            for x, y, w, h, _ in stats[1:].tolist():
                if max(w, h) * scale >= smallest_px:
                    box = Box(x / width, y / height, (x + w) / width, (y + h) / height)
                    found.append(Detection(thing, box, score))
        return found

    return look
