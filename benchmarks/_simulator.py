"""The simulated cameras, in processes of their own; what they cost is told apart."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks._scene import GOP_S, RATE, Loop
from tests.servers.lighttpd import lighttpd

SCRIPT = Path(__file__).with_name("_gst_loop.py")
MOST = 160
"""Cameras there are."""
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def processor(pid: int) -> float:
    """Processor seconds that a process has used, with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Simulator:
    """Running cameras. `source` is the address of the one with a number."""

    def __init__(
        self, source: Callable[[int], str], loops: Sequence[Loop], pids: Sequence[int]
    ) -> None:
        self.source = source
        self.loops = loops
        self._pids = pids

    def loop(self, camera: int) -> Loop:
        """What a camera shows."""
        return self.loops[camera % len(self.loops)]

    def spent_s(self) -> float:
        """Processor seconds of the servers so far."""
        return sum(processor(pid) for pid in self._pids)


@contextmanager
def streams(loops: Sequence[Loop]) -> Iterator[Simulator]:
    """GStreamer's RTSP server with every loop."""
    files = [str(one.stream.resolve()) for one in loops]
    order = {"rate": RATE, "cameras": MOST, "files": files}
    process = subprocess.Popen(  # noqa: S603  our own script, the system's Python
        ["/usr/bin/python3", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        word, _, port = process.stdout.readline().partition(" ")
        if word != "ready":
            raise SystemExit("GStreamer's RTSP server did not start; see docs/performance.md")
        base = f"rtsp://127.0.0.1:{int(port)}/camera-"
        yield Simulator(lambda n: f"{base}{n}", loops, [process.pid])
    finally:
        process.kill()
        process.wait(10)
        process.stdin.close()
        process.stdout.close()


@contextmanager
def snapshots(loops: Sequence[Loop], folder: Path) -> Iterator[Simulator]:
    """lighttpd with every loop's keyframes as JPEG, one after another."""
    pictures = [[still.read_bytes() for still in one.stills] for one in loops]
    over = threading.Event()

    def show(turn: int) -> None:
        for number, one in enumerate(pictures):
            fresh = folder / f"hall-{number}.jpg"
            fresh.write_bytes(one[turn % len(one)])
            fresh.replace(folder / "www" / fresh.name)

    def turn_over() -> None:
        began, turn = time.monotonic(), 0
        while not over.wait(max(0.0, began + turn * GOP_S - time.monotonic())):
            show(turn)
            turn += 1

    with ExitStack() as held:
        port = held.enter_context(lighttpd(folder, pictures[0][0], "viewer", "s3cret"))
        show(0)
        thread = threading.Thread(target=turn_over, daemon=True)
        thread.start()
        held.callback(thread.join, 5)
        held.callback(over.set)
        base = f"http://127.0.0.1:{port}/hall-"
        yield Simulator(lambda n: f"{base}{n % len(loops)}.jpg?camera={n}", loops, [_serving(port)])


def _serving(port: int) -> int:
    """The child of this process that is the web server."""
    for entry in Path(f"/proc/{os.getpid()}/task").iterdir():
        for child in (entry / "children").read_text("utf-8").split():
            if Path(f"/proc/{child}/comm").read_text("utf-8").strip() == "lighttpd":
                return int(child)
    raise SystemExit(f"no web server on port {port}")


def settings_of(
    simulator: Simulator, cameras: int, period_s: float, *, gate: bool, changed: dict[str, Any]
) -> dict[str, Any]:
    """Settings of a watch over so many cameras, ten o'clock on a Monday.

    Args:
        simulator: Where they are.
        cameras: How many.
        period_s: Seconds between samples.
        gate: False looks at every window in every sample.
        changed: Keys with dots and their values, put over all others.
    """
    named = [f"c{number:03}" for number in range(cameras)]
    windows = {}
    for number, camera in enumerate(named):
        for place, zone in enumerate(simulator.loop(number).zones.values(), 1):
            views = [{"camera": camera, "polygon": [list(point) for point in zone]}]
            title = f"{number}-{place}"
            windows[f"{camera}-w{place}"] = {"hall": "hall", "name": title, "views": views}
    found: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "data_dir": ".",
        "sampling": {"period_s": period_s},
        "clock": {
            "kind": "simulated",
            "start": "2026-11-23T10:00:00+08:00",
            "speed": 1.0,
            "anchored_at": time.time(),
        },
        "web": {"demo": True, "port": 0},
        "log": {"level": "warning", "format": "json"},
        "halls": {"hall": {"name": "排练大厅", "kind": "main"}},
        "cameras": {
            camera: {
                "hall": "hall",
                "name": camera,
                "source": simulator.source(number),
                "check_clock": False,
            }
            for number, camera in enumerate(named)
        },
        "windows": windows,
    }
    if not gate:
        put(found, "sampling.force_after", 1)
    for key, value in changed.items():
        put(found, key, value)
    return found


def put(settings: dict[str, Any], key: str, value: object) -> None:
    """Set what a key with dots names."""
    *folders, last = key.split(".")
    for name in folders:
        settings = settings.setdefault(name, {})
    settings[last] = value
