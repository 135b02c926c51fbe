"""Halls for tests of the scheduling process: its jobs in this process, and itself as run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from api.inspection_plans import SettingsPlans, tick_rules
from api.plan_keys import PlanKey, plan_key
from api.settings import Settings, load_settings
from api.tasks import onpost_argv
from models.domain.inspection import Check, CheckQuery
from models.domain.inspection_plan import Planned, plan_of
from models.domain.inspection_tick import Planner
from models.storage.record import Record, open_existing_record
from scheduler.jobs.checks import CheckSweep, CheckTick
from tests.fakes_clock import StillClock
from tests.groups import ROOT

POLYGON = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]


def write_settings(folder: Path, *, halls: int = 1, **changes: Any) -> Path:
    """A settings file with `halls` halls of two windows and one camera each."""
    names = [f"h{number}" for number in range(1, halls + 1)]
    values: dict[str, Any] = {
        "data_dir": str(folder / "data"),
        "shelf_dir": str(folder / "shelf"),
        "log": {"format": "json"},
        "halls": {one: {"name": f"大厅{one}"} for one in names},
        "cameras": {
            f"c-{one}": {"hall": one, "name": f"机{one}", "source": f"rtsp://192.0.2.{n}/1"}
            for n, one in enumerate(names, 1)
        },
        "windows": {
            f"w-{one}-{n}": {
                "hall": one,
                "name": f"{one}-{n}号",
                "unit": "户籍",
                "views": [{"camera": f"c-{one}", "polygon": POLYGON}],
            }
            for one in names
            for n in (1, 2)
        },
    }
    file = folder / "onpost.yaml"
    file.write_text(json.dumps(values | changes, ensure_ascii=False), "utf-8")
    return file


@dataclass
class Ticking:
    """The jobs about checks on a real record, with a clock that the test moves.

    `restart` forgets everything that the process held in memory.
    """

    settings: Settings
    record: Record
    clock: StillClock
    steady: float = 0.0
    key: PlanKey = field(init=False)
    tick: CheckTick = field(init=False)
    sweep: CheckSweep = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        plans = SettingsPlans(self.settings)
        self.key = plan_key(self.settings, create=True)
        planner = Planner(plans, self.key, tick_rules(self.settings), lambda: "drawn by the test")
        self.tick = CheckTick(planner, self.record.make_uow, self.clock)
        self.sweep = CheckSweep(
            plans.windows, self.record.make_uow, self.clock, lambda: self.steady
        )

    def at(self, moment: datetime) -> None:
        """One tick of both jobs at a moment."""
        self.clock.moment = moment
        self.tick()
        self.sweep()

    def go(self, seconds: float, step: float = 30.0) -> None:
        """Time passes."""
        for _ in range(int(seconds / step)):
            self.steady += step
            self.at(self.clock.moment + timedelta(seconds=step))

    def planned(self, day: date) -> list[Planned]:
        return planned(self.record, self.key, day)

    def checks(self, day: date) -> list[Check]:
        return checks_of(self.record, day)


def planned(record: Record, key: PlanKey, day: date) -> list[Planned]:
    """The whole plan of a committed day, worked out with the key."""
    with record.make_uow(read_only=True) as uow:
        plan = uow.checks.day(day)
    assert plan is not None
    assert plan.nonce
    return plan_of(plan.plan_inputs, key.seed(day), plan.nonce)


def checks_of(record: Record, day: date) -> list[Check]:
    """Every check of a day's plans, by moment."""
    query = CheckQuery(day=day.isoformat())
    with record.make_uow(read_only=True) as uow:
        return sorted(uow.checks.find(query, limit=1000), key=lambda one: (one.due_at, one.id))


class Process:
    """`onpost schedule` as it is run."""

    def __init__(self, settings: Path, log: Path, environment: dict[str, str]) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603  our own command
                onpost_argv("schedule", "--settings", str(settings)),
                stdout=subprocess.DEVNULL,
                stderr=out,
                cwd=ROOT,
                env=environment,
            )

    def events(self, name: str) -> list[dict[str, Any]]:
        """What it logged under a name."""
        lines = self.log.read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.startswith("{")]
        return [row for row in rows if row.get("event") == name]

    def wait_for(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
            assert time.monotonic() < deadline, self.log.read_text("utf-8")[-3000:]
            time.sleep(0.05)

    def wait_for_event(self, name: str, count: int = 1) -> None:
        self.wait_for(lambda: len(self.events(name)) >= count)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def scheduling(
    settings: Path, log: Path, environment: dict[str, str] | None = None
) -> Iterator[Process]:
    """A process that is gone at the end, whatever happens."""
    started = Process(settings, log, {**os.environ, **(environment or {})})
    try:
        yield started
    finally:
        started.kill()


def opened(settings: Path) -> Record:
    """The record of an installation, to look at."""
    chosen = load_settings(settings)
    url = "" if chosen.database is None else chosen.database_url
    return open_existing_record(chosen.data_path, url)
