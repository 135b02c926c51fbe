"""`onpost schedule` as it is run: one holds the lease, another waits; a paused one is fenced."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.tasks import onpost_argv
from models.domain.lease import Lease
from models.domain.ports_jobs import JobRow
from models.storage.record import Record
from tests.acceptance.town import onpost
from tests.groups import ROOT
from tests.schedule_town import Process, opened, scheduling, write_settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TAKEOVER_S = 1.5
CLOCK = {"kind": "simulated", "start": "2026-11-23T07:00:00+08:00", "speed": 20}


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Path:
    lease = {"heartbeat_s": 0.3, "takeover_s": TAKEOVER_S}
    clock = CLOCK | {"anchored_at": time.time()}
    return write_settings(tmp_path, database=database_url, schedule=lease, clock=clock)


@pytest.fixture
def first(settings: Path, tmp_path: Path) -> Iterator[Process]:
    with scheduling(settings, tmp_path / "first.log") as process:
        process.wait_for_event("lease_taken")
        yield process


@pytest.fixture
def second(settings: Path, tmp_path: Path, first: Process) -> Iterator[Process]:
    with scheduling(settings, tmp_path / "second.log") as process:
        process.wait_for_event("waiting")
        yield process


@pytest.fixture
def seen(settings: Path, first: Process) -> Iterator[Record]:
    record = opened(settings)
    yield record
    record.close()


def lease(record: Record) -> Lease:
    with record.make_uow(read_only=True) as uow:
        found = uow.jobs.lease()
    assert found is not None
    return found


def rows(record: Record) -> dict[str, JobRow]:
    with record.make_uow(read_only=True) as uow:
        return {row.id: row for row in uow.jobs.jobs()}


def test_another_takes_over_from_one_that_is_killed_and_its_jobs_go_on(
    first: Process, second: Process, seen: Record
) -> None:
    first.wait_for(lambda: rows(seen)["checks"].runs >= 3)
    runs = rows(seen)["checks"].runs
    begun = time.monotonic()
    first.kill()
    second.wait_for_event("lease_taken")
    assert TAKEOVER_S / 2 < time.monotonic() - begun < 30
    second.wait_for(lambda: rows(seen)["checks"].runs > runs)
    assert lease(seen).epoch == 2


def test_one_that_is_stopped_gives_it_back_at_once(
    first: Process, second: Process, seen: Record
) -> None:
    assert first.stop() == 0
    second.wait_for_event("lease_taken")
    assert lease(seen).epoch == 2
    assert second.stop() == 0
    assert lease(seen).free
    for process in (first, second):
        assert "Traceback" not in process.log.read_text("utf-8")


def _pause_outside_a_write(process: Process, settings: Path) -> None:
    """Pause it where it does not hold SQLite's only writer's place, which nobody could take."""
    file = json.loads(settings.read_text("utf-8"))["database"].removeprefix("sqlite:///")
    for _ in range(50):
        process.pause()
        if file.startswith("postgresql"):
            return
        with closing(sqlite3.connect(file, timeout=0.2)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                process.go_on()
                time.sleep(0.05)
            else:
                return
    raise AssertionError("it always writes")


def test_a_paused_one_that_comes_back_writes_nothing_more(
    settings: Path, first: Process, second: Process, seen: Record
) -> None:
    _pause_outside_a_write(first, settings)
    second.wait_for_event("lease_taken")
    before = lease(seen)
    first.go_on()
    first.wait_for_event("lease_lost")
    first.wait_for_event("waiting")
    after = lease(seen)
    assert (after.holder, after.epoch) == (before.holder, 2)
    second.wait_for(lambda: lease(seen).beat > after.beat)
    assert second.stop() == 0
    first.wait_for_event("lease_taken", 2)
    assert lease(seen).epoch == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_runs_when_is_told_in_a_table_and_as_json(
    settings: Path, first: Process, seen: Record
) -> None:
    first.wait_for(lambda: rows(seen)["checks"].runs >= 1)
    table = onpost("schedule", "-s", settings, "--list")
    assert table.code == 0
    assert "任期 epoch 1" in table.out
    assert "写入到点的检查" in table.out
    assert "完成 done" in table.out
    told: dict[str, Any] = json.loads(onpost("schedule", "-s", settings, "--json").out)
    checks = next(one for one in told["jobs"] if one["id"] == "checks")
    assert checks["outcome"] == "done"
    assert checks["last"].endswith("+08:00")
    assert told["lease"]["epoch"] == 1


def test_the_process_is_quick_to_start_and_imports_no_pictures() -> None:
    heavy = ("cv2", "onnxruntime", "openvino", "nicegui", "av", "fastapi")
    code = f"import sys, api.scheduling; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_it_ends_where_a_person_has_to_mend_something(tmp_path: Path) -> None:
    file = write_settings(tmp_path, database="postgresql://nobody@127.0.0.1:1/none")
    done = subprocess.run(  # noqa: S603  our own command
        onpost_argv("schedule", "-s", str(file)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
        env=dict(os.environ),
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
