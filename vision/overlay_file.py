"""Write drawn pictures as a video that any player shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import cv2
import numpy as np

from models.domain.errors import InputError
from vision.frame import Image

_TICKS: Final = 1000


class OverlayFile:
    """An MP4 (H.264) whose pictures are shown at the seconds they were taken.

    Args:
        path: The file; overwritten.
        size: Width and height of the pictures; odd ones are made even.

    Raises:
        InputError: the file cannot be written.
    """

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self._size = size[0] // 2 * 2 or 2, size[1] // 2 * 2 or 2
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise InputError(
                f"无法写入:{error.strerror}。", f"cannot write: {error.strerror}.", where=str(path)
            ) from None
        self._container = av.open(self._file, "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=25)
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": "23", "preset": "veryfast"}
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._last = -1

    def __enter__(self) -> OverlayFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for packet in self._stream.encode(None):
                    self._container.mux(packet)
        finally:
            self._container.close()
            self._file.close()

    def add(self, image: Image, seconds: float) -> None:
        """Show the picture from this second on; seconds must grow."""
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), np.uint8)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
        self._last = max(self._last + 1, round(seconds * _TICKS))
        frame.pts = self._last
        frame.time_base = Fraction(1, _TICKS)
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
