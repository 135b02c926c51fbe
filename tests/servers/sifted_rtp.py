"""What is left of an interleaved RTSP stream whose keyframes are lost or damaged on the way.

The stream is RTSP over TCP (RFC 2326, 10.12): answers in text, and pieces `$`, channel, length,
RTP. H.264 lies in RTP by RFC 6184; a keyframe comes as single NAL units, aggregates (STAP-A)
or fragments (FU-A).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.servers.line import MakePassing, Passing

_SLICE_OF_KEYFRAME, _STAP_A, _FU_A = 5, 24, 28
_SETS: Final = (7, 8)
_RTP_HEADER: Final = 12

Loses = Callable[[int], bool]
"""Whether the so-manieth piece of a keyframe is lost."""


def lost(_number: int) -> bool:
    """All of every keyframe is lost."""
    return True


def damaged(number: int) -> bool:
    """Every third piece is lost: what arrives of a keyframe has holes."""
    return number % 3 == 1


def keyframes(loses: Loses) -> MakePassing:
    """For a `Line`: sifts the keyframes of each connection."""

    def made(lossy: Callable[[], bool]) -> Passing:
        kept = b""
        number = 0

        def passing(piece: bytes) -> bytes:
            nonlocal kept, number
            kept, left = kept + piece, b""
            while part := _next(kept):
                kept = kept[len(part) :]
                if part[:1] == b"$" and part[1] == 0 and _is_of_keyframe(part[4:]):
                    number += 1
                    if lossy() and loses(number):
                        continue
                left += part
            return left

        return passing

    return made


def _next(stream: bytes) -> bytes:
    """The first whole part of a stream; empty where it is not whole yet."""
    if stream[:1] == b"$":
        whole = 4 + int.from_bytes(stream[2:4], "big")
        return stream[:whole] if len(stream) >= max(4, whole) else b""
    head, end, _ = stream.partition(b"\r\n\r\n")
    if not end:
        return b""
    body = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            body = int(value)
    whole = len(head) + len(end) + body
    return stream[:whole] if len(stream) >= whole else b""


def _is_of_keyframe(packet: bytes) -> bool:
    payload = packet[_RTP_HEADER:]
    if len(payload) < 2:
        return False
    kind = payload[0] & 0x1F
    if kind == _FU_A:
        return payload[1] & 0x1F == _SLICE_OF_KEYFRAME
    return kind in (_SLICE_OF_KEYFRAME, _STAP_A, *_SETS)
