"""A station of faults: one hall whose truth is known, and the watch of it as a real process.

Three windows: the left one is always staffed, the right one never, the middle one by turns.
A minute lasts two real seconds and a session four minutes, so that there is always another
absence to be registered.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import cv2
import psutil

from api.clock import SimulatedClock
from models.domain.errors import StorageError
from models.domain.presence import Reason
from models.domain.spans import Span
from models.storage.record import Record, open_existing_record
from models.storage.verification import verify_record
from tests.groups import ROOT
from tests.servers.pictures import empty_room
from vision.frame import Image

START: Final = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai, a workday."""
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
SPEED: Final = 30.0
SESSION: Final = timedelta(minutes=4)
EVERY: Final = timedelta(minutes=5)
SESSIONS: Final = 60
TURN: Final = timedelta(minutes=3)
"""So long the middle window is staffed, and then as long empty."""
SAMPLE_S: Final = 10.0
NEAR: Final = timedelta(seconds=30)
"""A picture may be so much older than the moment that it was asked for, on a loaded machine."""
LEFT, MIDDLE, RIGHT = "left", "middle", "right"
RECOVERS_WITHIN_S: Final = 60.0
KEPT_UP: Final = """
import sys
from api.supervise import Supervisor, Task
sys.exit(Supervisor([Task("watch", sys.argv[1:])]).run())
"""


class HallClock(SimulatedClock):
    """The time in the hall, which can be set."""

    _on = timedelta()

    def set_on(self, seconds: float) -> None:
        self._on += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._on


def staffed(window: str, at: datetime) -> bool:
    """The truth."""
    return window == LEFT or (window == MIDDLE and (at - START) // TURN % 2 == 0)


def _zone(left: float) -> list[list[float]]:
    return [[left, 0.2], [left + 0.25, 0.2], [left + 0.25, 0.85], [left, 0.85]]


PLACES: Final = {LEFT: 0.05, MIDDLE: 0.37, RIGHT: 0.69}


def _picture(number: int, at: datetime) -> Image:
    room = empty_room(number)
    for window, left in PLACES.items():
        if staffed(window, at):
            x, shift = round((left + 0.06) * 640), number % 3
            cv2.rectangle(room, (x + shift, 110), (x + 70 + shift, 280), (20, 20, 230), -1)
    return room


@contextmanager
def hall_camera(clock: SimulatedClock) -> Iterator[str]:
    """The hall's camera over HTTP; its address."""
    count = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            count[0] += 1
            now = clock.now()
            body = cv2.imencode(".jpg", _picture(count[0], now))[1].tobytes()
            self.send_response_only(200)
            self.send_header("Date", format_datetime(now.astimezone(UTC), usegmt=True))
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hall.jpg"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _settings(address: str, data: Path, anchored_at: float) -> dict[str, object]:
    opens = [START.astimezone(SHANGHAI) + n * EVERY for n in range(SESSIONS)]
    sessions = [f"{one:%H:%M}-{one + SESSION:%H:%M}" for one in opens]
    views = {name: [{"camera": "cam", "polygon": _zone(left)}] for name, left in PLACES.items()}
    return {
        "data_dir": str(data),
        "shelf_dir": "shelf",
        "sampling": {"period_s": SAMPLE_S, "slowest_period_s": 60},
        "clock": {
            "kind": "simulated",
            "start": START.isoformat(),
            "speed": SPEED,
            "anchored_at": anchored_at,
        },
        "duty": {"alert": {"minutes": 0.5}, "off_post": {"minutes": 1}},
        "watch": {"workers": 1},
        "log": {"format": "json"},
        "halls": {"h1": {"name": "大厅", "hours": [{"sessions": sessions}]}},
        "cameras": {"cam": {"hall": "h1", "name": "一号机", "source": address}},
        "windows": {
            name: {"hall": "h1", "name": name, "unit": "户籍", "views": view}
            for name, view in views.items()
        },
        "roster": {"shifts": "shifts.csv"},
    }


@dataclass
class Station:
    """Its watch, its record, and what is held after every fault."""

    folder: Path
    data: Path
    clock: HallClock
    file: Path
    url: str = ""
    busy_s: float = 2.0
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)
    clock_file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "watch.log"
        self.clock_file = self.folder / "clock-set-by"

    def start(self, *, kept_up: bool = False) -> None:
        """Start the watch and wait until it watches.

        Args:
            kept_up: Under the supervisor of `onpost up`, which starts it again when it ends.
        """
        before = len(self.said("watching"))
        environment = dict(os.environ)
        if self.url:
            environment["ONPOST_DATABASE"] = self.url
        watch = [
            *(sys.executable, "-m", "tests.faults.painted_watch", str(self.file)),
            *(str(self.busy_s), str(self.clock_file)),
        ]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-c", KEPT_UP, *watch] if kept_up else watch,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                env=environment,
            )
        self.wait_until(lambda: len(self.said("watching")) > before, 60, "it watches")

    def watcher(self) -> psutil.Process:
        """The process that watches, of one that is kept up."""
        assert self.process is not None
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def set_clock(self, by_s: float) -> None:
        """Set the machine's clock, as the watch sees it, by real seconds."""
        self.clock_file.write_text(str(by_s))

    def clock_is_on(self, by_s: float) -> None:
        """From here on that is the right time, for the cameras too."""
        self.clock.set_on(by_s * SPEED)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0, self.tail()
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            self.process = None

    def pause(self) -> None:
        """Nothing of it runs on from here, and nothing is told any more."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def lines(self) -> list[dict[str, object]]:
        text = self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""
        return [json.loads(one) for one in text.splitlines() if one[:1] == "{" and one[-1:] == "}"]

    def said_in(self, words: str) -> bool:
        """Whether a line of any program holds the words."""
        return words in self.log.read_text("utf-8", errors="replace")

    def unknown_since(self, lines: int) -> bool:
        """Whether every window is UNKNOWN in the record, after so many lines of log."""
        running = [self._running(one) for one in PLACES]
        return len(self.lines()) > lines and all(
            one is not None and one.reason is Reason.WRONG_CLOCK for one in running
        )

    def said(self, event: str) -> list[dict[str, object]]:
        return [one for one in self.lines() if one.get("event") == event]

    def tail(self) -> str:
        return self.log.read_text("utf-8", errors="replace")[-3000:]

    def registered(self) -> set[str]:
        """What the watch has said to be registered."""
        return {str(one["key"]) for one in self.said("finding")}

    def opened(self) -> Record:
        return open_existing_record(self.data, self.url)

    def wait_until(self, true: Callable[[], object], within_s: float, what: str) -> float:
        """Poll; how long it took, in real seconds."""
        began = time.monotonic()
        while not true():
            waited = time.monotonic() - began
            assert waited < within_s, f"not within {within_s} s: {what}\n{self.tail()}"
            time.sleep(0.1)
        return time.monotonic() - began

    def reason(self, *words: str, since: int, within_s: float = 30.0) -> str:
        """The line that says why, in both languages: after `since` lines, with all the words."""
        found: list[str] = []

        def told() -> bool:
            found[:] = [
                text
                for one in self.lines()[since:]
                if all(word in (text := str(one.get("error") or one.get("what"))) for word in words)
            ]
            return bool(found)

        self.wait_until(told, within_s, f"a reason with {words}")
        return found[0]

    def recovers(self, since: datetime) -> float:
        """Real seconds until the record holds a sighting from after `since`."""

        def seen() -> bool:
            span = self._running(LEFT)
            return bool(span and span.proven_until and span.proven_until > since)

        return self.wait_until(seen, RECOVERS_WITHIN_S, "the record goes on")

    def registers_more(self, within_s: float = 40.0) -> None:
        """Wait for another finding: what happens after a fault is registered as before it."""
        before = self.registered()
        self.wait_until(lambda: self.registered() - before, within_s, "another finding")

    def _running(self, window: str) -> Span | None:
        try:
            record = self.opened()
        except StorageError:
            return None
        try:
            with record.make_uow(read_only=True) as uow:
                return uow.spans.running().get(window)
        except StorageError:
            return None
        finally:
            record.close()

    def wrong(self) -> list[str]:
        """Everything that does not hold; nobody is accused falsely, nothing lost, nothing twice."""
        told = self.registered()
        record = self.opened()
        try:
            with record.make_uow(read_only=True) as uow:
                rows = list(uow.findings.list(limit=1000))
                entries = uow.register.find(limit=10**6)
                spans = uow.spans.between(None, START, START + timedelta(days=1))
            verdict = verify_record(record)
        finally:
            record.close()
        found = [str(one) for one in verdict.faults]
        found += [f"lost: {key}" for key in sorted(told - {row.key for row in rows})]
        keys = Counter(one.key for one in entries if one.key)
        found += [f"key {key} {count} times" for key, count in keys.items() if count > 1]
        opened = Counter(str(e.payload["finding"]) for e in entries if e.kind == "finding_opened")
        found += [f"{key} opened {count} times" for key, count in opened.items() if count > 1]
        for row in rows:
            if row.window_id == LEFT or _staffed_within(
                row.window_id, row.started_at, row.until_at_least
            ):
                found.append(f"FALSE {row.key}: {row.started_at} to {row.until_at_least}")
        for window in PLACES:
            of_window = [one for one in spans if one.window_id == window]
            for before, after in pairwise(of_window):
                if before.end != after.start:
                    found.append(f"span of {window} ends {before.end}, next begins {after.start}")
        return found


def _staffed_within(window: str, start: datetime, end: datetime) -> bool:
    at = start + NEAR
    while at < end - NEAR:
        if staffed(window, at):
            return True
        at += timedelta(seconds=5)
    return False


@contextmanager
def station(
    folder: Path, data: Path | None = None, url: str = "", *, busy_s: float = 2.0
) -> Iterator[Station]:
    """A station that is not running yet; its watch is killed at the end."""
    anchor = time.time()
    clock = HallClock(START, SPEED, anchor)
    data = data or folder / "data"
    with hall_camera(clock) as address:
        file = folder / "onpost.yaml"
        file.write_text(json.dumps(_settings(address, data, anchor), ensure_ascii=False), "utf-8")
        day = "2026-11-23"
        rows = [f"{day},{name},甲{n},08:40,13:40" for n, name in enumerate(PLACES)]
        (folder / "shifts.csv").write_text(
            "\n".join(["date,window,person,start,end", *rows]) + "\n", "utf-8"
        )
        made = Station(folder, data, clock, file, url, busy_s)
        try:
            yield made
        finally:
            made.kill()
