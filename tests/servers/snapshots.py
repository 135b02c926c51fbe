"""HTTP cameras whose answers are wrong on demand, each in its own way, on one port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Final


class Wrong(StrEnum):
    """What is wrong with a camera's answers."""

    NOTHING = "nothing"
    ENDLESS_HEADERS = "endless_headers"
    WRONG_TYPE = "wrong_type"
    TRUNCATED = "truncated"
    OTHER_SIZE = "other_size"
    GONE = "gone"
    """It breaks off every connection without a word."""


LINE_S: Final = 0.02
SPELL_S: Final = 90.0
"""An endless answer ends with its reader, and after this at the latest."""


class Cameras:
    """All of them; `/NAME.jpg` is the picture of camera NAME.

    Args:
        pictures: JPEGs that are shown in turn.
        others: The same, of another shape.
    """

    def __init__(self, pictures: Sequence[bytes], others: Sequence[bytes]) -> None:
        self.wrong: dict[str, Wrong] = {}
        self.port = 0
        self._pictures = pictures
        self._others = others
        self._numbers: dict[str, Iterator[int]] = {}

    def of(self, name: str) -> tuple[Wrong, bytes]:
        """What is wrong with a camera just now, and its next picture."""
        wrong = self.wrong.get(name, Wrong.NOTHING)
        shown = self._others if wrong is Wrong.OTHER_SIZE else self._pictures
        number = next(self._numbers.setdefault(name, count()))
        return wrong, shown[number % len(shown)]

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}.jpg"


@contextmanager
def cameras(pictures: Sequence[bytes], others: Sequence[bytes]) -> Iterator[Cameras]:
    """Running cameras for the length of a `with`."""
    them = Cameras(pictures, others)

    class Handler(_Handler):
        of = staticmethod(them.of)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    them.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield them
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of: Callable[[str], tuple[Wrong, bytes]]

    def do_GET(self) -> None:
        wrong, picture = self.of(self.path.strip("/").removesuffix(".jpg"))
        self.close_connection = wrong is not Wrong.NOTHING
        if wrong is Wrong.GONE:
            return
        if wrong is Wrong.ENDLESS_HEADERS:
            self._endless()
            return
        kind = "text/html; charset=gbk" if wrong is Wrong.WRONG_TYPE else "image/jpeg"
        body = picture[: len(picture) * 2 // 3] if wrong is Wrong.TRUNCATED else picture
        self.send_response_only(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n")
        until = time.monotonic() + SPELL_S
        while time.monotonic() < until:
            self.wfile.write(b"X-Padding: %s\r\n" % (b"y" * 500))
            time.sleep(LINE_S)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nothing: the test's own output is enough."""

    def handle(self) -> None:
        with suppress(OSError):  # the reader hung up, which is what it should do
            super().handle()
