"""The line between a watch and a camera: a TCP proxy whose faults are switched on and off.

It drains the camera whatever it does with what comes: a camera that serves others too is never
held up by it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final

Passing = Callable[[bytes], bytes]
"""What is left of the bytes that a camera sent; one such for each connection."""

MakePassing = Callable[[Callable[[], bool]], Passing]
"""Makes one; it is given what tells whether the line is LOSSY just now."""

GULP: Final = 65536
LOOK_S: Final = 0.1


class Fault(StrEnum):
    """What is wrong with a line."""

    NONE = "none"
    CUT = "cut"
    """Connections break off and new ones are refused."""
    HALF_OPEN = "half_open"
    """Old connections break off; new ones are accepted, and nothing is ever answered."""
    SILENT = "silent"
    """Nothing more comes over any connection, and none is closed."""
    TRICKLE = "trickle"
    """One byte a second."""
    FLAPPING = "flapping"
    """Connections break off for `DOWN_S`, new ones at once; well for `UP_S`, and again."""
    LOSSY = "lossy"
    """Only what `passing` leaves comes through."""


UP_S: Final = 1.0
DOWN_S: Final = 3.0


class Line:
    """A port that leads to another one.

    Args:
        port: Of the camera, on this machine.
        passing: For LOSSY: makes what sifts a connection's bytes. It sees all of them from
            the connection's start; what it takes away is missing only under that fault.
    """

    def __init__(self, port: int, passing: MakePassing | None = None) -> None:
        self._to = port
        self._passing = passing
        self._fault = Fault.NONE
        self._since = time.monotonic()
        self._pairs: set[tuple[socket.socket, socket.socket | None]] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.port = 0
        self._listen()
        threading.Thread(target=self._flap, daemon=True).start()

    def set(self, fault: Fault) -> None:
        """From now on the line has this fault, `NONE` to mend it.

        Connections that fell silent stay so, as where a router forgot them.
        """
        was, self._fault, self._since = self._fault, fault, time.monotonic()
        if fault is Fault.CUT:
            self._deafen()
        elif was is Fault.CUT:
            self._listen()
        if fault in (Fault.CUT, Fault.HALF_OPEN, Fault.FLAPPING):
            self._hang_up()

    def close(self) -> None:
        self._closed.set()
        self._deafen()
        self._hang_up()

    def _listen(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _deafen(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _down(self) -> bool:
        """Whether a line that flaps is down just now."""
        into = (time.monotonic() - self._since) % (UP_S + DOWN_S)
        return self._fault is Fault.FLAPPING and into < DOWN_S

    def _flap(self) -> None:
        """A line that flaps breaks what had come about while it was well."""
        while not self._closed.wait(LOOK_S):
            if self._down():
                self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for one in pair:
                _cut(one)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            if self._down():
                _cut(peer)
                continue
            if self._fault is Fault.HALF_OPEN:
                with self._lock:
                    self._pairs.add((peer, None))
                continue
            threading.Thread(target=self._join, args=(peer,), daemon=True).start()

    def _join(self, peer: socket.socket) -> None:
        try:
            camera = socket.create_connection(("127.0.0.1", self._to), 5)
        except OSError:
            _cut(peer)
            return
        camera.settimeout(None)
        with self._lock:
            self._pairs.add((peer, camera))
        threading.Thread(target=self._asked, args=(peer, camera), daemon=True).start()
        self._answered(peer, camera)

    def _asked(self, peer: socket.socket, camera: socket.socket) -> None:
        with suppress(OSError):
            while piece := peer.recv(GULP):
                if self._fault is not Fault.SILENT:
                    camera.sendall(piece)
        _cut(camera)

    def _answered(self, peer: socket.socket, camera: socket.socket) -> None:
        passing = self._passing(lambda: self._fault is Fault.LOSSY) if self._passing else None
        waiting, sent_at, silent = b"", 0.0, False
        camera.settimeout(LOOK_S)
        with suppress(OSError):
            while (piece := _received(camera)) != b"":
                if piece and passing is not None:
                    piece = passing(piece)
                waiting += piece or b""
                silent = silent or self._fault is Fault.SILENT
                if silent:
                    waiting = b""
                elif self._fault is not Fault.TRICKLE:
                    peer.sendall(waiting)
                    waiting = b""
                elif time.monotonic() - sent_at >= 1.0:
                    peer.sendall(waiting[:1])
                    waiting, sent_at = waiting[1:], time.monotonic()
        _cut(peer)


def _received(camera: socket.socket) -> bytes | None:
    """What came, None where nothing did, empty where nothing more will."""
    try:
        return camera.recv(GULP)
    except TimeoutError:
        return None


def _cut(one: socket.socket | None) -> None:
    """As a line that breaks: a reset, no goodbye."""
    if one is not None:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
