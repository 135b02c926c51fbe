"""JPEG out of pixels."""

from __future__ import annotations

import cv2

from models.domain.errors import SourceError
from vision.frame import Image


def encode(image: Image, quality: int = 85) -> bytes:
    """A picture, (height, width, 3) BGR, as JPEG.

    Raises:
        SourceError: the pixels cannot be encoded.
    """
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise SourceError("图像无法编码为 JPEG。", "the picture cannot be encoded as JPEG.")
    return bytes(data.tobytes())
