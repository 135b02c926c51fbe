"""Starts GStreamer's RTSP server as a process of its own and always stops it."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCRIPT = Path(__file__).with_name("gst_rtsp.py")


class RtspServer:
    """A running server; `stop` kills it as a power cut would."""

    def __init__(self, *arguments: str, port: int = 0) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own script, the system's Python
            ["/usr/bin/python3", str(_SCRIPT), "--port", str(port), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        watchdog = threading.Timer(20, self._process.kill)
        watchdog.start()
        try:
            assert self._process.stdout is not None
            word, _, given = self._process.stdout.readline().partition(" ")
        finally:
            watchdog.cancel()
        assert word == "ready", "GStreamer's RTSP server did not start"
        self.port = int(given)

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
def rtsp_server(*arguments: str, port: int = 0) -> Iterator[RtspServer]:
    """A server for the length of a `with`."""
    server = RtspServer(*arguments, port=port)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def tcp_server(answer: bytes | None) -> Iterator[int]:
    """A port that accepts everybody and says `answer`, or nothing at all (half-open)."""
    listening = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            held.append(peer)
            if answer is not None:
                peer.sendall(answer)

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
