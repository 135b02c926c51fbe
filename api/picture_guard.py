"""A picture that somebody sends, judged by its head before anything decodes it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from models.domain.errors import InputError

MOST_PIXELS: Final = 25_000_000
"""More than the cameras of a hall give."""


def check_jpeg(path: Path) -> None:
    """Refuse what is no JPEG or claims more pixels than a camera has; nothing is decoded.

    Raises:
        InputError: it is.
    """
    try:
        with Image.open(path, formats=["JPEG"]) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused(path, "像素过多", "too many pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _refused(path, "不是 JPEG 图片", "it is no JPEG picture") from None
    if width * height > MOST_PIXELS:
        raise _refused(path, f"像素过多({width}×{height})", f"too many pixels ({width}x{height})")


def _refused(path: Path, zh: str, en: str) -> InputError:
    return InputError(
        f"图片被拒绝:{zh}。请改用摄像头画面(JPEG,不超过 {MOST_PIXELS // 1_000_000} 百万像素)。",
        f"the picture was refused: {en}. Send a camera's picture: JPEG, at most "
        f"{MOST_PIXELS // 1_000_000} megapixels.",
        where=path.name,
    )
