"""A picture that somebody sends, judged by its head before anything decodes it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from models.domain.errors import InputError

MOST_PIXELS: Final = 25_000_000
"""More than the cameras of a hall give."""


def check_jpeg(path: Path) -> None:
    """Refuse a file that is no JPEG or claims more pixels than a camera has; nothing is decoded.

    Raises:
        InputError: it is.
    """
    check_jpeg_bytes(path, path.name)


def check_jpeg_bytes(source: Path | bytes, name: str) -> None:
    """The same of what is in memory.

    Raises:
        InputError: it is; `name` says of what.
    """
    opened = BytesIO(source) if isinstance(source, bytes) else source
    try:
        with Image.open(opened, formats=["JPEG"]) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused(name, "像素过多", "too many pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _refused(name, "不是 JPEG 图片", "it is no JPEG picture") from None
    if width * height > MOST_PIXELS:
        raise _refused(name, f"像素过多({width}×{height})", f"too many pixels ({width}x{height})")


def _refused(name: str, zh: str, en: str) -> InputError:
    return InputError(
        f"图片被拒绝:{zh}。请改用摄像头画面(JPEG,不超过 {MOST_PIXELS // 1_000_000} 百万像素)。",
        f"the picture was refused: {en}. Send a camera's picture: JPEG, at most "
        f"{MOST_PIXELS // 1_000_000} megapixels.",
        where=name,
    )
