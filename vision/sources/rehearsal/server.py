"""The picture server: every rehearsal camera as a real HTTP snapshot address on 127.0.0.1."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from models.domain.ports import Clock
from vision.sources.rehearsal.crew import Crew, second_of
from vision.sources.rehearsal.logins import Login, manner_of

PATH: Final = "/cameras/{camera}/snapshot.jpg"
IDLE_S: Final = 600.0


def path_of(camera_id: str) -> str:
    """Where a camera's snapshot is."""
    return PATH.format(camera=camera_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer of a camera."""

    status: int
    body: bytes
    kind: str
    headers: Mapping[str, str] = field(default_factory=dict)


class PictureServer(ThreadingHTTPServer):
    """Serves a crew's pictures on 127.0.0.1."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, crew: Crew, clock: Clock, login: Login, port: int = 0) -> None:
        self.crew = crew
        self.clock = clock
        self.login = login
        super().__init__(("127.0.0.1", port), _Handler)

    def answer_for(self, camera_id: str, path: str, given: str) -> Answer | None:
        """What a camera answers now; None when it is cut and the line goes dead.

        Args:
            camera_id: The camera.
            path: The request's target, as Digest signs it.
            given: Its `Authorization` header, empty where it has none.
        """
        if not self.crew.knows(camera_id):
            return Answer(404, b"no such camera\n", "text/plain")
        second = second_of(self.clock.now())
        if self.crew.is_cut(camera_id, second):
            return None
        moment = self.crew.clock(camera_id, second).astimezone(UTC)
        headers = {"Date": format_datetime(moment, usegmt=True)}
        manner = manner_of(camera_id)
        if not self.login.admits(manner, given, "GET", path):
            headers["WWW-Authenticate"] = self.login.challenge(manner)
            return Answer(401, b"", "text/plain", headers)
        return Answer(200, self.crew.jpeg(camera_id, second), "image/jpeg", headers)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    """One connection of one camera; kept open between pictures."""

    server: PictureServer
    protocol_version = "HTTP/1.1"
    server_version = "rehearsal"
    sys_version = ""
    timeout = IDLE_S

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        """A snapshot, or whatever else a camera would answer."""
        camera = _camera_in(self.path)
        given = self.headers.get("Authorization", "")
        answer = self.server.answer_for(camera, self.path, given)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        """Say nothing: cameras keep no log."""


def _camera_in(path: str) -> str:
    before, _, after = PATH.partition("{camera}")
    bare = path.partition("?")[0]
    known = bare.startswith(before) and bare.endswith(after)
    return bare[len(before) : -len(after)] if known else ""
