"""RTSP through FFmpeg (PyAV): drained all the time, decoded only when a picture is due."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from models.domain.errors import SourceError
from models.domain.ports import Clock
from vision.frame import Frame
from vision.sources.address import CameraAddress
from vision.sources.drain import Drain
from vision.sources.failures import AccessRefused, BrokenPicture, NoNewPicture
from vision.sources.packet_shelf import Arrived, PacketShelf
from vision.sources.pictures import MAX_PIXELS
from vision.sources.stream_decoder import StreamDecoder

_MAX_PATIENCE_S = 30.0


class Decoding(StrEnum):
    """What is decoded: keyframes (关键帧) only, everything, or whichever the period allows."""

    AUTO = "auto"
    KEYFRAMES = "keyframes"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class RtspLimits:
    """Real seconds.

    Attributes:
        open_s: To connect and describe the stream.
        read_s: Without any packet, after which the stream counts as cut.
        picture_s: One `read()` waits for a newer picture.
    """

    open_s: float = 5.0
    read_s: float = 5.0
    picture_s: float = 5.0


class RtspSource:
    """One RTSP camera.

    A thread of its own drains the stream, so that what is read is the newest, and keeps
    packets undecoded; it ends, and releases the connection, in `close()`.

    Args:
        address: An `rtsp` or `rtsps` address.
        camera_id: The camera.
        clock: Stamps packets as they arrive.
        period_s: Seconds of this clock between two reads; decides what AUTO decodes.
        decoding: AUTO decodes keyframes only, unless they come more rarely than samples.
        limits: Time-outs.
    """

    def __init__(
        self,
        address: CameraAddress,
        camera_id: str,
        clock: Clock,
        *,
        period_s: float = 10.0,
        decoding: Decoding = Decoding.AUTO,
        limits: RtspLimits | None = None,
    ) -> None:
        self._address = address
        self._camera_id = camera_id
        self._clock = clock
        self._period_s = period_s
        self._decoding = decoding
        self._limits = limits or RtspLimits()
        self._where = address.redacted
        self._drain: Drain | None = None
        self._decoder: StreamDecoder | None = None

    def open(self) -> None:
        """Connect and start draining.

        Raises:
            AccessRefused: wrong user or password.
            SourceError: unreachable, no answer, no such path, not RTSP, no video.
        """
        self.close()
        container = self._connect()
        try:
            stream = self._video(container)
            self._decoder = StreamDecoder(stream, self._where)
        except SourceError:
            container.close()
            raise
        shelf = PacketShelf()
        shelf.keep_chain = self._decoding is not Decoding.KEYFRAMES
        self._drain = Drain(container, stream, shelf, self._clock, self._where)
        self._drain.start(f"rtsp-{self._camera_id}")

    def read(self) -> Frame:
        """The newest picture, never one that was given before.

        Raises:
            NoNewPicture: packets come, but no newer picture within `picture_s`.
            SourceError: not open, the stream was cut, its pictures cannot be decoded.
        """
        if self._drain is None or self._decoder is None:
            raise SourceError("图像源未打开。", "the source is not open.", where=self._where)
        shelf, decoder = self._drain.shelf, self._decoder
        patience = max(self._limits.picture_s, min(1.5 * (shelf.gop_s or 0.0), _MAX_PATIENCE_S))
        until = time.monotonic() + patience
        damaged = False
        while (left := until - time.monotonic()) > 0:
            if self._keyframes_suffice(shelf):
                keyframe = shelf.take_keyframe(left)
                packets = [] if keyframe is None else [keyframe]
                found = None if keyframe is None else decoder.alone(keyframe)
            else:
                packets = shelf.take_chain(left)
                found = decoder.on(packets)
            if found is not None:
                return self._frame(*found)
            damaged = damaged or bool(packets)
        if damaged:
            raise BrokenPicture(
                "视频流无法解码。", "the stream cannot be decoded.", where=self._where
            )
        raise NoNewPicture(
            f"{patience:.0f} 秒内没有新的完整画面。",
            f"no newer whole picture within {patience:.0f} s.",
            where=self._where,
        )

    def close(self) -> None:
        if self._drain is not None:
            self._drain.stop(self._limits.read_s + 1.0)
            self._drain = None
        self._decoder = None

    def _keyframes_suffice(self, shelf: PacketShelf) -> bool:
        if self._decoding is Decoding.AUTO:
            between = self._period_s / self._clock.speed
            enough = shelf.gop_s is not None and shelf.gop_s <= between
            shelf.keep_chain = not enough
            return enough
        return self._decoding is Decoding.KEYFRAMES

    def _connect(self) -> InputContainer:
        options = {
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
            "fpsprobesize": "0",  # else opening waits to count frames
            "max_pixels": str(MAX_PIXELS),
        }
        began = time.monotonic()
        try:
            return av.open(
                self._address.with_login.reveal(),
                format="rtsp",
                options=options,
                metadata_errors="replace",  # cameras name themselves in GBK
                timeout=(self._limits.open_s, self._limits.read_s),
            )
        except (av.FFmpegError, OSError) as error:
            late = time.monotonic() - began >= 0.95 * self._limits.open_s
            # FFmpeg's own text holds the address with its password: never chained, never shown.
            raise opening_failure(error, late=late, where=self._where) from None

    def _video(self, container: InputContainer) -> VideoStream:
        if not container.streams.video:
            raise SourceError("视频流里没有画面。", "no video in the stream.", where=self._where)
        return container.streams.video[0]

    def _frame(self, frame: VideoFrame, arrived: Arrived) -> Frame:
        image = np.ascontiguousarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
        return Frame(self._camera_id, image, arrived.at, arrived.camera_time)


def opening_failure(error: Exception, *, late: bool, where: str) -> SourceError:
    """What FFmpeg's failure to open an RTSP address means; the address is not in it.

    Args:
        error: What FFmpeg raised.
        late: The time to connect was over.
        where: The address, redacted.
    """
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return AccessRefused(
            "用户名或密码错误,或账号被锁定(401)。",
            "wrong user or password, or the account is locked (401).",
            where=where,
        )
    if isinstance(error, av.error.HTTPNotFoundError):
        return SourceError(
            "摄像机没有这个流路径(404);请检查通道号。",
            "the camera has no such stream (404); check the path and channel.",
            where=where,
        )
    if late or isinstance(error, TimeoutError | av.error.ExitError):
        return SourceError(
            "摄像机在时限内没有应答。", "the camera did not answer in time.", where=where
        )
    if isinstance(error, ConnectionRefusedError):
        return SourceError(
            "连接被拒绝;请检查地址和端口。",
            "the connection was refused; check address and port.",
            where=where,
        )
    if isinstance(error, av.error.InvalidDataError):
        return SourceError(
            "对方的应答不是 RTSP;请检查端口。",
            "what answers there does not speak RTSP; check the port.",
            where=where,
        )
    return SourceError(
        f"无法打开视频流({type(error).__name__})。请检查网络和地址。",
        f"the stream cannot be opened ({type(error).__name__}). Check network and address.",
        where=where,
    )
