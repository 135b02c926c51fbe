"""Decoding of a stream's packets: whole pictures or none.

Decoders hide damage: they fill holes with grey or with what lay there before, and go on from
there until the next keyframe. Grey is what an empty window may look like, so whatever follows
damage is refused up to the next keyframe (关键帧).
"""

from __future__ import annotations

from collections.abc import Iterable

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from models.domain.errors import SourceError
from vision.sources.packet_shelf import Arrived
from vision.sources.pictures import MAX_PIXELS

Found = tuple[VideoFrame, Arrived]
"""A picture and the packet it came in."""


class StreamDecoder:
    """Decodes one stream's packets, one thread, strictly.

    Args:
        stream: The stream as it was described; it is not read from.
        where: What to name in errors: a redacted address.

    Raises:
        SourceError: FFmpeg has no decoder for what the camera sends.
    """

    def __init__(self, stream: VideoStream, where: str) -> None:
        # PyAV gives no context at all where FFmpeg does not know the codec, such as SVAC.
        source: VideoCodecContext | None = stream.codec_context
        if source is None:
            raise _unknown_codec(where)
        try:
            decoder = CodecContext.create(source.name, "r")
        except (av.FFmpegError, ValueError):
            raise _unknown_codec(where) from None
        assert isinstance(decoder, VideoCodecContext)  # noqa: S101 - tells mypy what create() gave
        decoder.extradata = source.extradata
        decoder.thread_count = 1
        decoder.options = {
            "flags": "low_delay",
            "max_pixels": str(MAX_PIXELS),
            "err_detect": "crccheck+bitstream+buffer+explode",
        }
        self._decoder = decoder
        self._whole_so_far = False

    def alone(self, keyframe: Arrived) -> Found | None:
        """One keyframe, whole, without what came before or after; None where it is damaged."""
        self._decoder.flush_buffers()
        self._whole_so_far = False
        try:
            frames = _whole([*self._decoder.decode(keyframe.packet), *self._decoder.decode(None)])
        except av.FFmpegError:
            return None
        finally:
            self._decoder.flush_buffers()
        return (frames[-1], keyframe) if frames else None

    def on(self, packets: list[Arrived]) -> Found | None:
        """Every packet in order, going on from the last call; the newest whole picture.

        From a damaged packet on there is none, until a keyframe comes.
        """
        newest: VideoFrame | None = None
        arrived_at = {arrived.packet.pts: arrived for arrived in packets}
        for arrived in packets:
            if arrived.packet.is_keyframe:
                self._decoder.flush_buffers()
                self._whole_so_far = True
            if not self._whole_so_far:
                continue
            try:
                newest = next(reversed(_whole(self._decoder.decode(arrived.packet))), newest)
            except av.FFmpegError:
                self._whole_so_far = False
        if newest is None:
            return None
        return newest, arrived_at.get(newest.pts, packets[-1])


def _whole(frames: Iterable[object]) -> list[VideoFrame]:
    return [frame for frame in frames if isinstance(frame, VideoFrame) and not frame.is_corrupt]


def _unknown_codec(where: str) -> SourceError:
    return SourceError(
        "摄像机的视频编码无法识别;请在摄像机上改为 H.264 或 H.265。",
        "the camera's video codec is not known; set the camera to H.264 or H.265.",
        where=where,
    )
