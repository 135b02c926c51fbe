"""The people known so far in one picture, each counted for at most one window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.domain.geometry import Box, Polygon, assign
from vision.frame import Image
from vision.ports import Detection, Thing

WHOLE: Final = Box(0.0, 0.0, 1.0, 1.0)
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


class People:
    """Who is in one picture, as far as it was looked at.

    Args:
        image: The picture.
        zones: Every staff zone on it.
        min_score: Lowest score that counts.
    """

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
            (to_whole(item.box, region), item.score)
            for item in good
            if item.thing is Thing.CELL_PHONE
        )
        people = [item for item in good if item.thing is Thing.PERSON]
        boxes = [to_whole(item.box, region) for item in people]
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
        """People in a window's zone."""
        return sum(1 for person in self._people if person.window == window)

    def sighting(self, window: str) -> Sighting:
        """What was found for a window."""
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


def to_whole(box: Box, region: Box) -> Box:
    """A box that is 0..1 of a region, as 0..1 of the picture."""
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
