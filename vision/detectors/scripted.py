"""A detector that answers what it is told to: for unit tests and dry runs of the wiring."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

from models.domain.errors import DetectorError
from vision.detectors.letterbox import require_picture
from vision.frame import Image
from vision.ports import Detection, Size

Script: TypeAlias = Callable[[Image, Size], Sequence[Detection]]
"""What to answer for a picture; may raise DetectorError."""


class ScriptedDetector:
    """Answers by a script and remembers what kinds of picture it was shown."""

    name = "scripted"
    model_hash = hashlib.sha256(b"scripted").hexdigest()

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._closed = False
        self._sizes: list[Size] = []

    @property
    def sizes(self) -> tuple[Size, ...]:
        """The sizes asked for so far, in order."""
        with self._lock:
            return tuple(self._sizes)

    def detect(self, image: Image, size: Size) -> list[Detection]:
        picture = require_picture(image)
        with self._lock:
            if self._closed:
                raise DetectorError("检测器已关闭。", "the detector is closed.")
            self._sizes.append(size)
        return sorted(self._script(picture, size), key=lambda item: -item.score)

    def close(self) -> None:
        with self._lock:
            self._closed = True
