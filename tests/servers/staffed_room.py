"""A room with a photographed person at the left post and nobody at the right one."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from tests.groups import ROOT
from tests.servers.pictures import empty_room
from vision.frame import Image

PERSON = ROOT / "var" / "photographs" / "grace_hopper.jpg"
STAFFED_ZONE = [[0.04, 0.02], [0.46, 0.02], [0.46, 0.98], [0.04, 0.98]]
EMPTY_ZONE = [[0.55, 0.05], [0.96, 0.05], [0.96, 0.95], [0.55, 0.95]]


def staffed_room(seed: int, width: int = 640, height: int = 360) -> Image:
    """The room's picture; the noise of `seed` differs from any other's."""
    room = empty_room(seed, width, height)
    person = _person(round(0.9 * height))
    noise = np.random.default_rng(seed).normal(0, 4, person.shape)
    top, left = height - person.shape[0], round(0.06 * width)
    noisy = np.clip(person + noise, 0, 255).astype(np.uint8)
    room[top:, left : left + person.shape[1]] = noisy
    return room


def jpeg(image: Image) -> bytes:
    """As cameras send it."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


@cache
def _person(height: int) -> Image:
    picture = cv2.imread(str(PERSON))
    assert picture is not None, f"照片 / photographs are missing: {PERSON.name} -> make photographs"
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
