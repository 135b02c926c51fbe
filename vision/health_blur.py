"""A lens that is out of focus, dirty or misted, told over some samples (画面模糊)."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.domain.geometry import Box
from models.domain.presence import Reason
from vision.health_checks import Grey
from vision.health_sharp import COLUMNS, ROWS, WHOLE, Lost, Sharpness

IN_A_ROW: Final = 3
"""Comparisons that must say the same before it is believed: people walk by."""
SUSPECT: Final = 0.15
"""From this share of dull tiles on, the next sample is compared at once."""
OF_A_ZONE: Final = 0.6
"""A window is behind the blur where this share of its zone is."""
_LEAST_TILES: Final = 3


class Blur:
    """What has become of the detail of one camera's pictures. Used by one thread.

    Args:
        thin: The reference, as `thin_grey` makes it.
    """

    def __init__(self, thin: Grey) -> None:
        self._sharpness = Sharpness(thin)
        self._row = 0
        self._runs = np.zeros((ROWS, COLUMNS), np.int64)
        self._suspicious = False
        self._reason: Reason | None = None

    def check(self, thin: Grey, *, due: bool) -> Reason | None:
        """BLURRED or COVERED where most of the picture is, as last compared.

        Args:
            thin: The picture, as `thin_grey` makes it.
            due: Compare in any case.
        """
        if due or self._suspicious:
            self._compare(self._sharpness.lost(thin))
        return self._reason

    def _compare(self, lost: Lost) -> None:
        share = self._sharpness.share(lost.fine)
        self._runs = np.where(lost.fine, self._runs + 1, 0)
        self._row = self._row + 1 if share >= WHOLE else 0
        self._suspicious = share >= SUSPECT
        if self._row < IN_A_ROW:
            self._reason = None
        elif self._sharpness.share(lost.all) >= WHOLE:
            self._reason = Reason.COVERED
        else:
            self._reason = Reason.BLURRED

    def is_over(self, box: Box) -> bool:
        """Whether a part of the picture, 0..1, has lost its detail for some time."""
        lasting = self._runs >= IN_A_ROW
        if int(lasting.sum()) < _LEAST_TILES:
            return False
        return self._sharpness.share_in(lasting, box) >= OF_A_ZONE
