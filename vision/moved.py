"""Does a camera still look where it looked when its zones were drawn?

The directions of strong edges are compared with the reference picture's at every shift at
once (gradient correlation). Light changes leave the directions as they are, and people cover
only some of the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.health_checks import Grey, inner

_EDGES = 0.10
_LEAST_STEP = 10.0
_LEAST_EDGE_SHARE = 0.01


class View(StrEnum):
    """What the comparison says."""

    SAME = "same"
    SHIFTED = "shifted"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a picture's edges lie on the reference's.

    Attributes:
        here: 0..1, share of agreeing edges with at most the tolerated shift.
        elsewhere: 0..1, the best share with any larger shift.
        shift: (x, y) of that best larger shift, in shares of the picture's width.
    """

    here: float
    elsewhere: float
    shift: tuple[float, float]


class Reference:
    """The view (基准画面) that the zones were drawn on.

    Args:
        grey: As `small_grey` makes it.
        tolerance: Shift that zones bear, as a share of the picture's width.
    """

    def __init__(self, grey: Grey, tolerance: float = 0.02) -> None:
        self._shape = inner(grey).shape
        field, self._edges = _directions(inner(grey))
        self._spectrum = (
            np.conj(np.fft.rfft2(field[0], self._padded)),
            np.conj(np.fft.rfft2(field[1], self._padded)),
        )
        self._radius = max(2, round(tolerance * self._shape[1]))

    @property
    def is_plain(self) -> bool:
        """Too few edges to tell anything."""
        return bool(self._edges < _LEAST_EDGE_SHARE * self._shape[0] * self._shape[1])

    @property
    def _padded(self) -> tuple[int, int]:
        return (
            cv2.getOptimalDFTSize(int(self._shape[0] * 1.5)),
            cv2.getOptimalDFTSize(int(self._shape[1] * 1.5)),
        )

    def agreement(self, grey: Grey) -> Agreement | None:
        """Compare; None where the picture or the reference is too plain to tell."""
        view = inner(grey)
        if self.is_plain or view.shape != self._shape:
            return None
        field, edges = _directions(view)
        if edges < _LEAST_EDGE_SHARE * view.size:
            return None
        spectrum = self._spectrum[0] * np.fft.rfft2(field[0], self._padded)
        spectrum += self._spectrum[1] * np.fft.rfft2(field[1], self._padded)
        surface = np.fft.irfft2(spectrum, self._padded) / min(self._edges, edges)
        return self._peaks(surface)

    def judge(self, grey: Grey) -> View:
        """SAME, SHIFTED, OTHER (nothing agrees anywhere), or UNSURE."""
        found = self.agreement(grey)
        if found is None:
            return View.UNSURE
        if found.here >= 0.25 and found.here >= 0.8 * found.elsewhere:
            return View.SAME
        if found.elsewhere >= 0.30 and found.here < 0.6 * found.elsewhere:
            return View.SHIFTED
        return View.OTHER if found.here < 0.12 else View.UNSURE

    def _peaks(self, surface: NDArray[np.float64]) -> Agreement:
        radius = self._radius
        near = np.roll(surface, (radius, radius), (0, 1))[: 2 * radius + 1, : 2 * radius + 1]
        here = float(near.max())
        far = surface.copy()
        for rows in (slice(0, radius + 1), slice(-radius, None)):
            for columns in (slice(0, radius + 1), slice(-radius, None)):
                far[rows, columns] = -1.0
        y, x = np.unravel_index(int(far.argmax()), far.shape)
        height, width = far.shape
        across = int(x) - width if x > width // 2 else int(x)
        down = int(y) - height if y > height // 2 else int(y)
        shift = (across / self._shape[1], down / self._shape[1])
        return Agreement(here, float(far.max()), shift)


def _directions(
    view: Grey,
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], int]:
    """Direction of each strong edge as (cos 2a, sin 2a), 0 elsewhere; and how many there are."""
    soft = cv2.GaussianBlur(view, (5, 5), 0).astype(np.float32)
    across = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=0.25))
    down = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=0.25))
    power = across * across + down * down
    threshold = max(_LEAST_STEP**2, float(np.quantile(power, 1 - _EDGES)))
    strong = power >= threshold
    safe = np.where(strong, power, 1.0)
    cosine = np.where(strong, (across * across - down * down) / safe, 0.0).astype(np.float32)
    sine = np.where(strong, 2 * across * down / safe, 0.0).astype(np.float32)
    return (cosine, sine), int(np.count_nonzero(strong))
