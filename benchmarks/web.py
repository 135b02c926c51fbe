"""How the web keeps up: thumbnails and calls a second, or operators with the wall open.

    python -m benchmarks.web [--seconds 60] [--thumbnails 200] [--calls 50]
    python -m benchmarks.web --operators 30 --seconds 300
    python -m benchmarks.web --watch …

`onpost serve` runs as it does for real over 82 cameras in 39 halls, and the load is a process of
its own, signed in. Beside it another process lays a new picture of each camera every ten seconds;
with `--watch` it is the watch itself with the rehearsal's cameras, and its missed samples are
told. 95 of 100 answers come within 300 ms, none fails, no sample is missed; ends with 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.auth.audit import Actor
from api.auth.passwords import CHEAP, Passwords
from api.clock import RealClock
from api.demo_cast import Cast, Places
from api.metrics import WATCH
from api.settings import Settings, load_settings
from api.wiring import accounts_of, make_shelf
from benchmarks._load import WARM_S, Order
from models.domain.access import Access, Role
from models.storage.record import Record, open_existing_record
from tests.fakes_web import MORNING, PASSWORD, lay, off_post, served, town
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.day import written

LIMIT_MS = 300.0
CALLS = (
    "/api/v1/wall",
    "/api/v1/alerts",
    "/api/v1/findings?limit=20",
    "/api/v1/cameras/c01",
    "/api/v1/findings/1",
    "/api/v1/halls",
)
BEGINS, UNTIL = 9 * 3600 + 1500.0, 11 * 3600.0
SETTLES_S = 60.0


@dataclass(frozen=True)
class Stage:
    """What runs: where the web answers, its record, its process and what the watch missed."""

    address: str
    settings: Settings
    record: Record
    web: int
    missed: Callable[[], tuple[int, int]] | None = None


class Corner(Places):
    """A folder of its own; photographs and masks are the demo's."""

    @property
    def run(self) -> Path:
        return self.root / "bench-web"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--thumbnails", type=float, default=200.0, help="a second")
    asked.add_argument("--calls", type=float, default=50.0, help="a second")
    asked.add_argument("--operators", type=int, default=0)
    asked.add_argument("--watch", action="store_true")
    asked.add_argument("--speed", type=float, default=6.0, help="6: each camera every 10 s")
    given = asked.parse_args()
    with watched(given.speed) if given.watch else laid() as stage:
        people = given.operators or 5
        order = Order(
            stage.address,
            cookies(stage, people),
            given.seconds,
            [f"/api/v1/cameras/{one}/thumbnail.jpg" for one in stage.settings.cameras],
            given.thumbnails,
            [one for one in CALLS if answers(stage, one)],
            given.calls,
            given.operators,
        )
        return 0 if told(stage, order) else 1


@contextmanager
def laid() -> Iterator[Stage]:
    """A served town whose shelf another process fills."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with served(folder, town(folder, main=30, branches=7, townships=31)) as running:
            for camera in running.settings.cameras:
                lay(running.shelf, running.settings, camera, MORNING)
            for window in list(running.settings.windows)[:40]:
                off_post(running.record, running.settings, window, MORNING)
            command = [sys.executable, "-m", "benchmarks._shelf", str(folder / "onpost.yaml")]
            writer = subprocess.Popen(command)  # noqa: S603  our own module
            try:
                yield Stage(running.address, running.settings, running.record, running.process.pid)
            finally:
                writer.kill()
                writer.wait()


@contextmanager
def watched(speed: float) -> Iterator[Stage]:
    """The rehearsal: pictures, watch, schedule and web."""
    print("preparing the pictures of 82 cameras …", flush=True)
    with Cast(written(built(2026), UNTIL), speed, Corner(Path("var")), print) as cast:
        cast.start(web=True, begins=BEGINS)
        until = time.monotonic() + 300
        while not cast.address and time.monotonic() < until:
            cast.check()
            time.sleep(0.5)
        time.sleep(SETTLES_S)
        settings = load_settings(cast.settings_file)
        record = open_existing_record(settings.data_path, settings.database_url)
        shelf = make_shelf(settings)

        def missed() -> tuple[int, int]:
            cast.check()
            seen = shelf.process(WATCH) or {}
            return int(seen.get("samples_due", 0)), int(seen.get("samples_missed", 0))

        pid = cast._running["serve"].pid
        try:
            yield Stage(cast.address, settings, record, pid, missed)
        finally:
            record.close()


def cookies(stage: Stage, people: int) -> list[str]:
    """That many operators, signed in; hashing is cheap, since it is not measured."""
    accounts = accounts_of(stage.settings, stage.record.make_uow, RealClock(), Passwords(CHEAP))
    found = []
    for number in range(people):
        login = f"bench-{os.getpid()}-{number}"
        access = Access(frozenset({Role.OPERATOR}))
        added, _ = accounts.office.add(login, "", access, Actor("bench"), password=PASSWORD)
        with stage.record.make_uow() as uow:
            uow.accounts.save(replace(added, must_change=False))
            uow.commit()
        secret, _ = accounts.desk.sign_in(login, PASSWORD, "127.0.0.1")
        found.append(f"onpost={secret}")
    return found


def answers(stage: Stage, path: str) -> bool:
    """Whether there is something at an address: the rehearsal begins without findings."""
    return stage.missed is None or path not in {"/api/v1/cameras/c01", "/api/v1/findings/1"}


def told(stage: Stage, order: Order) -> bool:
    """Load it and print what came back."""
    before, web = stage.missed() if stage.missed else (0, 0), processor(stage.web)
    argv = [sys.executable, "-m", "benchmarks._load"]
    done = subprocess.run(  # noqa: S603  our own module
        argv, input=json.dumps(asdict(order)), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr)
        return False
    web = processor(stage.web) - web
    after = stage.missed() if stage.missed else (0, 0)
    return _print(json.loads(done.stdout), order, web, (after[0] - before[0], after[1] - before[1]))


def _print(found: dict[str, Any], order: Order, web: float, samples: tuple[int, int]) -> bool:
    good, requests = True, 0
    what = f"{order.operators} operators" if order.operators else "open loop"
    print(f"{what}, {order.seconds:g} s after {WARM_S:g} s of warming up")
    for kind, one in found["kinds"].items():
        statuses = one["statuses"]
        count = sum(statuses.values())
        requests += count
        errors = count - sum(statuses.get(status, 0) for status in ("200", "304"))
        good = good and errors == 0 and one["p95"] < LIMIT_MS
        print(
            f"  {kind}: {count} ({count / order.seconds:.0f}/s), {statuses}, errors {errors}; "
            f"p50 {one['p50']:.0f}, p95 {one['p95']:.0f}, p99 {one['p99']:.0f}, "
            f"most {one['most']:.0f} ms"
        )
    load = found["processor_s"]
    print(
        f"  {found['bytes'] / 1e6 / order.seconds:.1f} MB/s, {found['events']} events; processor "
        f"ms a request: web {1000 * web / requests:.2f}, load {1000 * load / requests:.2f}"
    )
    due, missed = samples
    if due:
        print(f"  watch: {due} samples due, {missed} missed")
    return good and missed == 0


def processor(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
