"""What one small grey picture says of its camera: black, white, covered, blurred, frozen."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.presence import Reason
from vision.frame import Image

Grey: TypeAlias = NDArray[np.uint8]
"""A small grey picture, shape (height, width), 0..255."""

WIDTH = 320
"""Width of the grey picture that is judged; detail finer than this tells nothing here."""

OSD_SHARE = 0.12
"""Top and bottom share of a picture where cameras write their name and clock."""

_DARK, _FLAT_STD = 28.0, 6.0
_WHITE, _WHITE_SHARE = 245, 0.90
_EDGE_SHARE = 0.003
_LEAST_STEP, _STEP_OF_RANGE = 6.0, 0.12
_STRUCTURE_STD = 12.0


def small_grey(image: Image) -> Grey:
    """The picture at `WIDTH` pixels, grey, averaged so that sensor noise goes down."""
    return shrunk(thin_grey(image), image)


def thin_grey(image: Image) -> Grey:
    """Some pixels of the picture, grey, at least twice `WIDTH` across where it has as many."""
    step = max(1, image.shape[1] // (2 * WIDTH))
    return np.asarray(cv2.cvtColor(_thinned(image, step), cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def shrunk(thin: Grey, image: Image) -> Grey:
    """What `thin_grey` made of `image`, at `WIDTH` pixels."""
    height, width = image.shape[:2]
    size = (WIDTH, max(8, round(WIDTH * height / width)))
    return np.asarray(cv2.resize(thin, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _thinned(image: Image, step: int) -> Image:
    """Every `step`-th row and column; `resize` takes the same pixels, five times as fast."""
    height, width = image.shape[:2]
    if width % step or height % step:
        return np.ascontiguousarray(image[::step, ::step])
    size = (width // step, height // step)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def inner(grey: Grey) -> Grey:
    """Without the strips where cameras write."""
    edge = round(grey.shape[0] * OSD_SHARE)
    return grey[edge : grey.shape[0] - edge]


def light_fault(grey: Grey) -> Reason | None:
    """BLACK, OVEREXPOSED, COVERED, BLURRED, or None.

    Dim pictures with texture and plain walls with anything before them are none of these.
    """
    view = np.asarray(cv2.GaussianBlur(inner(grey), (0, 0), 1.5), dtype=np.uint8)  # noise goes
    counts = np.cumsum(np.bincount(view.ravel(), minlength=256))
    low, high = (int(np.searchsorted(counts, share * view.size)) for share in (0.02, 0.98))
    if high < _DARK and float(view.std()) < _FLAT_STD:
        return Reason.BLACK
    if view.size - counts[_WHITE - 1] > _WHITE_SHARE * view.size:
        return Reason.OVEREXPOSED
    if edge_share(view, high - low) >= _EDGE_SHARE:
        return None
    return Reason.BLURRED if _has_structure(view) else Reason.COVERED


def edge_share(view: Grey, contrast: float) -> float:
    """Share of pixels on an edge, 0..1; an edge is a step that stands out of the contrast."""
    across = cv2.Sobel(view, cv2.CV_16S, 1, 0, ksize=3)
    down = cv2.Sobel(view, cv2.CV_16S, 0, 1, ksize=3)
    step = cv2.add(cv2.convertScaleAbs(across, alpha=0.25), cv2.convertScaleAbs(down, alpha=0.25))
    threshold = max(_LEAST_STEP, _STEP_OF_RANGE * contrast)
    return float(np.count_nonzero(np.asarray(step) > threshold)) / view.size


def _has_structure(view: Grey) -> bool:
    """Whether large shapes remain once an even slope of light is taken away."""
    tiny = np.asarray(cv2.resize(view, (16, 9), interpolation=cv2.INTER_AREA), dtype=np.float64)
    y, x = np.mgrid[-1:1:9j, -1:1:16j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1).reshape(-1, 6)
    fitted, *_ = np.linalg.lstsq(terms, tiny.ravel(), rcond=None)
    return float((tiny.ravel() - terms @ fitted).std()) > _STRUCTURE_STD


def fingerprint(image: Image, every: int) -> bytes:
    """Equal for equal pixels only, within the part where no clock is written.

    Args:
        image: The picture.
        every: Taken from every so manieth row: a live sensor's noise is everywhere, and whole
            rows are the cheapest to gather.
    """
    edge = round(image.shape[0] * OSD_SHARE)
    part = np.ascontiguousarray(image[edge : image.shape[0] - edge : every])
    return hashlib.blake2b(part.data, digest_size=16).digest()
