"""Starts GStreamer's RTSP server as a process of its own and always stops it."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

_SCRIPT = Path(__file__).with_name("gst_rtsp.py")


class RtspServer:
    """A running server; `stop` kills it as a power cut would."""

    def __init__(self, *arguments: str, port: int = 0, script: Path = _SCRIPT) -> None:
        given = ["--port", str(port), *arguments] if script == _SCRIPT else arguments
        self._process = subprocess.Popen(  # noqa: S603 - our own script, the system's Python
            ["/usr/bin/python3", str(script), *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        watchdog = threading.Timer(20, self._process.kill)
        watchdog.start()
        try:
            assert self._process.stdout is not None
            word, _, bound = self._process.stdout.readline().partition(" ")
        finally:
            watchdog.cancel()
        assert word == "ready", "GStreamer's RTSP server did not start"
        self.port = int(bound)

    def address(self, login: str = "", path: str = "/camera") -> str:
        """Its address, with `user:password@` where given."""
        return f"rtsp://{login}127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def rooms(*folders: Path) -> Iterator[RtspServer]:
    """A server that shows folders of pictures, each as a camera `/NAME`."""
    server = RtspServer(*map(str, folders), script=_SCRIPT.with_name("gst_rooms.py"))
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def rtsp_server(*arguments: str, port: int = 0) -> Iterator[RtspServer]:
    """A server for the length of a `with`."""
    server = RtspServer(*arguments, port=port)
    try:
        yield server
    finally:
        server.stop()


def tcp_server(answer: bytes | None) -> AbstractContextManager[int]:
    """A port that accepts everybody and says `answer`, or nothing at all (half-open)."""
    return _listening(lambda peer: None if answer is None else peer.sendall(answer))


def describing(*media: str, title: bytes = b"camera") -> AbstractContextManager[int]:
    """A camera that describes itself, agrees to everything and never sends a picture.

    Args:
        media: SDP lines of its streams.
        title: What it calls itself.
    """
    lines = [b"v=0", b"o=- 0 0 IN IP4 127.0.0.1", b"s=" + title, b"t=0 0"]
    sdp = b"\r\n".join([*lines, *(line.encode() for line in media), b""])

    def converse(peer: socket.socket) -> None:
        asked = b""
        while piece := peer.recv(4096):
            asked += piece
            while b"\r\n\r\n" in asked:
                head, _, asked = asked.partition(b"\r\n\r\n")
                peer.sendall(_agreement(head.decode(), sdp))

    return _listening(converse)


def _agreement(request: str, sdp: bytes) -> bytes:
    number = re.search(r"CSeq: (\d+)", request)
    assert number is not None
    head, body = [f"CSeq: {number[1]}", "Session: 1", "Public: DESCRIBE, SETUP, PLAY"], b""
    if request.startswith("DESCRIBE"):
        body = sdp
        head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
    if request.startswith("SETUP"):
        head.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    return "\r\n".join(["RTSP/1.0 200 OK", *head, "", ""]).encode() + body


@contextmanager
def _listening(converse: Callable[[socket.socket], None]) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            held.append(peer)
            with suppress(OSError):
                converse(peer)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for peer in held:
            peer.close()
        thread.join(5)
