"""A little camera: an HTTP server whose picture of an empty, noisy room changes every time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

from vision.frame import Image

Now = Callable[[], datetime]


def empty_room(seed: int, width: int = 640, height: int = 360) -> Image:
    """A room with texture and nobody in it; the noise of `seed` differs from any other's."""
    shapes = np.random.default_rng(7)
    room = np.full((height, width, 3), (150, 160, 165), np.uint8)
    for _ in range(60):
        x, y = int(shapes.integers(0, width - 60)), int(shapes.integers(0, height - 60))
        w, h = int(shapes.integers(8, 60)), int(shapes.integers(8, 60))
        tint = tuple(int(v) for v in shapes.integers(60, 220, 3))
        cv2.rectangle(room, (x, y), (x + w, y + h), tint, -1)
    noise = np.random.default_rng(seed).normal(0, 4, room.shape)
    return np.clip(room + noise, 0, 255).astype(np.uint8)


@contextmanager
def serving(
    now: Now, picture: Callable[[int, datetime], Image] = lambda number, _: empty_room(number)
) -> Iterator[str]:
    """The address of a running camera.

    Args:
        now: Its clock.
        picture: What it shows, by the number of the request and the moment.
    """
    count = threading.Lock()
    served = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with count:
                served[0] += 1
                number = served[0]
            at = now()
            body = cv2.imencode(".jpg", picture(number, at))[1].tobytes()
            self.send_response_only(200)
            self.send_header("Date", format_datetime(at.astimezone(UTC), usegmt=True))
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the test's own output is enough."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # the watch was killed in the middle

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/snapshot.jpg"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
