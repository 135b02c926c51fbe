"""Has a picture come through whole? Damage that a decoder or a recorder has painted over (坏画面).

What we decode ourselves is refused where it is damaged. A recorder that decodes and encodes
again hides the damage: flat grey or green where data was lost, rows repeated down to the bottom,
macroblocks torn out of their places, two half pictures woven into one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.frame import Image
from vision.health_checks import OSD_SHARE, Grey

FLAT: Final = 0.06
"""From this share of the picture on, flat grey or green is lost data."""
SMEAR: Final = 0.10
"""From this share of the height on, rows that repeat the one above are a smear."""
COMBED: Final = 0.015
"""From this share of its pixels on, a picture is woven of two."""
TORN: Final = 0.02
"""From this share of its macroblocks on, a picture is torn."""
_TIMES: Final = 3.0
_STEPS: Final = 6
_ONE_VALUE: Final = 0.8
_REPEATED: Final = 0.995
_BLOCK: Final = 16
_STEP: Final = 14
_LOST: Final = ((128, 128, 128), (0, 135, 0), (0, 154, 0))
"""What FFmpeg and recorders paint, BGR: no colour at half light; and what all zeros decode to."""


@dataclass(frozen=True, slots=True)
class Damage:
    """How much of a picture looks like damage; shares, 0..1."""

    flat: float = 0.0
    smear: float = 0.0
    combed: float = 0.0
    torn: float = 0.0

    def beyond(self, usual: Damage) -> bool:
        """Whether it is more than this camera's picture shows when nothing is wrong: grey
        privacy masks, blinds and grilles are in every picture."""
        return (
            self.flat >= usual.flat + FLAT
            or self.smear >= usual.smear + SMEAR
            or self.combed >= max(COMBED, _TIMES * usual.combed)
            or self.torn >= max(TORN, _TIMES * usual.torn)
        )


def damage(image: Image, thin: Grey) -> Damage:
    """All that looks like damage; `thin` as `thin_grey` makes it of the image."""
    quick, slow = lost(image, thin), woven(image)
    return Damage(quick.flat, quick.smear, slow.combed, slow.torn)


def lost(image: Image, thin: Grey) -> Damage:
    """What was painted where data was lost."""
    return Damage(flat=_flat(image, thin), smear=_smear(thin))


def woven(image: Image) -> Damage:
    """What of the picture is of another one, or in another place."""
    if min(image.shape[:2]) < 8 * _BLOCK:
        return Damage()
    green = np.ascontiguousarray(_middle(image)[:, :, 1])
    return Damage(combed=_combed(green), torn=_torn(image))


def _middle(image: Image) -> Image:
    """Between the strips where cameras write."""
    edge = round(image.shape[0] * OSD_SHARE)
    return image[edge : image.shape[0] - edge]


def _flat(image: Image, thin: Grey) -> float:
    light = np.bincount(thin[::3, ::3].ravel(), minlength=256) / max(1, thin[::3, ::3].size)
    seen = [one for one in _LOST if light[_grey(one) - 2 : _grey(one) + 3].sum() >= FLAT]
    if not seen:
        return 0.0
    few = np.ascontiguousarray(_middle(image)[::8, ::8])
    return max(_exactly(few, colour) for colour in seen)


def _grey(colour: tuple[int, int, int]) -> int:
    blue, green, red = colour
    return round(0.114 * blue + 0.587 * green + 0.299 * red)


def _exactly(few: Image, colour: tuple[int, int, int]) -> float:
    low = np.array([max(0, part - 1) for part in colour], np.uint8)
    high = np.array([part + 1 for part in colour], np.uint8)
    mask = np.asarray(cv2.inRange(few, low, high), np.uint8)
    # Grey things have the same colour here and there; lost blocks lie together.
    together = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    greens = few[..., 1][together > 0]
    if not greens.size:
        return 0.0
    one_value = int(np.bincount(greens).max()) / greens.size  # a wall in this light has shades
    return float(greens.size) / mask.size if one_value >= _ONE_VALUE else 0.0


def _smear(thin: Grey) -> float:
    """The longest stretch of rows that repeat the row above, each with sharp steps in it."""
    rows = np.ascontiguousarray(thin[::2, ::3]).astype(np.int16)
    same = (np.abs(np.diff(rows, axis=0)) <= 2).mean(axis=1) >= _REPEATED
    same &= (np.abs(np.diff(rows[1:], axis=1)) > _STEP).sum(axis=1) >= _STEPS
    longest = run = 0
    for one in same:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest / max(1, len(same))


def _combed(green: NDArray[np.uint8]) -> float:
    """Share of pixels that stand out of both their neighbours above and below, alike, while these
    two agree, and whose next but one does the same."""
    few = np.ascontiguousarray(green[:, ::10]).astype(np.int16)
    up = few[1:-2] - few[:-3]
    down = few[1:-2] - few[2:-1]
    back = few[3:] - few[2:-1]
    comb = (np.minimum(np.abs(up), np.abs(down)) > _STEP) & (up * down > 0) & (back * down > 0)
    return int(np.count_nonzero(comb)) / max(1, int(comb.size))


def _torn(image: Image) -> float:
    """Share of macroblocks whose sides break off from what is around them, although it is quiet
    on either side of each break."""
    height, width = (side - side % _BLOCK for side in image.shape[:2])
    green = image[:height, :width, 1]
    across = _breaks(green[4::8])
    down = _breaks(np.ascontiguousarray(green[:, 4::8].T))
    # Two lines of each row and column of blocks.
    sides = across[::2] & across[1::2]
    ends = (down[::2] & down[1::2]).T
    torn = sides[:, :-1] & sides[:, 1:]
    torn = torn[1:-1] & (ends[:-1, 1:-1] | ends[1:, 1:-1])
    return int(np.count_nonzero(torn)) / max(1, int(torn.size))


def _breaks(lines: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(lines, borders between blocks): whether a line jumps there and nowhere near."""
    borders = lines.shape[1] // _BLOCK - 1
    at = [
        lines[:, _BLOCK + shift :: _BLOCK][:, :borders].astype(np.int16) for shift in (-3, -1, 0, 2)
    ]
    jump = np.abs(at[2] - at[1])
    near = np.maximum(np.abs(at[1] - at[0]), np.abs(at[3] - at[2]))
    return np.asarray((jump > _STEP) & (jump > 2 * near), np.bool_)


class Whole:
    """Whether one camera's pictures come through whole. Used by one thread.

    Args:
        reference: A picture that did.
        thin: The same, as `thin_grey` makes it.
    """

    def __init__(self, reference: Image, thin: Grey) -> None:
        self._usual = damage(reference, thin)
        self._suspicious = False

    def is_broken(self, image: Image, thin: Grey, *, thorough: bool) -> bool:
        """Lost data and smears at once; torn and woven pictures when two in a row are.

        Args:
            image: The picture.
            thin: The same, as `thin_grey` makes it.
            thorough: Look for what takes longer, too; it is also done after a suspicion.
        """
        if lost(image, thin).beyond(self._usual):
            return True
        if not thorough and not self._suspicious:
            return False
        before, self._suspicious = self._suspicious, woven(image).beyond(self._usual)
        return before and self._suspicious
