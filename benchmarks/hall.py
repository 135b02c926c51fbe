"""`make bench`: what watching a hall costs, on simulated cameras; `make bench-full`: all of it.

    python -m benchmarks.hall [--full] [--cameras 8,82] [--period 5] [--seconds 30]
                              [--gate on|off|both] [--set watch.workers=2] [--no-rivals]

Real parts throughout: GStreamer's RTSP server, lighttpd, the watch with its database. Standard
output is markdown; the figures lie below `var/bench` as JSON. What the simulator costs is told
apart, and what is compared is ratios: real time belongs to the machine and its neighbours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from benchmarks import _figures as figures
from benchmarks._rivals import rivals
from benchmarks._scene import GOP_S, Loop, loops
from benchmarks._simulator import MOST, Simulator, settings_of, snapshots, streams
from tests.groups import GROUPS

VAR = Path("var")
WARM_S, SHORT_S, FULL_S = 25.0, 30.0, 120.0
"""Unchanged windows are looked at again every sixth sample: 30 s at a sample in 5 s."""
LIBRARIES = ("onnxruntime", "openvino", "opencv-python", "av", "numpy")


@dataclass(frozen=True)
class Load:
    """One watch to be measured."""

    cameras: int
    period_s: float
    seconds: float
    gate: bool = True
    kind: str = "RTSP"
    changed: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the tables name it."""
        gate = "on" if self.gate else "off"
        return f"{self.cameras} {self.kind}, {self.period_s:g} s, gate {gate}"


def measured(simulator: Simulator, load: Load) -> figures.Run:
    """Run a watch over the simulated cameras.

    Raises:
        SystemExit: the watch did not come to its end.
    """
    warm = WARM_S * max(1.0, load.period_s / 5)
    with TemporaryDirectory(prefix="onpost-bench-") as name:
        file = Path(name) / "onpost.yaml"
        settings = settings_of(
            simulator, load.cameras, load.period_s, gate=load.gate, changed=load.changed
        )
        file.write_text(json.dumps(settings), "utf-8")
        order = {"settings": str(file), "warm_s": warm, "seconds": load.seconds}
        said, spent = under(simulator, order)
    said.pop("detector")
    return figures.Run(load.name, load.cameras, load.period_s, simulator_s=spent, **said)


def under(simulator: Simulator, order: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """What a measured watch said, and what the simulator spent meanwhile."""
    argv = [sys.executable, "-m", "benchmarks._watched"]
    spent = 0.0
    with subprocess.Popen(  # noqa: S603  our own module
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.strip() in {"begin", "end"}:
                spent = simulator.spent_s() - spent
            elif line.startswith("{"):
                return json.loads(line), spent
    raise SystemExit(f"the watch ended with {process.returncode}")


def highest(simulator: Simulator, period_s: float, changed: dict[str, Any], seconds: float) -> int:
    """The most cameras without a missed sample."""

    def holds(cameras: int) -> bool:
        run = measured(simulator, Load(cameras, period_s, seconds, changed=changed))
        print(f"  {cameras} cameras, {period_s:g} s: {run.missed} of {run.due} missed", flush=True)
        return run.held

    return figures.bisected(holds, 1, MOST)


@contextmanager
def _cameras(kind: str, made: Sequence[Loop]) -> Iterator[Simulator]:
    if kind == "RTSP":
        with streams(made) as running:
            yield running
        return
    with TemporaryDirectory() as name, snapshots(made, Path(name)) as running:
        yield running


def machine() -> str:
    """What it ran on."""
    cpu = "?"
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.platform()}, "
        f"Python {platform.python_version()}, {libraries}; load before: {os.getloadavg()[0]:.1f}"
    )


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="longer, and the most cameras held")
    parser.add_argument("--cameras", default="8,82")
    parser.add_argument("--period", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--gate", choices=("on", "off", "both"), default="both")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--no-rivals", action="store_true")
    given = parser.parse_args(argv)
    given.seconds = given.seconds or (FULL_S if given.full else SHORT_S)
    pairs = (one.partition("=") for one in given.set)
    given.changed = {key: yaml.safe_load(value) for key, _, value in pairs}
    given.gates = {"on": [True], "off": [False], "both": [True, False]}[given.gate]
    return given


def loads(given: argparse.Namespace) -> list[Load]:
    """What is measured, in order; snapshots at the end."""
    counts = [int(one) for one in given.cameras.split(",")]
    rest = {"seconds": given.seconds, "changed": given.changed}
    found = [Load(n, given.period, gate=gate, **rest) for gate in given.gates for n in counts]
    if given.full:
        found += [Load(82, 10.0, gate=gate, **rest) for gate in given.gates]
    kind = {"kind": "JPEG snapshot", **rest}
    return [*found, Load(counts[0], given.period, gate=given.gates[0], **kind)]


def main() -> int:
    given = arguments()
    missing = [one for one in GROUPS if one.marker in ("rtsp", "http") and not one.is_there()]
    if missing:
        print("\n".join(f"缺少 / missing: {one.needs}: {one.remedy}" for one in missing))
        return 1
    made = loops(VAR, print)
    print(machine())
    print(
        f"Cameras: H.264 1080p25, GOP {GOP_S} s, "
        f"{sum(one.bits for one in made) / len(made) / 1e6:.1f} Mbit/s, "
        f"{sum(len(one.zones) for one in made) / len(made):.1f} windows each, of which "
        f"{100 * made[0].changing:.0f} % change in 5 s; {given.seconds:g} s each"
    )
    if given.changed:
        print(f"Settings changed: {given.changed}")
    runs, most = [], {}
    for kind in ("RTSP", "JPEG snapshot"):
        with _cameras(kind, made) as running:
            for load in (one for one in loads(given) if one.kind == kind):
                print(f"… {load.name}", file=sys.stderr, flush=True)
                runs.append(measured(running, load))
            if given.full and kind == "RTSP":
                most = {s: highest(running, s, given.changed, 60.0) for s in (5.0, 10.0)}
    print("\n" + figures.table(figures.SPLIT_HEADS, [figures.split_row(run) for run in runs]))
    print("\n" + figures.table(figures.HELD_HEADS, [figures.held_row(run) for run in runs]))
    _print_ratios(runs, most)
    beside = [] if given.no_rivals else rivals(made, runs, given.period, print)
    file = VAR / "bench" / f"hall-{time.strftime('%Y%m%d-%H%M%S')}.json"
    found = {"machine": machine(), "runs": [asdict(run) for run in runs], "rivals": beside}
    file.write_text(json.dumps(found | {"most_held": most, "settings": given.changed}), "utf-8")
    print(f"\nAll figures: {file}")
    return 0


def _print_ratios(runs: Sequence[figures.Run], most: dict[float, int]) -> None:
    """What is compared."""
    print()
    rtsp = [run for run in runs if "RTSP" in run.name and run.period_s == runs[0].period_s]
    for gate in ("on", "off"):
        same = [run for run in rtsp if run.name.endswith(f"gate {gate}")]
        if len(same) > 1:
            ratio = figures.divided(same[-1].a_sample_ms, same[0].a_sample_ms)
            held = "" if all(run.held for run in same) else " (samples missed: not comparable)"
            print(
                f"- a camera at {same[-1].cameras} against one at {same[0].cameras}, "
                f"gate {gate}: {ratio:.2f}{held}"
            )
            more = figures.divided(
                same[-1].rss_mb - same[0].rss_mb, same[-1].cameras - same[0].cameras
            )
            print(f"- memory of each further camera, gate {gate}: {more:.2f} MB")
    for cameras in sorted({run.cameras for run in rtsp}):
        pair = {run.name[-2:]: run.a_decision_ms for run in rtsp if run.cameras == cameras}
        if len(pair) == 2:
            ratio = figures.divided(pair["ff"], pair["on"])
            print(f"- gate off against on, {cameras} cameras: {ratio:.2f}")
    for period, cameras in most.items():
        print(f"- most cameras without a missed sample, every {period:g} s: {cameras}")


if __name__ == "__main__":
    sys.exit(main())
