from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from api.tasks import onpost_argv
from tests.fakes_web import MORNING, jpeg, picture, signed_in, town

pytestmark = pytest.mark.weights

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def recording(folder: Path) -> Path:
    """A folder of pictures that a camera may play over and over."""
    folder.mkdir()
    rows = ["file,time"]
    for number in range(20):
        (folder / f"{number:02}.jpg").write_bytes(jpeg(picture(number, shade=number)))
        rows.append(f"{number:02}.jpg,2026-11-23T09:00:{number:02}+08:00")
    (folder / "times.csv").write_text("\n".join(rows) + "\n")
    return folder


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


class Up:
    """`onpost up` on one camera that is a recording."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        values = town(folder, main=1, branches=0, townships=0)
        values["cameras"]["c01"]["source"] = str(recording(folder / "shots"))
        values["sampling"] = {"period_s": 1}
        values["detector"] = {"size": "n", "engine": "onnxruntime", "threads": 1}
        values["clock"] = {"kind": "simulated", "start": MORNING.isoformat(), "speed": 1}
        port = free_port()
        values["web"] = {"port": port, "demo": True}
        file = folder / "onpost.yaml"
        file.write_text(yaml.safe_dump(values | changes, allow_unicode=True), "utf-8")
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "up.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                onpost_argv("up", "--settings", str(file)), cwd=ROOT, stdout=log, stderr=log
            )

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, command: str) -> psutil.Process | None:
        for one in self.children():
            with suppress(psutil.NoSuchProcess):  # it may have ended just now
                if one.cmdline()[-1:] == [command]:
                    return one
        return None

    def health(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = httpx.get(f"{self.address}/healthz", timeout=5).json()
        except httpx.TransportError:
            return {}
        return told

    def wait_for(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.1)

    def until_it_watches(self) -> None:
        self.wait_for(
            lambda: (told := self.health()).get("status") == "ok" and told["cameras_live"] == 1
        )


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    running = Up(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def test_up_watches_and_serves_starts_again_what_is_killed_and_stops_clean(up: Up) -> None:
    up.until_it_watches()
    metrics = httpx.get(f"{up.address}/metrics", timeout=5).text
    assert "onpost_samples_missed_total" in metrics
    assert "onpost_watching 1.0" in metrics
    with signed_in(up.address) as viewer:
        ages = [one["frame_age_s"] for one in viewer.get("/api/v1/cameras").json()]
    assert max(ages) < 30
    watch = up.child("watch")
    assert watch is not None
    watch.kill()
    up.wait_for(lambda: (again := up.child("watch")) is not None and again.pid != watch.pid)
    up.until_it_watches()
    children = up.children()
    up.process.terminate()
    assert up.process.wait(20) == 0
    assert all(map(gone, children))
    said = up.log.read_text()
    assert "did not stop in time" not in said
    assert "Traceback" not in said
    assert "geheim" not in said


def test_no_process_outlives_an_up_that_is_killed(up: Up) -> None:
    up.until_it_watches()
    children = up.children()
    assert len(children) >= 2
    os.kill(up.process.pid, signal.SIGKILL)
    up.wait_for(lambda: all(map(gone, children)), 10)


def test_up_ends_where_a_person_has_to_mend_something(tmp_path: Path) -> None:
    running = Up(tmp_path, detector={"weights": "none.onnx"})
    try:
        assert running.process.wait(60) == 2
        said = running.log.read_text()
        assert "none.onnx" in said
        assert "Traceback" not in said
    finally:
        running.process.kill()
        running.process.wait()
