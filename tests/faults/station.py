"""A station of faults: one hall whose truth is known, and the watch of it as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import psutil

from models.domain.errors import StorageError
from models.domain.presence import Reason
from models.domain.spans import Span
from models.storage.record import Record, open_existing_record
from models.storage.verification import verify_record
from tests.faults.hall import (
    LEFT,
    PLACES,
    SPEED,
    START,
    HallClock,
    hall_camera,
    settings_of,
    staffed_within,
)
from tests.groups import ROOT

FULL: Final = os.environ.get("FAULT_SPEED") == "real"
RECOVERS_WITHIN_S: Final = 60.0 if FULL else 180.0
"""A minute is allowed; beside other tests a mere start may take as long."""
KEPT_UP: Final = """
import sys
from api.supervise import Supervisor, Task
sys.exit(Supervisor([Task("watch", sys.argv[1:])]).run())
"""


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
        self.wait_until(lambda: len(self.said("watching")) > before, 180, "it watches")

    def watcher(self) -> psutil.Process:
        """The process that watches, of one that is kept up."""
        assert self.process is not None
        found: list[psutil.Process] = []

        def there() -> bool:
            assert self.process is not None
            found[:] = psutil.Process(self.process.pid).children()
            return bool(found)

        self.wait_until(there, 30, "there is a process that watches")
        return found[0]

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
            if row.window_id == LEFT or staffed_within(
                row.window_id, row.started_at, row.until_at_least
            ):
                found.append(f"FALSE {row.key}: {row.started_at} to {row.until_at_least}")
        for window in PLACES:
            of_window = [one for one in spans if one.window_id == window]
            for before, after in pairwise(of_window):
                if before.end != after.start:
                    found.append(f"span of {window} ends {before.end}, next begins {after.start}")
        return found


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
        file.write_text(json.dumps(settings_of(address, data, anchor), ensure_ascii=False), "utf-8")
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
