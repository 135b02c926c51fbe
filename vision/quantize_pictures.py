"""Pictures to calibrate with and others to compare with: the user's own, or the rehearsal's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from models.domain.errors import InputError
from models.domain.geometry import Polygon
from vision.frame import Image
from vision.ports import Detector, Size, Thing
from vision.sources.rehearsal.bodies import cut_out
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.day import SESSIONS, STARTS, Day, written
from vision.sources.rehearsal.photographs import fetch
from vision.sources.rehearsal.scene import Scene, Studio

KINDS: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
LARGEST_PX: Final = 1920
CALIBRATION_SEED: Final = 7
COMPARED_SEEDS: Final = (2026, 3, 4)
"""Other halls and other people in other poses than those of calibration."""
SURE: Final = 0.4
_COLUMNS, _ROWS = 4, 3
_UNTIL: Final = STARTS + 64 * 60


@dataclass(frozen=True, slots=True)
class Case:
    """A picture, its zones, and for each whether somebody is there."""

    image: Image
    zones: Mapping[str, Polygon]
    staffed: Mapping[str, bool]


def pictures_in(folder: Path, most: int) -> list[Image]:
    """Pictures of a folder and of those below it, evenly chosen where there are more than `most`.

    Raises:
        InputError: no such folder, no picture in it, or one cannot be read.
    """
    if not folder.is_dir():
        raise InputError("没有这个文件夹。", "there is no such folder.", where=str(folder))
    files = sorted(one for one in folder.rglob("*") if one.suffix.lower() in KINDS)
    if not files:
        raise InputError(
            "文件夹中没有图片(jpg、png、bmp、webp)。",
            "the folder holds no picture (jpg, png, bmp, webp).",
            where=str(folder),
        )
    chosen = [files[len(files) * number // most] for number in range(min(most, len(files)))]
    return [_read(one) for one in (chosen if len(files) > most else files)]


def _read(path: Path) -> Image:
    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise InputError("不是图片或已损坏。", "it is no picture, or damaged.", where=str(path))
    shrink = LARGEST_PX / max(image.shape[:2])
    if shrink < 1:
        image = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8)


def halves(pictures: Sequence[Image]) -> tuple[list[Image], list[Image]]:
    """Every other picture for calibration, the rest for the comparison."""
    return list(pictures[::2]), list(pictures[1::2])


class RehearsalPictures:
    """Pictures of the rehearsal hall (演示大厅), whose truth is known.

    Args:
        photographs: `var/photographs`.
        cutouts: `var/rehearsal`.
        progress: Told what is fetched.

    Raises:
        SourceError: a photograph cannot be had.
    """

    def __init__(self, photographs: Path, cutouts: Path, progress: Callable[[str], None]) -> None:
        self._cutouts = cut_out(fetch(photographs, progress=progress), cutouts)

    def calibration(self, most: int) -> list[Image]:
        """Pictures of a hall that no comparison sees."""
        cases = self._cases(CALIBRATION_SEED, 0)
        return [next(cases).image for _ in range(most)]

    def compared(self, most: int) -> Iterator[Case]:
        """Pictures of other halls; one in four with every clerk gone."""
        cases = [self._cases(seed, number) for number, seed in enumerate(COMPARED_SEEDS)]
        for number in range(most):
            yield next(cases[number % len(cases)])

    def _cases(self, seed: int, shift: int) -> Iterator[Case]:
        city = built(seed)
        day = written(city, _UNTIL)
        gone = replace(day, present=dict.fromkeys(city.windows, ()))
        studio = Studio.opened(self._cutouts, seed)
        plans = list(city.cameras.values())
        for number in count():
            plan = plans[number % len(plans)]
            shown: Day = gone if (number + shift) % 4 == 3 else day
            second = chance(seed, "int8", plan.id, number).uniform(SESSIONS[0][0], _UNTIL)
            scene = Scene(plan, studio, shown)
            zones = {one.seat.window_id: scene.stage.zone(one) for one in scene.stage.places}
            staffed = {window: scene.pose(window, second) is not None for window in zones}
            yield Case(scene.picture(second), zones, staffed)


def stand_ins(pictures: Sequence[Image], detector: Detector) -> Iterator[Case]:
    """Windows for pictures without zones: where full precision sees somebody for sure, and
    where it sees nobody at all.

    Args:
        pictures: The user's own.
        detector: The one of full precision; its word is the truth here.
    """
    for image in pictures:
        people = [one for one in detector.detect(image, Size.FRAME) if one.thing is Thing.PERSON]
        zones: dict[str, Polygon] = {}
        staffed: dict[str, bool] = {}
        for number, one in enumerate(item for item in people if item.score >= SURE):
            zones[f"person-{number}"] = _rectangle(one.box.x1, one.box.y1, one.box.x2, one.box.y2)
            staffed[f"person-{number}"] = True
        for row in range(_ROWS):
            for column in range(_COLUMNS):
                x, y = column / _COLUMNS, row / _ROWS
                tile = _rectangle(x, y, x + 1 / _COLUMNS, y + 1 / _ROWS)
                if all(tile.overlap(one.box) == 0 for one in people):
                    zones[f"tile-{row}-{column}"] = tile
                    staffed[f"tile-{row}-{column}"] = False
        if zones:
            yield Case(image, zones, staffed)


def _rectangle(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    left, top, right, bottom = (min(1.0, max(0.0, one)) for one in (x1, y1, x2, y2))
    return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)))
