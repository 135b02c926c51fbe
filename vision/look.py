"""Who is in which window's staff zone, in one picture.

The whole frame is looked at first. Where it shows too few people in a window, a closer look
at a square crop around that window follows: a small or half hidden person is missed by the
frame about one time in twenty, and the crop finds most of those. Where the crop shows too few
as well, its mirror image is a last look before a window is called empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

import numpy as np

from models.domain.geometry import Box, Polygon
from vision.detectors.decode import LOWEST_SCORE
from vision.detectors.letterbox import require_picture
from vision.frame import Image
from vision.packing import Inputs, pack, sure
from vision.people import WHOLE, People, Sighting
from vision.ports import Detection, Detector, Size

CROP_SCALE: Final = 2.2
"""Sides of the closer look (近看) relative to the window's bounding box."""
SMALLEST_CROP_PX: Final = 96
"""A smaller crop would be blown up to a blur."""
MIRROR_SCORE: Final = 0.15
"""The mirrored crop is a second draw of the same picture, so it has to be a little surer."""


class Order(StrEnum):
    """What is looked at first.

    CHEAPEST looks at the crop first when one window is asked about: a crop costs a third of a
    frame, and when it shows the person the frame would add nothing to the verdict. With packing
    it does so for windows with neighbours and for several windows, too (see vision/packing).
    """

    FRAME = "frame"
    CHEAPEST = "cheapest"


class Looker:
    """Asks the detector, frame first and closer where needed, and counts by geometry.

    Args:
        detector: Finds people and phones.
        min_score: Lowest score that counts, inside a zone.
        crop_scale: Sides of the closer look relative to the window's bounding box.
        packing: The network's inputs, where few windows may be looked at by a packed picture
            of their surroundings instead of the frame; None for never.
    """

    def __init__(
        self,
        detector: Detector,
        *,
        min_score: float = LOWEST_SCORE,
        crop_scale: float = CROP_SCALE,
        packing: Inputs | None = None,
    ) -> None:
        self._detector = detector
        self._min_score = min_score
        self._crop_scale = crop_scale
        self._packing = packing

    def look(
        self,
        image: Image,
        zones: Mapping[str, Polygon],
        wanted: Collection[str] | None = None,
        *,
        required: Mapping[str, int] | None = None,
        order: Order = Order.FRAME,
        staffed: Collection[str] | None = None,
    ) -> dict[str, Sighting]:
        """Look for people in the wanted windows.

        Args:
            image: The picture.
            zones: Every staff zone on this picture, wanted or not: a person counts for at
                most one of them.
            wanted: Windows to answer for; None for all.
            required: People needed per window (default 1); fewer call for the closer look.
            order: What to look at first. The verdict is the same.
            staffed: Windows that had enough people at their last look, None where that is not
                known. Elsewhere a closer look is likely to find nobody, and to be in vain.

        Returns:
            A sighting for each wanted window.

        Raises:
            DetectorError: the detector gave no answer, or a wanted window has no zone.
        """
        scene = People(require_picture(image), zones, self._min_score)
        keys = [key for key in zones if wanted is None or key in wanted]
        needed = {key: (required or {}).get(key, 1) for key in keys}
        if not keys:
            return {}
        crops: dict[str, list[Detection]] = {}
        if order is Order.CHEAPEST and self._is_hopeful(keys, staffed):
            found = self._closer(scene, needed, crops)
            if found is not None:
                return found
        scene.add(self._detector.detect(scene.image, Size.FRAME), WHOLE, None)
        for key in keys:
            if scene.count(key) < needed[key]:
                self._crop(scene, key, needed[key], crops.get(key))
        return {key: scene.sighting(key) for key in keys}

    def _crop(
        self, scene: People, key: str, needed: int, found: list[Detection] | None = None
    ) -> None:
        """The closer look, `found` where the detector has answered it already."""
        part, region = cut_out(scene.image, scene.zones[key], self._crop_scale)
        if found is None:
            found = self._detector.detect(part, Size.CROP)
        scene.add(found, region, key)
        if scene.count(key) < needed:
            mirrored = np.ascontiguousarray(part[:, ::-1])
            turned = self._detector.detect(mirrored, Size.CROP)
            likely = [_unmirrored(item) for item in turned if item.score >= MIRROR_SCORE]
            scene.add(likely, region, key)

    def _is_hopeful(self, keys: Sequence[str], staffed: Collection[str] | None) -> bool:
        if self._packing is None:
            return len(keys) == 1
        return staffed is None or all(key in staffed for key in keys)

    def _closer(
        self, scene: People, needed: Mapping[str, int], crops: dict[str, list[Detection]]
    ) -> dict[str, Sighting] | None:
        """The closer look's answer, where the frame could not change the verdict.

        One window's crop is kept in `crops`: should the frame show too few, it comes next.
        """
        cuts = {key: cut_out(scene.image, scene.zones[key], self._crop_scale) for key in needed}
        alone = len(cuts) == 1 and not any(
            zone.overlap(region) > 0
            for _, region in cuts.values()
            for other, zone in scene.zones.items()
            if other not in cuts
        )
        if self._packing is None and not alone:
            return None  # the frame might say that the person belongs to a neighbour
        parts = {key: part for key, (part, _) in cuts.items()}
        packed = pack(scene.image, parts, self._packing or Inputs())
        if packed is None:
            return None
        found = packed.unpacked(self._detector.detect(packed.image, packed.size))
        if len(cuts) == 1:
            crops.update(found)
        people = People(scene.image, scene.zones, self._min_score)
        for key, (_, region) in cuts.items():
            people.add(found[key] if alone else sure(found[key], region), region, key)
        if any(people.count(key) < count for key, count in needed.items()):
            return None
        return {key: people.sighting(key) for key in needed}


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
