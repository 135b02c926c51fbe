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
from vision.health_pose import Cells, Field, Pose

_EDGES = 0.10
_LEAST_STEP = 10.0
_LEAST_EDGE_SHARE = 0.01
_FITS, _BETTER = 0.25, 1.1
_TRIED = (
    *((degrees, 1.0) for degrees in (-2.5, 2.5, -5.0, 5.0, -8.0, 8.0)),
    *((0.0, zoom) for zoom in (0.84, 0.91, 0.95, 1.05, 1.1, 1.18)),
)


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
        still: 0..1, share of agreeing edges with no shift at all.
        here: The best with at most the tolerated shift.
        near: (x, y) of that shift, in shares of the picture's width.
        elsewhere: The best with any larger shift.
        shift: (x, y) of that larger shift.
    """

    still: float
    here: float
    near: tuple[float, float]
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
        field, self._edges = directions(inner(grey))
        self._cells = Cells(field)
        self._spectrum = self._transformed(field)
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
        field, edges = directions(view)
        if edges < _LEAST_EDGE_SHARE * view.size:
            return None
        both = cv2.mulSpectrums(self._transformed(field), self._spectrum, 0, conjB=True)
        whole = np.asarray(cv2.idft(both, flags=cv2.DFT_SCALE), np.float32)[..., 0]
        return self._peaks(np.asarray(whole / min(self._edges, edges), np.float32))

    def _transformed(self, field: Field) -> NDArray[np.float32]:
        """The spectrum of cos + i sin; its correlation's real part counts what agrees."""
        padded = np.zeros((*self._padded, 2), np.float32)
        padded[: self._shape[0], : self._shape[1], 0] = field[0]
        padded[: self._shape[0], : self._shape[1], 1] = field[1]
        return np.asarray(cv2.dft(padded, flags=cv2.DFT_COMPLEX_OUTPUT), np.float32)

    @staticmethod
    def judge(found: Agreement | None) -> View:
        """SAME, SHIFTED, OTHER (nothing agrees anywhere), or UNSURE."""
        if found is None:
            return View.UNSURE
        if found.here >= 0.25 and found.here >= 0.8 * found.elsewhere:
            return View.SAME
        if found.elsewhere >= 0.30 and found.here < 0.6 * found.elsewhere:
            return View.SHIFTED
        return View.OTHER if found.here < 0.12 else View.UNSURE

    def pose(self, grey: Grey) -> Pose | None:
        """How the view has shifted, turned or zoomed; None where that cannot be told."""
        view = inner(grey)
        return None if view.shape != self._shape else self._cells.pose(directions(view)[0])

    def is_turned(self, grey: Grey, found: Agreement) -> bool:
        """Whether the picture fits the reference clearly better turned back or at another zoom.

        It is tried out, which takes long: for where `pose` cannot tell.

        Args:
            grey: The picture.
            found: Its agreement as it is.
        """
        plain = max(found.here, found.elsewhere)
        return any(
            (other := self.agreement(_turned(grey, degrees, zoom))) is not None
            and max(other.here, other.elsewhere) >= max(_FITS, _BETTER * plain)
            for degrees, zoom in _TRIED
        )

    def _peaks(self, surface: NDArray[np.float32]) -> Agreement:
        radius = self._radius
        near = np.roll(surface, (radius, radius), (0, 1))[: 2 * radius + 1, : 2 * radius + 1]
        y, x = np.unravel_index(int(near.argmax()), near.shape)
        here = float(near[y, x])
        far = surface.copy()
        for rows in (slice(0, radius + 1), slice(-radius, None)):
            for columns in (slice(0, radius + 1), slice(-radius, None)):
                far[rows, columns] = -1.0
        within = self._share(int(x) - radius, int(y) - radius)
        y, x = np.unravel_index(int(far.argmax()), far.shape)
        height, width = far.shape
        across = int(x) - width if x > width // 2 else int(x)
        down = int(y) - height if y > height // 2 else int(y)
        elsewhere = float(far[y, x])
        return Agreement(float(surface[0, 0]), here, within, elsewhere, self._share(across, down))

    def _share(self, across: int, down: int) -> tuple[float, float]:
        """Pixels as shares of the picture's width."""
        return across / self._shape[1], down / self._shape[1]


def directions(
    view: Grey,
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], int]:
    """Direction of each strong edge as (cos 2a, sin 2a), 0 elsewhere; and how many there are."""
    soft = cv2.GaussianBlur(view, (5, 5), 0).astype(np.float32)
    across = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=0.25))
    down = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=0.25))
    power = across * across + down * down
    threshold = max(_LEAST_STEP**2, _weakest(power, _EDGES))
    strong = power >= threshold
    safe = np.where(strong, power, 1.0)
    cosine = np.where(strong, (across * across - down * down) / safe, 0.0).astype(np.float32)
    sine = np.where(strong, 2 * across * down / safe, 0.0).astype(np.float32)
    return (cosine, sine), int(np.count_nonzero(strong))


def _weakest(power: NDArray[np.float32], share: float) -> float:
    """The weakest of the strongest `share`."""
    place = int(power.size * (1 - share))
    return float(np.partition(power, place, axis=None)[place])


def _turned(grey: Grey, degrees: float, zoom: float) -> Grey:
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
    return np.asarray(
        cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
