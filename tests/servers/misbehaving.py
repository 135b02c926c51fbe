"""An HTTP camera that answers exactly what it is told to, byte for byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket], None]
"""Writes to a peer whose request has been read; the connection is closed after it."""


def http(body: bytes, status: str = "200 OK", **headers: str) -> Answer:
    """A plain answer; `headers` with underscores for dashes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return lambda peer: peer.sendall(head + body)


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """The address of a camera that gives `answer` to every request."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            peer.settimeout(10)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = peer.recv(4096)
                if not piece:
                    return
                request += piece
            answer(peer)

    def accept() -> None:
        while not stop.is_set():
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(peer,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/snapshot.jpg"
    finally:
        stop.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
