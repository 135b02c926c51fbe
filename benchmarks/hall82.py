"""82 RTSP cameras for half an hour beside the web, on simulated cameras.

    python -m benchmarks.hall82 [--minutes 30] [--cameras 82] [--operators 3] [--set KEY=VALUE]

Every camera is sampled every 5 s; `onpost serve` runs beside the watch with so many walls open.
Ends with 1 where a sample was missed, p95 from frame to decision is above 2 s, or OnPost's own
processes take more than 80 % of two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from api.settings import SETTINGS_VARIABLE, load_settings
from api.tasks import onpost_argv
from benchmarks._figures import divided, percentile
from benchmarks._load import Order
from benchmarks._scene import loops
from benchmarks._simulator import memory_mb, processor, settings_of, streams
from benchmarks.hall import VAR, machine
from benchmarks.web import Stage, cookies
from models.storage.record import open_existing_record

WARM_S = 90.0
P95_S, SHARE, CORES = 2.0, 0.8, 2
READY_S = 120.0


@contextmanager
def serving(file: Path) -> Iterator[tuple[str, int]]:
    """The web over these settings: its address and its process."""
    ready = file.with_name("address")
    process = subprocess.Popen(  # noqa: S603  our own command
        onpost_argv("serve", "--ready-file", str(ready)),
        env={**os.environ, SETTINGS_VARIABLE: str(file)},
        stdout=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + READY_S
        while not ready.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        yield ready.read_text("utf-8").strip(), process.pid
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def operators(file: Path, address: str, web: int, people: int, seconds: float) -> Iterator[None]:
    """Walls that are open, from a process of their own."""
    if not people:
        yield
        return
    settings = load_settings(file)
    record = open_existing_record(settings.data_path, settings.database_url)
    signed = cookies(Stage(address, settings, record, web), people)
    record.close()
    order = json.dumps(asdict(Order(address, signed, seconds, operators=people)))
    argv = [sys.executable, "-m", "benchmarks._load"]
    with subprocess.Popen(  # noqa: S603  our own module
        argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as load:
        assert load.stdin is not None
        load.stdin.write(order)
        load.stdin.close()
        try:
            yield
        finally:
            load.kill()


def watched(file: Path, seconds: float, people: int) -> dict[str, Any]:
    """Run the watch beside the web and follow both."""
    order = {"settings": str(file), "warm_s": WARM_S, "seconds": seconds, "profile": False}
    argv = [sys.executable, "-m", "benchmarks._watched"]
    with subprocess.Popen(  # noqa: S603  our own module
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stdin is not None
        assert watch.stdout is not None
        watch.stdin.write(json.dumps(order) + "\n")
        watch.stdin.flush()
        while not (file.parent / "onpost.db").exists() and watch.poll() is None:
            time.sleep(0.5)
        with (
            serving(file) as (address, web),
            operators(file, address, web, people, seconds + WARM_S),
        ):
            for line in watch.stdout:
                if line.strip() == "begin":
                    found = _followed(watch.pid, web, seconds)
                elif line.startswith("{"):
                    return json.loads(line) | found
    raise SystemExit(f"the watch ended with {watch.returncode}")


def _followed(watch: int, web: int, seconds: float) -> dict[str, Any]:
    """Processor time and memory of both, at the start, in the middle, at the end."""
    before, memory = processor(watch) + processor(web), []
    began = time.monotonic()
    for half in range(3):
        # The last look comes a moment before the watch is told to end.
        due = began + half * (seconds - 1.0) / 2
        time.sleep(max(0.0, due - time.monotonic()))
        memory.append((memory_mb(watch), memory_mb(web)))
    passed = time.monotonic() - began
    spent = processor(watch) + processor(web) - before
    return {"share": spent / passed / CORES, "memory_mb": memory}


def told(found: dict[str, Any]) -> bool:
    """Print what was seen; True where all of it is as it must be."""
    p50, p95 = (percentile(found["decision_s"], share) for share in (0.5, 0.95))
    rest = percentile(found["queue_s"], 0.95)
    print(f"samples: {found['due']} due, {found['missed']} missed")
    print(f"frame to decision: p50 {p50:.2f} s, p95 {p95:.2f} s; from read on p95 {rest:.2f} s")
    print(f"watch and serve: {100 * found['share']:.0f} % of {CORES} cores")
    for name, (watch, web) in zip(("start", "middle", "end"), found["memory_mb"], strict=True):
        print(f"memory at the {name}: watch {watch:.0f} MB, serve {web:.0f} MB")
    looked = 100 * divided(found["looked"], found["windows"])
    print(f"window decisions: {found['windows']}, looked at: {looked:.0f} %")
    return not found["missed"] and p95 <= P95_S and found["share"] <= SHARE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--cameras", type=int, default=82)
    parser.add_argument("--period", type=float, default=5.0)
    parser.add_argument("--operators", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    pairs = (one.partition("=") for one in given.set)
    changed = {key: yaml.safe_load(value) for key, _, value in pairs}
    made = loops(VAR, print)
    print(machine())
    print(f"{given.cameras} cameras, {given.minutes:g} minutes, {given.operators} operators")
    with TemporaryDirectory(prefix="onpost-bench-") as name, streams(made) as running:
        file = Path(name) / "onpost.yaml"
        settings = settings_of(running, given.cameras, given.period, gate=True, changed=changed)
        file.write_text(json.dumps(settings), "utf-8")
        before = running.spent_s()
        found = watched(file, 60 * given.minutes, given.operators)
        simulator = divided(running.spent_s() - before, found["seconds"] + WARM_S)
    good = told(found)
    print(f"the simulator, apart: {100 * simulator:.0f} % of a core")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
