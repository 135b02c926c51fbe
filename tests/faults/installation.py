"""A small installation whose days are short: two halls, two cameras over HTTP, a real detector.

Its scheduling process and its watch are the real commands, started and killed from outside as
`onpost up` would start them. All days lie in one record, one after another.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.clock import SimulatedClock
from api.inspection_plans import SettingsPlans
from api.settings import Settings, load_settings
from api.tasks import onpost_argv
from models.storage.record import Record, open_existing_record, open_record
from tests.groups import ROOT

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
FASTEST: Final = 60.0
SLOWEST: Final = 10.0
OPENS: Final = wall(17, 26)
CLOSES: Final = wall(17, 40)
"""Just before the daily digest, which then is among what is killed."""
BEFORE: Final = timedelta(minutes=4)
SCHEDULE, WATCH, DATABASE = "schedule", "watch", "database"
HALLS: Final = ("h1", "h2")


def settings_of(folder: Path, address: str, days: list[date]) -> Path:
    """The settings file; every window has a roster and an empty post in every picture."""
    left = [[0.1, 0.1], [0.45, 0.1], [0.45, 0.9], [0.1, 0.9]]
    right = [[0.55, 0.1], [0.9, 0.1], [0.9, 0.9], [0.55, 0.9]]
    windows = {
        f"w-{hall}-{n}": {
            "hall": hall,
            "name": f"{hall}-{n}号",
            "unit": "户籍",
            "views": [{"camera": f"c-{hall}", "polygon": zone}],
        }
        for hall in HALLS
        for n, zone in enumerate((left, right), 1)
    }
    hours = {"weekdays": [1, 2, 3, 4, 5, 6, 7], "sessions": [f"{OPENS:%H:%M}-{CLOSES:%H:%M}"]}
    content = {
        "data_dir": "data",
        "shelf_dir": "shelf",
        "detector": {
            "engine": "onnxruntime",
            "weights": os.path.relpath(ROOT / "weights" / "yolov8n.onnx", folder),
            "threads": 1,
        },
        "sampling": {"period_s": 60, "slowest_period_s": 120},
        "clock": {"kind": "simulated", "start": "2026-03-02T08:00:00", "speed": FASTEST},
        "schedule": {"heartbeat_s": 0.2, "takeover_s": 1.0},
        "checks": {"per_day": 3, "random": 2, "gap_min": 3, "grace_min": 15},
        "duty": {"alert": {"minutes": 2}, "off_post": {"minutes": 5}},
        "watch": {"workers": 1},
        "log": {"format": "json"},
        "halls": {one: {"name": f"大厅{one}", "hours": [hours]} for one in HALLS},
        "cameras": {
            f"c-{one}": {"hall": one, "name": f"机{one}", "source": f"{address}?{one}"}
            for one in HALLS
        },
        "windows": windows,
        "roster": {"shifts": "shifts.csv"},
    }
    rows = [
        f"{day},{window},甲{n},{OPENS:%H:%M},{CLOSES:%H:%M}"
        for day in days
        for n, window in enumerate(windows)
    ]
    (folder / "shifts.csv").write_text(
        "\n".join(["date,window,person,start,end", *rows]) + "\n", encoding="utf-8"
    )
    file = folder / "onpost.yaml"
    file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return file


class Camera:
    """The clock that the pictures' server shows; each day has its own."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(datetime(2026, 3, 2, tzinfo=UTC), FASTEST)

    def now(self) -> datetime:
        return self.clock.now()


@dataclass
class Installation:
    """Its settings, its processes, and the clock of the day.

    Attributes:
        url: Database, empty for SQLite.
        speed: How fast the day's clock runs.
        died: Processes that ended by themselves and were started again.
    """

    folder: Path
    file: Path
    url: str
    camera: Camera
    speed: float = FASTEST
    died: list[str] = field(default_factory=list)
    _begun: bool = False
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._environment = dict(os.environ)
        if self.url:
            self._environment["ONPOST_DATABASE"] = self.url

    @property
    def settings(self) -> Settings:
        return load_settings(self.file)

    def made(self) -> list[date]:
        """Make its record; the days on which its halls open."""
        record = open_record(self.settings.data_path, self.url)
        try:
            plans = SettingsPlans(self.settings)
            first = date(2026, 1, 5)
            days = [first + timedelta(days=n) for n in range(360)]
            with record.make_uow(read_only=True) as uow:
                return [one for one in days if plans.inputs(uow, one).halls]
        finally:
            record.close()

    def opened(self) -> Record:
        return open_existing_record(self.settings.data_path, self.url)

    def begin(self, day: date) -> float:
        """The clock of a day; gives the steady moment at which it is `BEFORE` the opening.

        How long a process takes to start on this machine now is measured first: the day begins
        when they should be up, and runs so fast that a start takes three of its minutes.
        """
        begun = time.monotonic()
        self.run("schedule", "--json")
        boot_s = time.monotonic() - begun
        self.speed = min(FASTEST, max(SLOWEST, 180 / boot_s))
        lead_s = 3 * boot_s
        start = datetime.combine(day, OPENS, SHANGHAI) - BEFORE
        anchor = time.time() + lead_s
        self.camera.clock = SimulatedClock(start, self.speed, anchor)
        self._environment |= {
            "ONPOST_CLOCK__START": start.isoformat(),
            "ONPOST_CLOCK__SPEED": repr(self.speed),
            "ONPOST_CLOCK__ANCHORED_AT": repr(anchor),
        }
        began = time.monotonic() + lead_s
        if not self._begun:  # nothing is caught up with before the first day
            self.run("inspection", "commit", day.isoformat())
            self._begun = True
        return began

    def run(self, *arguments: str) -> None:
        """One command, to its end."""
        subprocess.run(  # noqa: S603  our own command
            onpost_argv(*arguments, "--settings", str(self.file)),
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=self._environment,
        )

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            self._processes[name] = subprocess.Popen(  # noqa: S603  our own command
                onpost_argv(name, "--settings", str(self.file)),
                stdout=subprocess.DEVNULL,
                stderr=out,
                cwd=ROOT,
                env=self._environment,
            )

    def kill(self, name: str) -> None:
        process = self._processes.pop(name, None)
        if process is not None:
            process.kill()
            process.wait(30)

    def kill_all(self) -> None:
        for name in (SCHEDULE, WATCH):
            self.kill(name)

    def up(self, name: str) -> bool:
        return name in self._processes

    def mind(self) -> None:
        """Start again what ended by itself, as `onpost up` does."""
        for name, process in list(self._processes.items()):
            if process.poll() is not None:
                self.died.append(name)
                self.start(name)

    def said(self, name: str, lines: int = 25) -> str:
        """The end of a process's log."""
        file = self.folder / f"{name}.log"
        return "\n".join(file.read_text("utf-8").splitlines()[-lines:]) if file.exists() else ""
