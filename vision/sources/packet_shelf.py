"""Undecoded packets of one stream: the newest picture's, bounded, shared by two threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import av
from av.video.stream import VideoStream

from models.domain.errors import SourceError

MAX_CHAIN_BYTES = 8_000_000
FRESH_S = 0.5
"""A keyframe that came so long ago, in real seconds, is taken at once."""
WORTH_S = 2.0
"""A keyframe that is older gives way to the next one, where that is due within so long."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One packet.

    Attributes:
        packet: Still encoded.
        at: When it came, by our clock.
        camera_time: When it was taken by the camera's clock (RTCP), None where unknown.
    """

    packet: av.Packet[VideoStream]
    at: datetime
    camera_time: datetime | None


class PacketShelf:
    """Holds what it takes to decode the newest picture, and nothing more.

    That is the newest keyframe, and, while `keep_chain` asks for it, every packet since the
    last decoded one or the newest keyframe, at most `MAX_CHAIN_BYTES`.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._keyframe: Arrived | None = None
        self._came_s = 0.0
        self._chain: list[Arrived] = []
        self._chain_bytes = 0
        self._chain_whole = False
        self._keyframe_s: float | None = None
        self._failure: SourceError | None = None
        self.keep_chain = True
        self.gop_s: float | None = None

    def wants(self, keyframe: bool) -> bool:
        """Whether a packet is to be put here; asked for each, so it takes no lock."""
        return keyframe or self.keep_chain or bool(self._chain)

    def put(self, arrived: Arrived) -> None:
        """Called by the draining thread for each packet."""
        with self._changed:
            if arrived.packet.is_keyframe:
                self._note_interval(arrived.packet)
                self._keyframe, self._came_s = arrived, time.monotonic()
                self._start_chain()
            if self.keep_chain and self._chain_whole:
                self._chain.append(arrived)
                self._chain_bytes += arrived.packet.size
                if self._chain_bytes > MAX_CHAIN_BYTES:
                    self._drop_chain()
            else:
                self._drop_chain()
            self._changed.notify_all()

    def fail(self, failure: SourceError) -> None:
        """Called by the draining thread when it ends; the first failure stays."""
        with self._changed:
            self._failure = self._failure or failure
            self._changed.notify_all()

    def take_keyframe(self, timeout_s: float) -> Arrived | None:
        """The newest keyframe not yet taken; None where none comes in time (real seconds).

        What is decided must not be old: a keyframe that has lain here gives way to the next one
        where that is near.

        Raises:
            SourceError: the stream failed, whatever still lies here.
        """
        with self._changed:
            self._wait(lambda: self._keyframe is not None, timeout_s)
            self._await_fresher(timeout_s)
            taken, self._keyframe = self._keyframe, None
            return taken

    def take_chain(self, timeout_s: float) -> list[Arrived]:
        """All packets since the last taken or the newest keyframe; empty where none comes.

        Raises:
            SourceError: the stream failed.
        """
        with self._changed:
            self._wait(lambda: bool(self._chain), timeout_s)
            taken, self._chain, self._chain_bytes = self._chain, [], 0
            if taken:
                self._keyframe = None
            return taken

    def _wait(self, ready: Callable[[], bool], timeout_s: float) -> None:
        self._changed.wait_for(lambda: self._failure is not None or ready(), timeout_s)
        if self._failure is not None:
            raise self._failure

    def _await_fresher(self, timeout_s: float) -> None:
        before, age = self._keyframe, time.monotonic() - self._came_s
        if before is None or self.gop_s is None or age <= FRESH_S:
            return
        due_s = self.gop_s - age
        if due_s <= WORTH_S:
            late_s = max(0.0, due_s) + FRESH_S
            self._wait(lambda: self._keyframe is not before, min(timeout_s, late_s))

    def _note_interval(self, packet: av.Packet[VideoStream]) -> None:
        """Seconds between keyframes, by the stream's own times: arrivals come in bursts."""
        if packet.pts is None or packet.time_base is None:
            return
        now = float(packet.pts * packet.time_base)
        if self._keyframe_s is not None and now > self._keyframe_s:
            seen = now - self._keyframe_s
            self.gop_s = seen if self.gop_s is None else max(seen, 0.8 * self.gop_s)
        self._keyframe_s = now

    def _start_chain(self) -> None:
        self._chain, self._chain_bytes, self._chain_whole = [], 0, True

    def _drop_chain(self) -> None:
        self._chain, self._chain_bytes, self._chain_whole = [], 0, False
