"""How a camera has moved since its zones were drawn: shifted, turned, nearer or farther.

The reference picture is cut into cells, and each cell's strong edges are looked for near where
they were. Where enough cells are found, and they tell one story, that story is believed: people
and furniture move one cell, a knock moves them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

COLUMNS: Final = 4
ROWS: Final = 2
REACH: Final = 0.06
"""How far a cell is looked for, as a share of the picture's width."""
LEAST_CELLS: Final = 4
_LEAST_EDGES: Final = 50
_FOUND: Final = 0.30
_OFF_PX: Final = 1.3

Field = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Direction of each strong edge as (cos 2a, sin 2a), 0 elsewhere."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the view is, against the reference.

    Attributes:
        shift: (x, y) of the middle, in shares of the picture's width.
        warp: How far turning and zooming alone displace the corners, in the same.
    """

    shift: tuple[float, float]
    warp: float


@dataclass(frozen=True, slots=True)
class _Cell:
    top: int
    left: int
    cosine: NDArray[np.float32]
    sine: NDArray[np.float32]
    edges: int


class Cells:
    """The reference's cells.

    Args:
        field: The reference picture's directions.
    """

    def __init__(self, field: Field) -> None:
        height, width = field[0].shape
        self._shape = (height, width)
        self._reach = max(3, round(REACH * width))
        self._cells = [
            cell
            for row in range(ROWS)
            for column in range(COLUMNS)
            if (cell := self._cell(field, row, column)).edges >= _LEAST_EDGES
        ]

    def _cell(self, field: Field, row: int, column: int) -> _Cell:
        height, width = self._shape
        rows = slice(height * row // ROWS, height * (row + 1) // ROWS)
        columns = slice(width * column // COLUMNS, width * (column + 1) // COLUMNS)
        cosine = np.ascontiguousarray(field[0][rows, columns])
        sine = np.ascontiguousarray(field[1][rows, columns])
        edges = int(np.count_nonzero(cosine * cosine + sine * sine > 0.5))
        return _Cell(rows.start, columns.start, cosine, sine, edges)

    def pose(self, field: Field) -> Pose | None:
        """Where a view with these directions is; None where the cells do not tell."""
        if field[0].shape != self._shape or len(self._cells) < LEAST_CELLS:
            return None
        reach = self._reach
        around = [np.pad(one, reach) for one in field]
        found = [self._find(cell, around[0], around[1]) for cell in self._cells]
        rows = [one for one in found if one is not None]
        return self._told(np.array(rows, np.float64)) if len(rows) >= LEAST_CELLS else None

    def _find(
        self, cell: _Cell, cosine: NDArray[np.float32], sine: NDArray[np.float32]
    ) -> tuple[float, float, float, float] | None:
        """Middle of the cell from the picture's middle, and its displacement, in pixels."""
        height, width = cell.cosine.shape
        reach = self._reach
        rows = slice(cell.top, cell.top + height + 2 * reach)
        columns = slice(cell.left, cell.left + width + 2 * reach)
        surface = np.asarray(
            cv2.matchTemplate(cosine[rows, columns], cell.cosine, cv2.TM_CCORR), np.float32
        )
        surface += np.asarray(
            cv2.matchTemplate(sine[rows, columns], cell.sine, cv2.TM_CCORR), np.float32
        )
        _, peak, _, (x, y) = cv2.minMaxLoc(surface)
        if peak < _FOUND * cell.edges or not self._stands_out(surface, x, y, peak):
            return None
        across = x - reach + _between(surface[y, max(0, x - 1) : x + 2])
        down = y - reach + _between(surface[max(0, y - 1) : y + 2, x])
        middle_x = cell.left + width / 2 - self._shape[1] / 2
        middle_y = cell.top + height / 2 - self._shape[0] / 2
        return middle_x, middle_y, across, down

    @staticmethod
    def _stands_out(surface: NDArray[np.float32], x: int, y: int, peak: float) -> bool:
        """Whether nothing farther off fits nearly as well: a grille fits everywhere."""
        rest = surface.copy()
        rest[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4] = 0
        return float(rest.max()) < 0.85 * peak

    def _told(self, rows: NDArray[np.float64]) -> Pose | None:
        """The shift, turn and zoom that most cells agree on."""
        while len(rows) >= LEAST_CELLS:
            x, y, across, down = rows.T
            nothing, one = np.zeros_like(x), np.ones_like(x)
            terms = np.concatenate(
                [np.stack([one, nothing, x, -y], 1), np.stack([nothing, one, y, x], 1)]
            )
            fit, *_ = np.linalg.lstsq(terms, np.concatenate([across, down]), rcond=None)
            off = (terms @ fit - np.concatenate([across, down])).reshape(2, -1)
            wide = np.hypot(*off)
            if float(wide.max()) <= _OFF_PX:
                return self._pose(fit)
            rows = np.delete(rows, int(wide.argmax()), axis=0)
        return None

    def _pose(self, fit: NDArray[np.float64]) -> Pose:
        height, width = self._shape
        corner = float(np.hypot(width / 2, height / 2))
        warp = float(np.hypot(fit[2], fit[3])) * corner / width
        return Pose((float(fit[0]) / width, float(fit[1]) / width), warp)


def _between(three: NDArray[np.float32]) -> float:
    """Where between its neighbours a peak is, -0.5..0.5 cells."""
    if len(three) != 3:
        return 0.0
    low, high, top = float(three[0]), float(three[2]), float(three[1])
    curve = low - 2 * top + high
    return 0.0 if curve >= 0 else min(0.5, max(-0.5, 0.5 * (low - high) / curve))
