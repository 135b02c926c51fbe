"""Who is in which window's staff zone, in one picture.

The whole frame is looked at first. Where it shows too few people in a window, a closer look
at a square crop around that window follows: a small or half hidden person is missed by the
frame about one time in twenty, and the crop finds most of those. Where the crop shows too few
as well, its mirror image is a last look before a window is called empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from models.domain.geometry import Box, Polygon, assign
from vision.detectors.decode import LOWEST_SCORE
from vision.detectors.letterbox import require_picture
from vision.frame import Image
from vision.ports import Detection, Detector, Size, Thing

CROP_SCALE: Final = 2.2
"""Sides of the closer look (近看) relative to the window's bounding box."""
SMALLEST_CROP_PX: Final = 96
"""A smaller crop would be blown up to a blur."""
MIRROR_SCORE: Final = 0.15
"""The mirrored crop is a second draw of the same picture, so it has to be a little surer."""
SAME_PERSON: Final = 0.5
"""A person of the frame and one of a crop that overlap this much (IoU) are one person."""
PART_OF_ONE: Final = 0.8
"""A weak box of a crop with this share inside a person of a neighbour is their arm or back."""
ON_BORDER: Final = 0.25
"""Whoever has this share of the upper body in a second zone stands on the border."""
WEAK: Final = 0.25
"""A box below this score says too little against a person that was found for sure."""
NEAR: Final = 0.1
"""A phone counts for a person up to this share of the person's box beyond its edges."""


class Order(StrEnum):
    """What is looked at first.

    CHEAPEST looks at the crop first when one window is asked about: a crop costs a third of a
    frame, and when it shows the person the frame would add nothing to the verdict.
    """

    FRAME = "frame"
    CHEAPEST = "cheapest"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one look found in one window's staff zone.

    Attributes:
        people: People in the zone.
        score: Best detector score among them, 0 where there is nobody.
        boxes: Their boxes, 0..1 of the picture, best first.
        phones: Cell phones near them, 0..1 of the picture.
        phone_score: Best detector score among the phones, 0 where there is none.
    """

    people: int = 0
    score: float = 0.0
    boxes: tuple[Box, ...] = ()
    phones: tuple[Box, ...] = ()
    phone_score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Person:
    box: Box
    score: float
    window: str | None


class Looker:
    """Asks the detector, frame first and closer where needed, and counts by geometry.

    Args:
        detector: Finds people and phones.
        min_score: Lowest score that counts, inside a zone.
        crop_scale: Sides of the closer look relative to the window's bounding box.
    """

    def __init__(
        self,
        detector: Detector,
        *,
        min_score: float = LOWEST_SCORE,
        crop_scale: float = CROP_SCALE,
    ) -> None:
        self._detector = detector
        self._min_score = min_score
        self._crop_scale = crop_scale

    def look(
        self,
        image: Image,
        zones: Mapping[str, Polygon],
        wanted: Collection[str] | None = None,
        *,
        required: Mapping[str, int] | None = None,
        order: Order = Order.FRAME,
    ) -> dict[str, Sighting]:
        """Look for people in the wanted windows.

        Args:
            image: The picture.
            zones: Every staff zone on this picture, wanted or not: a person counts for at
                most one of them.
            wanted: Windows to answer for; None for all.
            required: People needed per window (default 1); fewer call for the closer look.
            order: What to look at first. The verdict is the same.

        Returns:
            A sighting for each wanted window.

        Raises:
            DetectorError: the detector gave no answer, or a wanted window has no zone.
        """
        scene = _Scene(require_picture(image), zones, self._min_score)
        keys = [key for key in zones if wanted is None or key in wanted]
        needed = required or {}
        if not keys:
            return {}
        if order is Order.CHEAPEST and len(keys) == 1:
            alone = self._closer(scene, keys[0], needed.get(keys[0], 1))
            if alone is not None:
                return {keys[0]: alone}
        scene.add(self._detector.detect(scene.image, Size.FRAME), WHOLE, None)
        for key in keys:
            if scene.count(key) < needed.get(key, 1):
                self._crop(scene, key, needed.get(key, 1))
        return {key: scene.sighting(key) for key in keys}

    def _crop(self, scene: _Scene, key: str, needed: int) -> None:
        part, region = cut_out(scene.image, scene.zones[key], self._crop_scale)
        scene.add(self._detector.detect(part, Size.CROP), region, key)
        if scene.count(key) < needed:
            mirrored = np.ascontiguousarray(part[:, ::-1])
            found = self._detector.detect(mirrored, Size.CROP)
            sure = [_unmirrored(item) for item in found if item.score >= MIRROR_SCORE]
            scene.add(sure, region, key)

    def _closer(self, scene: _Scene, key: str, needed: int) -> Sighting | None:
        """The crop's answer, where the frame could not change the verdict."""
        part, region = cut_out(scene.image, scene.zones[key], self._crop_scale)
        others = (zone for other, zone in scene.zones.items() if other != key)
        if any(zone.overlap(region) > 0 for zone in others):
            return None  # the frame might say that the person belongs to a neighbour
        alone = _Scene(scene.image, scene.zones, self._min_score)
        alone.add(self._detector.detect(part, Size.CROP), region, key)
        return alone.sighting(key) if alone.count(key) >= needed else None


WHOLE: Final = Box(0.0, 0.0, 1.0, 1.0)


class _Scene:
    """The people known so far in one picture, each counted for at most one window."""

    def __init__(self, image: Image, zones: Mapping[str, Polygon], min_score: float) -> None:
        self.image = image
        self.zones = zones
        self._min_score = min_score
        self._people: list[_Person] = []
        self._phones: list[tuple[Box, float]] = []

    def add(self, found: list[Detection], region: Box, window: str | None) -> None:
        """Take in what one look found.

        Args:
            found: Boxes 0..1 of `region`.
            region: What was looked at, 0..1 of the picture.
            window: For a crop, its window: of others it shows too little to count.
        """
        good = [item for item in found if item.score >= self._min_score]
        self._phones.extend(
            (_to_whole(item.box, region), item.score)
            for item in good
            if item.thing is Thing.CELL_PHONE
        )
        people = [item for item in good if item.thing is Thing.PERSON]
        boxes = [_to_whole(item.box, region) for item in people]
        known = list(self._people)
        windows = assign(boxes, self.zones)
        for item, box, zone in zip(people, boxes, windows, strict=True):
            if window is None or (
                zone == window
                and not _already_counted(box, region, known)
                and not (item.score < WEAK and self._part_of_neighbour(box, window, known))
            ):
                self._people.append(_Person(box, item.score, zone))

    def _part_of_neighbour(self, box: Box, window: str, known: list[_Person]) -> bool:
        """Is this a part of somebody who stands on the border and counts for the neighbour?"""
        zone = self.zones[window]
        return any(
            person.window not in {None, window}
            and zone.share_inside(person.box.upper_body()) >= ON_BORDER
            and person.box.intersection(box) >= PART_OF_ONE * box.area
            for person in known
        )

    def count(self, window: str) -> int:
        return sum(1 for person in self._people if person.window == window)

    def sighting(self, window: str) -> Sighting:
        here = sorted(
            (person for person in self._people if person.window == window),
            key=lambda person: -person.score,
        )
        boxes = tuple(person.box for person in here)
        near = [one for one in self._phones if any(_near(one[0], box) for box in boxes)]
        return Sighting(
            len(here),
            here[0].score if here else 0.0,
            boxes,
            tuple(box for box, _ in near),
            max((score for _, score in near), default=0.0),
        )


def cut_out(image: Image, zone: Polygon, scale: float = CROP_SCALE) -> tuple[Image, Box]:
    """The square around a window, moved and cut so that it lies inside the picture.

    Args:
        image: (height, width, 3).
        zone: The staff zone, 0..1 of the picture.
        scale: Sides relative to the zone's bounding box.

    Returns:
        The part of the picture (a view, no copy), and where it lies, 0..1 of the picture.
    """
    height, width = image.shape[:2]
    box = zone.bounds
    wide = min(scale * box.width * width, width)
    high = min(scale * box.height * height, height)
    # The shorter side grows to a square: real surroundings rather than grey padding.
    side = max(wide, high, SMALLEST_CROP_PX)
    x1, x2 = _inside((box.x1 + box.x2) / 2 * width, min(side, width), width)
    y1, y2 = _inside((box.y1 + box.y2) / 2 * height, min(side, height), height)
    return image[y1:y2, x1:x2], Box(x1 / width, y1 / height, x2 / width, y2 / height)


def _inside(centre: float, side: float, limit: int) -> tuple[int, int]:
    length = min(round(side), limit)
    start = min(max(0, round(centre - length / 2)), limit - length)
    return start, start + length


def _unmirrored(item: Detection) -> Detection:
    box = item.box
    return replace(item, box=Box(1.0 - box.x2, box.y1, 1.0 - box.x1, box.y2))


def _to_whole(box: Box, region: Box) -> Box:
    return Box(
        region.x1 + box.x1 * region.width,
        region.y1 + box.y1 * region.height,
        region.x1 + box.x2 * region.width,
        region.y1 + box.y2 * region.height,
    )


def _already_counted(box: Box, region: Box, known: list[_Person]) -> bool:
    """Is this somebody who counts for a window already? A crop may show them in part only."""
    return any(
        person.window is not None and _within(person.box, region).iou(box) >= SAME_PERSON
        for person in known
    )


def _within(box: Box, region: Box) -> Box:
    return Box(
        max(box.x1, region.x1),
        max(box.y1, region.y1),
        min(box.x2, region.x2),
        min(box.y2, region.y2),
    )


def _near(phone: Box, person: Box) -> bool:
    x, y = (phone.x1 + phone.x2) / 2, (phone.y1 + phone.y2) / 2
    slack_x, slack_y = NEAR * person.width, NEAR * person.height
    return (
        person.x1 - slack_x <= x <= person.x2 + slack_x
        and person.y1 - slack_y <= y <= person.y2 + slack_y
    )
