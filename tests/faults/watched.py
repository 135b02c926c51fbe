"""A real `onpost watch` over many cameras, each with a staffed window and an empty one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from api.clock import SimulatedClock
from api.settings import load_settings
from api.tasks import onpost_argv
from models.domain.presence import State
from models.domain.records import FindingRecord
from models.domain.spans import Span
from models.storage.record import Record, open_existing_record
from models.storage.verification import verify_record
from tests.groups import ROOT
from tests.servers.staffed_room import EMPTY_ZONE, STAFFED_ZONE

START: Final = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai, a workday, in the session."""
STAFFED, EMPTY = "staffed", "empty"
KNOWN: Final = {STAFFED: State.PRESENT, EMPTY: State.ABSENT}


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly a drill's time goes, and what it takes for a finding.

    Attributes:
        speed: Seconds of the watch's clock in a real one.
        period_s: Between two samples.
        slowest_s: A window is UNKNOWN after twice as long without a sample.
        off_post_min: Minutes of absence that are a finding.
    """

    speed: float
    period_s: float
    slowest_s: float
    off_post_min: float

    @property
    def finding_s(self) -> float:
        """Real seconds of absence that are a finding."""
        return 60 * self.off_post_min / self.speed


SMALL: Final = Pace(speed=8.0, period_s=20.0, slowest_s=30.0, off_post_min=1.0)
"""What a quiet machine keeps up with."""
REAL: Final = Pace(speed=1.0, period_s=10.0, slowest_s=60.0, off_post_min=2.0)
"""The clock of the wall, and the periods that OnPost has by itself."""


def window(kind: str, camera: str) -> str:
    return f"{kind}-{camera}"


def written(folder: Path, sources: Mapping[str, str], pace: Pace, anchor: float) -> Path:
    """The settings file of an installation with these cameras."""
    zones = {STAFFED: STAFFED_ZONE, EMPTY: EMPTY_ZONE}
    windows = {
        window(kind, camera): {
            "hall": "h1",
            "name": window(kind, camera),
            "views": [{"camera": camera, "polygon": zone}],
        }
        for camera in sources
        for kind, zone in zones.items()
    }
    content = {
        "data_dir": "data",
        "shelf_dir": "shelf",
        "detector": {
            "engine": "onnxruntime",
            "weights": os.path.relpath(ROOT / "weights" / "yolov8n.onnx", folder),
            "threads": 1,
        },
        "sampling": {"period_s": pace.period_s, "slowest_period_s": pace.slowest_s},
        "duty": {
            "alert": {"minutes": pace.off_post_min / 2},
            "off_post": {"minutes": pace.off_post_min},
        },
        "clock": {
            "kind": "simulated",
            "start": START.isoformat(),
            "speed": pace.speed,
            "anchored_at": anchor,
        },
        "watch": {"workers": 1},
        "log": {"format": "json"},
        "halls": {"h1": {"name": "测试大厅"}},
        "cameras": {
            name: {"hall": "h1", "name": name, "source": source, "check_clock": False}
            for name, source in sources.items()
        },
        "windows": windows,
        "roster": {"shifts": "shifts.csv"},
    }
    file = folder / "onpost.yaml"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    rows = [f"2026-11-23,{name},甲{n},08:30,12:00" for n, name in enumerate(windows)]
    (folder / "shifts.csv").write_text(
        "\n".join(["date,window,person,start,end", *rows]) + "\n", encoding="utf-8"
    )
    return file


@dataclass
class Watch:
    """One watching process and its record.

    Attributes:
        name: Of its database, for the report.
        url: Empty for SQLite.
        cameras: That it watches.
    """

    name: str
    folder: Path
    url: str
    cameras: list[str]
    pace: Pace
    clock: SimulatedClock
    file: Path
    process: subprocess.Popen[bytes] | None = None
    _record: Record | None = field(default=None, repr=False)

    @classmethod
    def made(
        cls, name: str, folder: Path, url: str, sources: Mapping[str, str], pace: Pace
    ) -> Watch:
        folder.mkdir()
        anchor = time.time()
        file = written(folder, sources, pace, anchor)
        clock = SimulatedClock(START, pace.speed, anchor)
        return cls(name, folder, url, list(sources), pace, clock, file)

    @property
    def log(self) -> Path:
        return self.folder / "watch.log"

    def start(self) -> None:
        environment = dict(os.environ)
        if self.url:
            environment["ONPOST_DATABASE"] = self.url
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603  our own command
                onpost_argv("watch", "--settings", str(self.file)),
                stdout=subprocess.DEVNULL,
                stderr=out,
                cwd=ROOT,
                env=environment,
            )

    def stop(self) -> int:
        """Ask it to end; what it ends with."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        if self._record is not None:
            self._record.close()

    def events(self, name: str) -> list[dict[str, Any]]:
        """Lines of its log."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        rows = [json.loads(line) for line in lines if line.startswith("{")]
        return [row for row in rows if row.get("event") == name]

    def said_of(self, camera: str, since: int) -> list[str]:
        """What went wrong with a camera's link, in both languages, after so many of its lines."""
        rows = [row for row in self.events("camera_link") if row["camera"] == camera]
        return list(dict.fromkeys(str(row["what"]) for row in rows[since:] if row["what"]))

    def running(self) -> dict[str, Span]:
        """Every window's state as the record has it."""
        with self.record.make_uow(read_only=True) as uow:
            return uow.spans.running()

    def findings(self) -> list[FindingRecord]:
        with self.record.make_uow(read_only=True) as uow:
            return list(uow.findings.list(limit=10_000))

    def spans(self, of: str, since: datetime | None = None) -> list[Span]:
        with self.record.make_uow(read_only=True) as uow:
            return uow.spans.between(of, since or START, START + timedelta(days=1))

    @property
    def record(self) -> Record:
        """Opened when the watch has made it."""
        assert self.process is not None
        if self._record is None:
            settings = load_settings(self.file)
            deadline = time.monotonic() + 90
            while not self.events("watching"):
                assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
                assert time.monotonic() < deadline, "the watch does not begin"
                time.sleep(0.2)
            self._record = open_existing_record(
                settings.data_path, self.url or settings.database_url
            )
        return self._record

    def known(
        self, cameras: Iterable[str], since: datetime, kinds: Iterable[str] = tuple(KNOWN)
    ) -> set[str]:
        """Those cameras whose windows were told rightly by a picture after a moment."""
        running = self.running()
        return {
            camera
            for camera in cameras
            if all(_is_known(running, kind, camera, since) for kind in kinds)
        }

    def unable(self, cameras: Iterable[str]) -> set[str]:
        """Those cameras whose two windows are both UNKNOWN."""
        running = self.running()
        return {
            camera
            for camera in cameras
            if all(running[window(kind, camera)].state is State.UNKNOWN for kind in KNOWN)
        }

    def wrongs(self) -> list[str]:
        """What of the record does not hold, all cameras together."""
        findings = self.findings()
        with self.record.make_uow(read_only=True) as uow:
            opened = [one.payload["finding"] for one in uow.register.find(kind="finding_opened")]
        wrong = [str(one) for one in verify_record(self.record).faults]
        wrong += [str(one) for one in verify_record(self.record, audit=True).faults]
        wrong += [f"{key} opened {n} times" for key, n in Counter(opened).items() if n > 1]
        keys = {one.key for one in findings}
        told = {str(row["key"]) for row in self.events("finding")}
        wrong += [f"{key} was told and is not there" for key in sorted(told - keys)]
        return wrong + [f"{key} has no entry" for key in sorted(keys - set(opened))]

    def wrongs_of(self, camera: str) -> list[str]:
        """What of one camera's windows does not hold."""
        empty = window(EMPTY, camera)
        absences = [span for span in self.spans(empty) if span.state is State.ABSENT]
        found = sorted(
            (row.started_at, row.until_at_least)
            for row in self.findings()
            if row.window_id == empty
        )
        wrong = [
            f"{empty}: findings overlap at {second[0]}"
            for first, second in pairwise(found)
            if second[0] < first[1]
        ]
        for span in absences:
            proven = _proven(span)
            covering = [one for one in found if one[0] < proven[1] and proven[0] < one[1]]
            long = proven[1] - proven[0] >= timedelta(minutes=self.pace.off_post_min, seconds=90)
            if len(covering) > 1 or (long and not covering):
                wrong.append(f"{empty}: {len(covering)} findings of the absence {proven}")
        for one in found:
            if not any(_proven(s)[0] <= one[0] and one[0] <= _proven(s)[1] for s in absences):
                wrong.append(f"{empty}: a finding of {one} was no absence")
        for kind in KNOWN:
            spans = self.spans(window(kind, camera))
            wrong += [
                f"{window(kind, camera)}: a hole at {before.end}"
                for before, after in pairwise(spans)
                if before.end != after.start
            ]
        return wrong

    def accused(self, camera: str) -> int:
        """Findings about the staffed window."""
        return sum(row.window_id == window(STAFFED, camera) for row in self.findings())


def _is_known(running: Mapping[str, Span], kind: str, camera: str, since: datetime) -> bool:
    span = running.get(window(kind, camera))
    if span is None or span.state is not KNOWN[kind]:
        return False
    return span.proven_until is not None and span.proven_until > since


def _proven(span: Span) -> tuple[datetime, datetime]:
    return span.proven_since or span.start, span.proven_until or span.start
