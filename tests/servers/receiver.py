"""A small HTTP server that keeps what is posted to it, and answers as a test wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A running server.

    Attributes:
        status: What it answers.
        slow_s: How long it waits before.
        dribble: Send the answer's body byte by byte for ever.
    """

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    status: int = 200
    location: str = ""
    slow_s: float = 0.0
    dribble: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def wait(self, count: int = 1, seconds: float = 60.0) -> list[Posted]:
        """Wait until so many came."""
        until(lambda: len(self.posted) >= count, seconds, f"{count} posts, got {len(self.posted)}")
        return self.posted


def until(told: Callable[[], bool], seconds: float = 60.0, what: str = "it") -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Serve on a free port of this machine until the block ends."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.posted.append(Posted(self.path, headers, body))
            kept.released.wait(kept.slow_s)
            self.send_response(kept.status)
            if kept.location:
                self.send_header("location", kept.location)
            self.send_header("content-length", "1000000" if kept.dribble else "2")
            self.end_headers()
            try:
                while kept.dribble and not kept.released.wait(0.05):
                    self.wfile.write(b"x")
                if not kept.dribble:
                    self.wfile.write(b"ok")
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
