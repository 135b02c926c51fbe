"""Strict decoding of one JPEG: whole or refused.

The usual decoders fill what is missing of a broken JPEG with grey, and grey is what an
empty window may look like. FFmpeg's decoder, told to be strict, refuses it.
"""

from __future__ import annotations

import struct

import av
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext

from models.domain.errors import SourceError
from vision.frame import Image
from vision.sources.failures import BrokenPicture

MAX_PIXELS = 64_000_000
"""More than any camera gives; a picture that claims more is refused before it is decoded."""

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TAIL = 4096
_HOLE = b"\0" * 256


def decode_jpeg(data: bytes, where: str) -> Image:
    """All pixels of a JPEG.

    Args:
        data: The file's bytes.
        where: What to name in errors: a redacted address or a file name.

    Returns:
        (height, width, 3), BGR.

    Raises:
        BrokenPicture: empty, not a JPEG, cut short, damaged.
        SourceError: larger than `MAX_PIXELS`.
    """
    if not data:
        raise BrokenPicture("图片为空(0 字节)。", "the picture is empty (0 bytes).", where=where)
    if not data.startswith(_SOI):
        raise BrokenPicture(
            "返回的内容不是 JPEG 图片。", "what came is not a JPEG picture.", where=where
        )
    if _EOI not in data[-_TAIL:]:
        raise _cut_short(where)
    width, height, scan = _frame_header(data, where)
    if width * height > MAX_PIXELS:
        raise SourceError(
            f"图片声称有 {width}×{height} 像素,超过上限,已拒绝。",
            f"the picture claims {width}x{height} pixels, more than allowed; refused.",
            where=where,
        )
    if data.find(_HOLE, scan) >= 0:
        raise _damaged(where)
    return _pixels(data, where)


def _cut_short(where: str) -> BrokenPicture:
    return BrokenPicture(
        "图片不完整(传输中断或文件被截断)。",
        "the picture is cut short (transfer broken off or file truncated).",
        where=where,
    )


def _damaged(where: str) -> BrokenPicture:
    return BrokenPicture(
        "图片数据损坏,无法完整解码。",
        "the picture is damaged and cannot be decoded whole.",
        where=where,
    )


def _frame_header(data: bytes, where: str) -> tuple[int, int, int]:
    """Width, height and where the entropy-coded part begins, from the JPEG's segments."""
    at, width, height = 2, 0, 0
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise _damaged(where)
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if marker in _SIZE_MARKERS and at + 9 <= len(data):
            if width:  # a second size would be believed by one reader and not by another
                raise _damaged(where)
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
        if marker == 0xDA:
            if width == 0 or height == 0:
                raise _damaged(where)
            return width, height, at + 2 + length
        at += 2 + length
    raise _cut_short(where)


def _pixels(data: bytes, where: str) -> Image:
    decoder = CodecContext.create("mjpeg", "r")
    assert isinstance(decoder, VideoCodecContext)  # noqa: S101 - tells mypy what create() gave
    decoder.thread_count = 1
    decoder.options = {"err_detect": "explode"}
    try:
        frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    except av.FFmpegError:
        raise _damaged(where) from None
    if not frames or frames[0].is_corrupt:
        raise _damaged(where)
    return np.ascontiguousarray(frames[0].to_ndarray(format="bgr24"), dtype=np.uint8)
