"""Tries zones on one picture with the settings' detector, in the web's process, one at a time.

The detector is loaded when somebody first asks, in the thread of that call, and stays.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from api.errors import TooMany
from api.settings import Settings
from models.domain.geometry import Box, Polygon, assign

if TYPE_CHECKING:
    from vision.frame import Image
    from vision.ports import Detector

SURE: Final = 0.25
"""Somebody outside every zone is shown from this score up."""

SAME: Final = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A person on the picture; `window_id` is None where they count for none."""

    box: Box
    score: float
    window_id: str | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a picture says with some zones."""

    detector: str
    seconds: float
    people: tuple[Found, ...]
    counts: Mapping[str, int]


class ZoneTrial:
    """Looks at a picture for whoever draws.

    Args:
        open_detector: Loads it; raises what is to be told.
        min_score: Lowest score that counts in a zone.
    """

    def __init__(self, open_detector: Callable[[], Detector], min_score: float) -> None:
        self._open = open_detector
        self._min_score = min_score
        self._detector: Detector | None = None
        self._lock = threading.Lock()

    def look(
        self, image: Image, zones: Mapping[str, Polygon], required: Mapping[str, int]
    ) -> Tried:
        """Look once.

        Raises:
            TooMany: another one is being tried.
            WeightsError: the detector's weights are missing.
            DetectorError: no answer.
        """
        from vision.look import Looker  # noqa: PLC0415  heavy, and only for who draws
        from vision.ports import Size, Thing  # noqa: PLC0415

        with self._alone():
            if self._detector is None:
                self._detector = self._open()
            begun = time.perf_counter()
            looker = Looker(self._detector, min_score=self._min_score)
            sightings = looker.look(image, zones, required=required)
            everybody = [
                one
                for one in self._detector.detect(image, Size.FRAME)
                if one.thing is Thing.PERSON and one.score >= SURE
            ]
            name = self._detector.name
        inside = [
            Found(box, sighting.score, window)
            for window, sighting in sightings.items()
            for box in sighting.boxes
        ]
        places: list[str | None] = [*assign([one.box for one in everybody], dict(zones))]
        outside = [
            Found(one.box, one.score, None)
            for one, place in zip(everybody, places, strict=True)
            if place is None and all(one.box.iou(here.box) < SAME for here in inside)
        ]
        counts = {window: sighting.people for window, sighting in sightings.items()}
        return Tried(name, time.perf_counter() - begun, (*inside, *outside), counts)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            raise TooMany(5)
        try:
            yield
        finally:
            self._lock.release()


def zone_trial_of(settings: Settings) -> ZoneTrial:
    """By the settings' detector, without timing engines against each other first."""

    def opened() -> Detector:
        from api.wiring_watch import detector_choice  # noqa: PLC0415  loads the engines
        from vision.detectors.device import PROVIDERS  # noqa: PLC0415
        from vision.detectors.factory import (  # noqa: PLC0415
            EngineChoice,
            Precision,
            open_detector,
        )

        choice = detector_choice(settings)
        if choice.engine is EngineChoice.AUTO and choice.device.kind in PROVIDERS:
            choice = replace(choice, engine=EngineChoice.ONNXRUNTIME)
        if choice.precision is Precision.AUTO:
            choice = replace(choice, precision=Precision.FP32)
        return open_detector(choice)

    return ZoneTrial(opened, settings.detector.min_score)
