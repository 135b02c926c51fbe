"""Draw zones, people, states and the time onto a picture: by shape and word, not colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

import cv2
import numpy as np

from models.domain.geometry import Box, Polygon
from models.domain.presence import State
from vision.frame import Image

Colour = tuple[int, int, int]

_WORDS: Final = MappingProxyType(
    {
        State.PRESENT: "有人 PRESENT",
        State.ABSENT: "无人 ABSENT",
        State.UNKNOWN: "无法核查 UNKNOWN",
    }
)
# Told apart by people who do not see red and green alike.
_COLOURS: Final[Mapping[State, Colour]] = MappingProxyType(
    {State.PRESENT: (178, 114, 0), State.ABSENT: (0, 94, 213), State.UNKNOWN: (150, 150, 150)}
)
_WHITE: Final[Colour] = (255, 255, 255)
_INK: Final[Colour] = (20, 20, 20)
_PAPER: Final[Colour] = (245, 245, 245)


@dataclass(frozen=True, slots=True)
class Marking:
    """What is drawn for one window.

    Attributes:
        name: Its name or id.
        zone: Staff zone, 0..1.
        state: Solid outline and ● for PRESENT, double and ■ for ABSENT, dashed and ▲ for
            UNKNOWN.
        note: Further words, e.g. the probability.
        people: Boxes of the people counted, 0..1.
    """

    name: str
    zone: Polygon
    state: State
    note: str = ""
    people: tuple[Box, ...] = ()


def draw(image: Image, markings: Sequence[Marking], caption: str = "") -> Image:
    """A copy of the picture with everything drawn on it.

    Args:
        image: (height, width, 3) BGR; left as it is.
        markings: One per window.
        caption: The line at the bottom, e.g. camera and time.
    """
    canvas = image.copy()
    height, width = canvas.shape[:2]
    text_px = max(12, min(height, width) // 26)
    for marking in markings:
        corners = np.array(
            [(round(x * (width - 1)), round(y * (height - 1))) for x, y in marking.zone.points],
            np.int32,
        )
        _outline(canvas, corners, marking.state)
        for box in marking.people:
            _person(canvas, box)
    for marking in markings:
        _label(canvas, marking, text_px)
    if caption:
        _text(canvas, caption, (text_px // 2, height - text_px // 2), text_px, _INK)
    return canvas


def _outline(canvas: Image, corners: Any, state: State) -> None:
    colour = _COLOURS[state]
    if state is State.UNKNOWN:
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            _dashes(canvas, start, end, colour)
        return
    cv2.polylines(canvas, [corners], True, _WHITE, 4, cv2.LINE_AA)
    cv2.polylines(canvas, [corners], True, colour, 2, cv2.LINE_AA)
    if state is State.ABSENT:
        centre = corners.mean(axis=0)
        inner = (centre + (corners - centre) * 0.9).astype(np.int32)
        cv2.polylines(canvas, [inner], True, colour, 1, cv2.LINE_AA)


def _dashes(canvas: Image, start: Any, end: Any, colour: Colour, dash_px: int = 8) -> None:
    count = max(1, int(np.hypot(*(end - start)) // dash_px))
    points = [start + (end - start) * step / count for step in range(count + 1)]
    for first, second in list(pairwise(points))[::2]:
        ends = [tuple(int(value) for value in point) for point in (first, second)]
        cv2.line(canvas, ends[0], ends[1], _WHITE, 4)
        cv2.line(canvas, ends[0], ends[1], colour, 2)


def _person(canvas: Image, box: Box) -> None:
    height, width = canvas.shape[:2]
    low = round(box.x1 * (width - 1)), round(box.y1 * (height - 1))
    high = round(box.x2 * (width - 1)), round(box.y2 * (height - 1))
    cv2.rectangle(canvas, low, high, _INK, 3)
    cv2.rectangle(canvas, low, high, _WHITE, 1)


def _label(canvas: Image, marking: Marking, text_px: int) -> None:
    height, width = canvas.shape[:2]
    colour = _COLOURS[marking.state]
    words = " ".join(part for part in (marking.name, _WORDS[marking.state], marking.note) if part)
    x = round(marking.zone.bounds.x1 * (width - 1)) + 2
    y = round(marking.zone.bounds.y1 * (height - 1)) + text_px
    long = _width_of(words, text_px) + text_px
    x, y = max(0, min(x, width - long)), max(text_px, min(y, height - 4))
    _text(canvas, words, (x + text_px, y), text_px, colour)
    _sign(canvas, marking.state, (x + text_px // 2, y - text_px // 3), text_px // 3, colour)


def _sign(
    canvas: Image, state: State, centre: tuple[int, int], radius: int, colour: Colour
) -> None:
    """A disc, a square or a triangle beside the word."""
    x, y = centre
    if state is State.PRESENT:
        cv2.circle(canvas, centre, radius + 1, _WHITE, -1, cv2.LINE_AA)
        cv2.circle(canvas, centre, radius, colour, -1, cv2.LINE_AA)
        return
    if state is State.ABSENT:
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    else:
        corners = [(0, -1), (1, 1), (-1, 1)]
    for size, paint in ((radius + 1, _WHITE), (radius, colour)):
        shape = np.array([(x + dx * size, y + dy * size) for dx, dy in corners], np.int32)
        cv2.fillPoly(canvas, [shape], paint)


def _font() -> Any:
    """OpenCV's own font with Chinese characters; nothing needs to be installed."""
    return cv2.FontFace("uni")


def _width_of(words: str, text_px: int) -> int:
    x, _, width, _ = cv2.getTextSize((10_000, 10_000), words, (0, 0), _font(), text_px)
    return int(x + width)


def _text(canvas: Image, words: str, at: tuple[int, int], text_px: int, colour: Colour) -> None:
    """Words on a light strip, so that they can be read on any picture."""
    x, y = at
    right = min(canvas.shape[1] - 1, x + _width_of(words, text_px) + 3)
    top, bottom = max(0, y - text_px), min(canvas.shape[0] - 1, y + text_px // 3)
    cv2.rectangle(canvas, (max(0, x - 3), top), (right, bottom), _PAPER, -1)
    cv2.putText(canvas, words, at, colour, _font(), text_px)
