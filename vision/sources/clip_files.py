"""Is a clip's file complete? Told from the container's own sizes, without decoding.

Players show a truncated clip as far as it goes and say nothing; a judgement made from it
would silently cover less time than asked.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO


def is_cut_short(path: Path) -> bool:
    """True where the file ends before its own container says it does.

    Knows MP4/MOV, AVI, Matroska/WebM and GIF; False for other kinds (streams that have
    no declared end).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            return _boxes_overrun(file, size)
        if head[:4] == b"RIFF":
            return _riff_overruns(file, size)
        if head[:4] == b"\x1a\x45\xdf\xa3":
            return _matroska_overruns(file, size)
        if head[:3] == b"GIF":
            return _gif_has_no_end(file, size)
    return False


def _boxes_overrun(file: BinaryIO, size: int) -> bool:
    at, has_index = 0, False
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        (length,) = struct.unpack(">I", head[:4])
        kind = head[4:8]
        if not kind.isalnum():
            break  # something appended by the recorder; not ours to judge
        has_index = has_index or kind in (b"moov", b"moof")
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:16])
        elif length == 0:  # reaches to the end of the file
            at = size
            break
        if length < 8:
            break
        at += length
    return at > size or not has_index


def _riff_overruns(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 12 <= size:
        file.seek(at)
        head = file.read(8)
        if head[:4] != b"RIFF":
            break
        (length,) = struct.unpack("<I", head[4:8])
        if length == 0:
            return True  # a recorder that was never able to finish the file
        at += 8 + length + (length & 1)
    return at - 1 > size


def _vint(data: bytes, *, keep_marker: bool) -> tuple[int, int]:
    """One EBML number: its value and its length in bytes; length 0 where there is none."""
    if not data or data[0] == 0:
        return 0, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    if not keep_marker:
        value &= (1 << (7 * length)) - 1
    return value, length


def _matroska_overruns(file: BinaryIO, size: int) -> bool:
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        kind, kind_length = _vint(head, keep_marker=True)
        length, length_length = _vint(head[kind_length:], keep_marker=False)
        if kind_length == 0 or length_length == 0:
            return False
        if length == (1 << (7 * length_length)) - 1:  # "unknown": a live recording
            return False
        at += kind_length + length_length + length
        if kind == 0x18538067:  # Segment
            return at > size
    return at > size


def _gif_has_no_end(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - 64))
    return not file.read().rstrip(b"\0\r\n").endswith(b";")
