"""One clip (mp4, mkv, avi, gif …): its pictures with their seconds from the start."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from models.domain.errors import InputError, SourceError
from vision.frame import Image
from vision.sources.clip_files import is_cut_short

FORMATS = "mov,matroska,avi,gif,mpegts,mpeg,flv,asf,h264,hevc,dhav,ogg"
"""FFmpeg readers that are allowed; without the list a text file would be read as a picture
of its letters, and a playlist could name other files and hosts."""

_EXACT_LENGTH = ("mov", "matroska", "avi")
_MAX_HOLE_S = 2.0
_ROUNDING_S = 0.002

Picture = Callable[[], Image]
"""Makes the pixels, so that pictures that are not due cost no conversion."""


class Clip:
    """A clip whose first picture could be decoded.

    Args:
        path: The file.

    Raises:
        InputError: missing, 0 bytes, not a clip, no video in it.
        SourceError: cut short (says at which second), or no picture can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._where = path.name
        self._broken = False
        _must_be_a_file(path)
        with self._opened() as (container, stream):
            self.duration = _declared_seconds(container, stream)
            self._exact = any(name in container.format.name for name in _EXACT_LENGTH)
        if is_cut_short(path):
            raise self._cut(self._last_second())
        player = self.pictures()
        first = next(player, None)
        if first is None:
            raise SourceError(
                "没有一帧画面能够解码。", "not one picture can be decoded.", where=self._where
            )
        image = first[1]()
        player.close()
        self.size = (int(image.shape[1]), int(image.shape[0]))

    def pictures(self) -> Generator[tuple[float, Picture], None, None]:
        """Seconds from the first picture, and the picture, in order.

        Raises:
            SourceError: cut short or damaged; says at which second.
        """
        with self._opened() as (container, stream):
            stream.thread_type = "AUTO"
            origin: float | None = None
            last, count = 0.0, 0
            for frame in self._decoded(container, stream):
                seconds = _seconds(frame, count, stream)
                origin = seconds if origin is None else origin
                t = seconds - origin
                count += 1
                if t < last - _ROUNDING_S:
                    raise SourceError(
                        f"第 {last:.1f} 秒之后画面时间倒退。",
                        f"picture times go back after second {last:.1f}.",
                        where=self._where,
                    )
                if t - last > _MAX_HOLE_S and self._broken:
                    raise self._damaged(last)
                self._broken = False
                last = t
                yield t, _converter(frame)
            if count and self._broken:
                raise self._damaged(last)
            if count and self._ends_early(last, stream):
                raise self._cut(last)

    @contextmanager
    def _opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
        self._broken = False
        try:
            container = av.open(str(self.path), options=options, metadata_errors="replace")
        except (av.FFmpegError, OSError):
            raise self._not_a_clip() from None
        try:
            yield container, self._video(container)
        finally:
            container.close()

    def _video(self, container: InputContainer) -> VideoStream:
        for stream in container.streams.video:
            if not stream.disposition & Disposition.attached_pic:
                return stream
        raise InputError(
            "文件里没有视频画面。", "there is no video in the file.", where=self._where
        )

    def _decoded(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        """Whole pictures only; remembers in `_broken` that some could not be decoded."""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                self._broken = True
                return
            if packet.is_corrupt:
                self._broken = True
                continue
            try:
                frames = packet.decode()
            except av.EOFError:
                return
            except av.FFmpegError:
                self._broken = True
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame):
                    if frame.is_corrupt:
                        self._broken = True
                    else:
                        yield frame

    def _ends_early(self, last: float, stream: VideoStream) -> bool:
        if not self._exact or self.duration is None:
            return False
        rate = float(stream.average_rate or 25)
        return last + max(1.5, 3 / rate) < self.duration

    def _last_second(self) -> float:
        last = 0.0
        with self._opened() as (container, stream):
            try:
                for packet in container.demux(stream):
                    if packet.pts is not None and not packet.is_corrupt:
                        last = max(last, float(packet.pts * (packet.time_base or 0)))
            except av.FFmpegError:
                return last
        return last

    def _not_a_clip(self) -> InputError | SourceError:
        if is_cut_short(self.path):
            return SourceError(
                "视频文件不完整:缺少索引,无法播放。请重新导出。",
                "the clip is incomplete: its index is missing and nothing can be played. "
                "Export it again.",
                where=self._where,
            )
        return InputError(
            "不是可识别的视频文件(支持 mp4、mkv、avi、gif 等)。",
            "not a video file of a known kind (mp4, mkv, avi, gif …).",
            where=self._where,
        )

    def _cut(self, second: float) -> SourceError:
        whole = f"{self.duration:.1f}" if self.duration is not None else "?"
        return SourceError(
            f"视频文件不完整:在第 {second:.1f} 秒中断(应有 {whole} 秒)。请重新导出。",
            f"the clip is cut short at second {second:.1f} of {whole}. Export it again.",
            where=self._where,
        )

    def _damaged(self, second: float) -> SourceError:
        return SourceError(
            f"视频在第 {second:.1f} 秒之后损坏,无法解码。请重新导出。",
            f"the clip is damaged after second {second:.1f} and cannot be decoded. "
            "Export it again.",
            where=self._where,
        )


def _must_be_a_file(path: Path) -> None:
    if not path.is_file():
        raise InputError("文件不存在。", "there is no such file.", where=str(path))
    if path.stat().st_size == 0:
        raise InputError("文件为空(0 字节)。", "the file is empty (0 bytes).", where=path.name)


def _declared_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """The video's length as its container declares it, None where it does not."""
    whole = container.duration / 1_000_000 if container.duration is not None else None
    if stream.duration is not None and stream.time_base is not None:
        own = float(stream.duration * stream.time_base)
        return own if whole is None else min(own, whole)
    others = len(container.streams) > 1  # the container's length may be the sound's
    return None if others else whole


def _seconds(frame: VideoFrame, count: int, stream: VideoStream) -> float:
    if frame.pts is not None and frame.time is not None:
        return float(frame.time)
    return count / float(stream.average_rate or 25)


def _converter(frame: VideoFrame) -> Picture:
    def convert() -> Image:
        image = frame.to_ndarray(format="bgr24")
        turns = round(frame.rotation / 90) % 4  # counter-clockwise, as the recorder noted it
        return np.ascontiguousarray(np.rot90(image, turns), dtype=np.uint8)

    return convert
