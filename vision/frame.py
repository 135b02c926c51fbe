"""A picture with the camera it came from and the moment it was taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""Pixels, shape (height, width, 3), BGR, 0..255."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One usable-or-not picture of one camera; never a placeholder for a failed read.

    Attributes:
        camera_id: The camera.
        image: Pixels, (height, width, 3), BGR.
        taken_at: When it was taken, by our clock (aware, UTC).
        camera_time: What the camera's own clock said (HTTP Date, RTCP), None where it says
            nothing.
        jpeg: The JPEG it was decoded from, where the camera sent one; spares encoding it
            again.
    """

    camera_id: str
    image: Image
    taken_at: datetime
    camera_time: datetime | None = None
    jpeg: bytes | None = field(default=None, repr=False)

    @property
    def width(self) -> int:
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        return int(self.image.shape[0])
