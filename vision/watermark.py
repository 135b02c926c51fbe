"""Watermark (水印) on a picture of evidence: who looks at it, when, and which finding it is.

Repeated aslant over the whole picture, light with a dark edge so that it reads on bright and on
dark, weak enough to leave what is shown to be seen; and once more in a strip added below. The
stored picture is never touched. The font is OpenCV's own and has Chinese characters; nothing
needs to be installed.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np

from models.domain.errors import SourceError
from vision.frame import Image
from vision.jpeg import encode

QUALITY: Final = 90
STRENGTH: Final = 0.38
"""Weight of the letters against the picture, 0..1."""

ASLANT: Final = 24.0
_PAPER: Final = (245, 245, 245)
_INK: Final = (20, 20, 20)
_SMALLEST_PX: Final = 9


def watermarked(jpeg: bytes, mark: str, line: str) -> bytes:
    """A marked copy of a picture.

    Args:
        jpeg: The stored picture.
        mark: Repeated over it: the viewer's login and name, the minute.
        line: The strip below it: everything.

    Raises:
        SourceError: the bytes are no picture; an unmarked one is never given.
    """
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(
            "证据图片无法解码,不能加水印,未提供。",
            "the picture of evidence cannot be decoded, so it cannot be marked; not given.",
            where="watermark",
        )
    height, width = image.shape[:2]
    _lay_over(image, *_letters(mark, width, height))
    return encode(np.vstack([image, _strip(line, width, height)]), QUALITY)


def _lay_over(image: Any, letters: Any, edge: Any) -> None:
    """Blend letters in white and their edge in black into the picture."""
    for mask, colour in ((edge, 0), (letters, 255)):
        flat = np.full_like(image, colour)
        blended = cv2.addWeighted(image, 1 - STRENGTH, flat, STRENGTH, 0)
        cv2.copyTo(blended, mask, image)


@lru_cache(maxsize=4)
def _letters(mark: str, width: int, height: int) -> tuple[Any, Any]:
    """Where letters and where their edges are, as masks of the picture's size."""
    text_px = max(12, min(width, height) // 24)
    across = math.ceil(math.hypot(width, height)) + 2 * text_px
    rows = np.zeros((across, across), np.uint8)
    length = _width_of(mark, text_px) + 3 * text_px
    for number, y in enumerate(range(text_px, across, 4 * text_px)):
        for x in range(-(number % 2) * length // 2, across, length):
            cv2.putText(rows, mark, (x, y), 255, _font(), text_px)
    turn: Any = cv2.getRotationMatrix2D((across / 2, across / 2), ASLANT, 1.0)
    turn += np.array([[0, 0, width - across], [0, 0, height - across]]) / 2
    letters = cv2.warpAffine(rows, turn, (width, height), flags=cv2.INTER_LINEAR)
    letters = cv2.threshold(letters, 110, 255, cv2.THRESH_BINARY)[1]
    around = max(1, text_px // 16)
    grown = cv2.dilate(letters, np.ones((2 * around + 1, 2 * around + 1), np.uint8))
    return letters, cv2.subtract(grown, letters)


def _strip(line: str, width: int, height: int) -> Image:
    """The line on paper, as many rows as it needs at a size that reads."""
    text_px = max(_SMALLEST_PX, min(24, min(width, height) // 24))
    rows = _broken(line, width - text_px, text_px)
    strip = np.full((len(rows) * text_px * 3 // 2 + text_px // 2, width, 3), _PAPER, np.uint8)
    for number, row in enumerate(rows, 1):
        at = (text_px // 2, number * text_px * 3 // 2 - text_px // 4)
        cv2.putText(strip, row, at, _INK, _font(), text_px)
    return strip


def _broken(line: str, width: int, text_px: int) -> list[str]:
    """The line's words in rows that fit."""
    rows: list[str] = []
    for word in line.split(" "):
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and _width_of(longer, text_px) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _font() -> Any:
    return cv2.FontFace("uni")


def _width_of(words: str, text_px: int) -> int:
    x, _, width, _ = cv2.getTextSize((10_000, 10_000), words, (0, 0), _font(), text_px)
    return int(x + width)
