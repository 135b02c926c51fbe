"""The process that watches, as it is run: real settings, real camera, real detector, kill -9."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from api.clock import SimulatedClock
from api.settings import load_settings
from models.domain.presence import Reason, State
from models.domain.spans import Span
from models.storage.record import open_existing_record
from models.storage.verification import verify_record
from tests.groups import ROOT
from tests.servers.pictures import serving

pytestmark = [pytest.mark.weights, pytest.mark.slow, pytest.mark.timeout(300)]

START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai, a workday, in the session."""
SPEED = 60.0
PERIOD_S = 30.0


def settings_file(folder: Path, address: str, anchored_at: float) -> Path:
    zone = [[0.1, 0.1], [0.45, 0.1], [0.45, 0.9], [0.1, 0.9]]
    other = [[0.55, 0.1], [0.9, 0.1], [0.9, 0.9], [0.55, 0.9]]
    weights = os.path.relpath(ROOT / "weights" / "yolov8n.onnx", folder)
    content = {
        "data_dir": "data",
        "shelf_dir": "shelf",
        "detector": {"engine": "onnxruntime", "weights": weights, "threads": 1},
        "sampling": {"period_s": PERIOD_S, "slowest_period_s": 60},
        "clock": {
            "kind": "simulated",
            "start": START.isoformat(),
            "speed": SPEED,
            "anchored_at": anchored_at,
        },
        "watch": {"workers": 1},
        "log": {"format": "json"},
        "halls": {"h1": {"name": "测试大厅"}},
        "cameras": {"cam1": {"hall": "h1", "name": "一号", "source": address}},
        "windows": {
            "w1": {"hall": "h1", "name": "1号", "views": [{"camera": "cam1", "polygon": zone}]},
            "w2": {"hall": "h1", "name": "2号", "views": [{"camera": "cam1", "polygon": other}]},
        },
        "roster": {"shifts": "shifts.csv"},
    }
    file = folder / "onpost.yaml"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (folder / "shifts.csv").write_text(
        "date,window,person,start,end\n"
        "2026-11-23,w1,甲,08:30,12:00\n"
        "2026-11-23,w2,乙,08:30,12:00\n",
        encoding="utf-8",
    )
    return file


def start(file: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", "from api.cli import main; main()", "watch", "-s", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=out,
            cwd=ROOT,
        )


@contextmanager
def watching(file: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start(file, log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def events(log: Path, name: str) -> list[dict[str, object]]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    return [row for row in rows if row.get("event") == name]


def wait_for(log: Path, name: str, count: int, within_s: float = 90) -> None:
    end = time.monotonic() + within_s
    while len(events(log, name)) < count:
        assert time.monotonic() < end, f"no {name} within {within_s} s:\n{log.read_text()[-2000:]}"
        time.sleep(0.1)


def test_an_empty_room_is_registered_with_masked_pictures_and_stops_cleanly(
    tmp_path: Path,
) -> None:
    anchor = time.time()
    log = tmp_path / "watch.log"
    with serving(SimulatedClock(START, SPEED, anchor).now) as address:
        file = settings_file(tmp_path, address, anchor)
        with watching(file, log) as process:
            wait_for(log, "finding", 2)
            second = start(file, tmp_path / "second.log")
            assert second.wait(60) == 2
            assert "another `onpost watch`" in (tmp_path / "second.log").read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    settings = load_settings(file)
    record = open_existing_record(settings.data_path, settings.database_url)
    try:
        with record.make_uow(read_only=True) as uow:
            rows = uow.findings.list()
            opened = uow.register.find(kind="finding_opened")
        assert {row.window_id for row in rows} == {"w1", "w2"}
        assert {row.kind for row in rows} == {"off_post"}
        assert all(entry.payload["evidence"] for entry in opened)
        assert all("甲" not in entry.body and "乙" not in entry.body for entry in opened)
        assert verify_record(record).faults == ()
        assert verify_record(record).pictures >= 2
    finally:
        record.close()


def test_kill_9_at_any_moment_loses_nothing_registered_and_registers_nothing_twice(
    tmp_path: Path,
) -> None:
    anchor = time.time()
    chance = random.Random(20261123)
    log = tmp_path / "watch.log"
    pauses = [chance.uniform(1.0, 9.0) for _ in range(5)]
    told: set[str] = set()
    with serving(SimulatedClock(START, SPEED, anchor).now) as address:
        file = settings_file(tmp_path, address, anchor)
        for number, pause in enumerate(pauses):
            with watching(file, log):
                wait_for(log, "watching", number + 1)
                time.sleep(pause)
        with watching(file, log) as process:
            wait_for(log, "watching", len(pauses) + 1)
            deadline = time.monotonic() + 90
            while not events(log, "finding"):
                assert time.monotonic() < deadline, log.read_text()[-2000:]
                time.sleep(0.2)
            told = {str(row["key"]) for row in events(log, "finding")}
            process.kill()
            process.wait(10)
        with watching(file, log) as process:
            wait_for(log, "watching", len(pauses) + 2)
            time.sleep(6)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    settings = load_settings(file)
    record = open_existing_record(settings.data_path, settings.database_url)
    try:
        with record.make_uow(read_only=True) as uow:
            rows = list(uow.findings.list())
            spans = uow.spans.between(None, START, START + timedelta(days=1))
            entries = uow.register.find(kind="finding_opened")
        opened = [entry.payload["finding"] for entry in entries]
        assert told <= {row.key for row in rows}, "what was told as registered is there"
        assert len(opened) == len(set(opened)), "nothing was opened twice"
        for window in ("w1", "w2"):
            stretches = sorted(
                (row.started_at, row.until_at_least) for row in rows if row.window_id == window
            )
            for (_, until), (begins, _) in pairwise(stretches):
                assert until <= begins, "no two findings share a moment"
            check_gaps([span for span in spans if span.window_id == window])
        assert verify_record(record).faults == ()
    finally:
        record.close()


def check_gaps(spans: list[Span]) -> None:
    """Spans follow each other without a hole, and no blind stretch is called anything but
    UNKNOWN."""
    assert spans
    for before, after in pairwise(spans):
        assert before.end == after.start
    assert {span.state for span in spans} <= {State.ABSENT, State.UNKNOWN}
    blind = [span for span in spans if span.reason is Reason.NO_SAMPLE]
    assert blind, "the first restart came later than two periods"
    assert all(span.state is State.UNKNOWN for span in blind)
