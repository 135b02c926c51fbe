"""The thread that empties a stream onto a shelf, in bursts."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from models.domain.errors import SourceError
from models.domain.ports import Clock
from vision.sources.beat import Beat
from vision.sources.packet_shelf import Arrived, PacketShelf

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REST_S: Final = 0.2
"""Real seconds of rest after the newest packet was read. A stream comes in hundreds of small
pieces a second, and waking for each costs more than all else; what comes meanwhile waits in the
system's buffer, so a packet is stamped at most this much late."""


class Drain:
    """Reads one stream to its end, and owns the container.

    Args:
        container: The open stream; closed when the thread ends.
        stream: Its video.
        shelf: Where packets go, and the failure that ended it.
        clock: Stamps packets as they are read.
        where: What to name in errors: a redacted address.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        shelf: PacketShelf,
        clock: Clock,
        where: str,
    ) -> None:
        self.shelf = shelf
        self._container = container
        self._stream = stream
        self._clock = clock
        self._where = where
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, name: str) -> None:
        """Begin, in a thread of that name."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self, patience_s: float) -> None:
        """End the thread; it releases the container even where it outlasts `patience_s`."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience_s)

    def _run(self) -> None:
        try:
            self._empty()
        except (av.FFmpegError, OSError):
            pass  # said below, without FFmpeg's text
        finally:
            self._container.close()
            self.shelf.fail(
                SourceError("视频流中断。", "the stream was cut or went silent.", where=self._where)
            )

    def _empty(self) -> None:
        beat, tick = Beat(), float(self._stream.time_base or 0)
        for packet in self._container.demux(self._stream):
            if self._stop.is_set():
                return
            if packet.size and not packet.is_corrupt and self.shelf.wants(packet.is_keyframe):
                self.shelf.put(Arrived(packet, self._clock.now(), _camera_time(packet)))
            if packet.dts is not None and beat.may_rest(packet.dts * tick, time.monotonic()):
                self._stop.wait(REST_S)


def _camera_time(packet: av.Packet[VideoStream]) -> datetime | None:
    """When the camera says it took this, from its RTCP reports."""
    if not packet.has_sidedata("prft"):
        return None
    data = bytes(packet.get_sidedata("prft"))
    microseconds = int.from_bytes(data[:8], "little", signed=True)
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
