"""All cameras of the rehearsal: which JPEG each shows at a moment, faults of the day included."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from vision.frame import Image
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import City
from vision.sources.rehearsal.day import DATE, Day, What
from vision.sources.rehearsal.scene import Scene, Studio, encode
from vision.sources.rehearsal.stage import HEIGHT, WIDTH, CameraPlan

ZONE: Final = ZoneInfo("Asia/Shanghai")
CLOCK_OFF_S: Final = 240.0
"""How far a camera's clock is off when its clock is wrong."""


def midnight() -> datetime:
    """Local midnight of the demo's date, aware."""
    return datetime(DATE.year, DATE.month, DATE.day, tzinfo=ZONE)


def second_of(moment: datetime) -> float:
    """Seconds since local midnight of the demo's date."""
    return (moment - midnight()).total_seconds()


def moment_of(second: float) -> datetime:
    """The aware moment, in local time."""
    return midnight() + timedelta(seconds=second)


class Crew:
    """The cameras. Safe from any thread; one picture of a camera is made at a time."""

    def __init__(self, city: City, day: Day, studio: Studio) -> None:
        self._day = day
        self._scenes = {plan.id: Scene(plan, studio, day) for plan in city.cameras.values()}
        self._locks = {plan.id: threading.Lock() for plan in city.cameras.values()}
        self._seed = city.seed

    def plans(self) -> list[CameraPlan]:
        """Every camera."""
        return [scene.plan for scene in self._scenes.values()]

    def knows(self, camera_id: str) -> bool:
        """Whether there is such a camera."""
        return camera_id in self._scenes

    def jpeg(self, camera_id: str, second: float) -> bytes:
        """What a camera sends at a moment; it is for the server to send nothing of a cut one.

        Raises:
            KeyError: no such camera.
        """
        fault = self._day.fault(camera_id, second)
        with self._locks[camera_id]:
            if fault is None or fault.what in {What.WRONG_CLOCK, What.CUT}:
                return encode(self._picture(camera_id, second))
            if fault.what is What.FROZEN and fault.fault is not None:
                return encode(self._picture(camera_id, fault.fault[0]))
            image = self._scenes[camera_id].picture(second)
        return encode(self._spoilt(image, fault.what, camera_id, second))

    def is_cut(self, camera_id: str, second: float) -> bool:
        """Whether the camera's line is dead."""
        fault = self._day.fault(camera_id, second)
        return fault is not None and fault.what is What.CUT

    def clock(self, camera_id: str, second: float) -> datetime:
        """What the camera's own clock says at a moment."""
        fault = self._day.fault(camera_id, second)
        wrong = fault is not None and fault.what is What.WRONG_CLOCK
        return moment_of(second - CLOCK_OFF_S if wrong else second)

    def reference(self, camera_id: str) -> bytes:
        """The picture from the camera's set-up, before the hall opens."""
        return encode(self._scenes[camera_id].picture(7 * 3600.0), quality=92)

    def _picture(self, camera_id: str, second: float) -> Image:
        label = f"{self.clock(camera_id, second):%Y-%m-%d %H:%M:%S}  {camera_id.upper()}"
        return self._scenes[camera_id].picture(second, label=label)

    def _spoilt(self, image: Image, what: What, camera_id: str, second: float) -> Image:
        rng = np.random.default_rng(chance(self._seed, "spoilt", camera_id, second).getrandbits(63))
        if what is What.MOVED:
            return _turned(image)
        base = np.full((HEIGHT, WIDTH, 3), 3.0 if what is What.BLACK else 88.0, np.float32)
        if what is What.COVERED:  # a cloth close to the lens: no texture, light from one side
            base *= np.linspace(0.85, 1.1, WIDTH, dtype=np.float32)[None, :, None]
        return np.clip(base + rng.normal(0, 1.2, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)


def _turned(image: Image) -> Image:
    """The camera was knocked: it looks to the side and is tilted."""
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 1.0, 1.0)
    turn[0, 2] += 210
    turn[1, 2] -= 60
    out = cv2.warpAffine(image, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(out, dtype=np.uint8)
