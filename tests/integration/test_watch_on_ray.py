"""A cluster of three Ray nodes that watches: a worker, a node and the driver are killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from api.clock import SimulatedClock
from api.settings import Settings, load_settings
from models.domain.lease import hall_lease
from models.domain.presence import State
from models.storage.record import Record, open_existing_record
from models.storage.verification import verify_record
from tests.groups import ROOT
from tests.servers.pictures import serving

pytestmark = [
    pytest.mark.ray,
    pytest.mark.postgres,
    pytest.mark.weights,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.parametrize(
        "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
    ),
]

START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai, a workday, in the session."""
SPEED = 15.0
HALLS = ("h1", "h2", "h3")
PATIENCE_S = 150.0
"""What a crowded machine gets; the measured times are printed."""


def settings_file(folder: Path, address: str, database: str, anchor: float) -> Path:
    zone = [[0.1, 0.1], [0.45, 0.1], [0.45, 0.9], [0.1, 0.9]]
    content = {
        "data_dir": "data",
        "shelf_dir": "shelf",
        "database": database,
        "detector": {
            "engine": "onnxruntime",
            "weights": os.path.relpath(ROOT / "weights" / "yolov8n.onnx", folder),
            "threads": 1,
        },
        "sampling": {"period_s": 30, "slowest_period_s": 30},
        "duty": {"alert": {"minutes": 1}, "off_post": {"minutes": 2}},
        "clock": {
            "kind": "simulated",
            "start": START.isoformat(),
            "speed": SPEED,
            "anchored_at": anchor,
        },
        "watch": {"workers": 1, "shard_cameras": 1},
        "log": {"format": "json"},
        "halls": {hall: {"name": hall} for hall in HALLS},
        "cameras": {
            f"c-{hall}": {"hall": hall, "name": hall, "source": f"{address}?{hall}"}
            for hall in HALLS
        },
        "windows": {
            f"w-{hall}": {
                "hall": hall,
                "name": hall,
                "views": [{"camera": f"c-{hall}", "polygon": zone}],
            }
            for hall in HALLS
        },
        "roster": {"shifts": "shifts.csv"},
    }
    file = folder / "onpost.yaml"
    file.write_text(json.dumps(content), encoding="utf-8")
    rows = [f"2026-11-23,w-{hall},{hall},08:30,12:00" for hall in HALLS]
    (folder / "shifts.csv").write_text("\n".join(["date,window,person,start,end", *rows]) + "\n")
    return file


@contextmanager
def three_nodes() -> Iterator[Any]:
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # sockets need a short path
    quick = {"health_check_period_ms": 1000, "health_check_timeout_ms": 3000}
    patch = pytest.MonkeyPatch()
    patch.setenv("RAY_TMPDIR", str(folder))
    patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 1,
            "include_dashboard": False,
            "object_store_memory": 80_000_000,
            "_system_config": {**quick, "health_check_failure_threshold": 4},
        },
    )
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=1, object_store_memory=80_000_000)
        yield cluster
    finally:
        cluster.shutdown()
        patch.undo()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Driver:
    """`onpost watch --engine ray`, as it is run, and the record it keeps."""

    file: Path
    address: str
    log: Path
    record: Record
    clock: SimulatedClock
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-c", "from api.cli import main; main()", "watch"]
        engine = ["-s", str(self.file), "--engine", "ray", "--address", self.address]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, *engine], stdout=subprocess.DEVNULL, stderr=out, cwd=ROOT
            )

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(90)

    def wait_until(self, holds: Callable[[], bool], what: str) -> float:
        begun = time.monotonic()
        while not holds():
            ends = self.log.read_text()[-3000:] if self.log.exists() else ""
            assert time.monotonic() - begun < PATIENCE_S, f"not in time: {what}\n{ends}"
            time.sleep(0.2)
        took = time.monotonic() - begun
        print(f"{what}: {took:.1f} s")
        return took

    def holders(self) -> dict[str, tuple[int, int]]:
        """Process and epoch of each hall."""
        with self.record.make_uow(read_only=True) as uow:
            leases = {hall: uow.jobs.lease(hall_lease(hall)) for hall in HALLS}
        return {
            hall: (int(lease.holder.split(":")[1]), lease.epoch)
            for hall, lease in leases.items()
            if lease is not None
        }

    def alive_since(self, moment: datetime) -> bool:
        """Whether every window was seen after a moment."""
        with self.record.make_uow(read_only=True) as uow:
            running = uow.spans.running()
        return len(running) == len(HALLS) and all(
            span.state is not State.UNKNOWN
            and span.proven_until is not None
            and span.proven_until > moment
            for span in running.values()
        )

    def findings(self) -> int:
        with self.record.make_uow(read_only=True) as uow:
            return len({row.window_id for row in uow.findings.list()})


@contextmanager
def watched_halls(tmp_path: Path, database_url: str) -> Iterator[tuple[Any, Driver]]:
    anchor = time.time()
    clock = SimulatedClock(START, SPEED, anchor)
    with serving(clock.now) as address, three_nodes() as cluster:
        file = settings_file(tmp_path, address, database_url, anchor)
        settings = load_settings(file)
        with opened(settings) as record:
            driver = Driver(file, cluster.address, tmp_path / "watch.log", record, clock)
            driver.start()
            try:
                yield cluster, driver
            finally:
                if driver.process is not None and driver.process.poll() is None:
                    driver.process.kill()
                    driver.process.wait(10)


@contextmanager
def opened(settings: Settings) -> Iterator[Record]:
    from models.storage.record import open_record

    open_record(settings.data_path, settings.database_url).close()
    record = open_existing_record(settings.data_path, settings.database_url)
    try:
        yield record
    finally:
        record.close()


def node_of(cluster: Any, pid: int) -> Any:
    """The node whose raylet is the parent of a process."""
    parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    for node in cluster.list_all_nodes():
        if any(one.process.pid == parent for one in node.all_processes["raylet"]):
            return node
    raise AssertionError(f"process {pid} belongs to no node")


def test_cameras_of_a_lost_worker_and_a_lost_node_are_watched_again_and_no_span_comes_twice(
    tmp_path: Path, database_url: str
) -> None:
    with watched_halls(tmp_path, database_url) as (cluster, driver):
        driver.wait_until(lambda: driver.findings() == len(HALLS), "three findings from the start")
        first = driver.holders()
        nodes = {hall: node_of(cluster, pid) for hall, (pid, _) in first.items()}
        assert len({id(node) for node in nodes.values()}) == 3, "one shard on each node"

        moment = driver.clock.now()
        os.kill(first["h1"][0], signal.SIGKILL)
        driver.wait_until(lambda: driver.alive_since(moment), "a worker was killed")
        second = driver.holders()
        assert second["h1"][1] == first["h1"][1] + 1
        assert (second["h2"], second["h3"]) == (first["h2"], first["h3"]), "the others went on"

        owners = {hall: node_of(cluster, pid) for hall, (pid, _) in second.items()}
        lost = next(hall for hall in HALLS if owners[hall] is not cluster.head_node)
        moment = driver.clock.now()
        cluster.remove_node(owners[lost], allow_graceful=False)
        driver.wait_until(lambda: driver.alive_since(moment), "a node was killed")
        third = driver.holders()
        assert third[lost][1] > second[lost][1]
        assert all(third[hall] == second[hall] for hall in HALLS if hall != lost)

        assert driver.end(signal.SIGKILL) != 0
        cluster.add_node(num_cpus=1, object_store_memory=80_000_000)
        assert driver.holders() == third, "the shards go on without their driver"
        driver.start()
        driver.wait_until(lambda: driver.holders() != third, "a shard moved to the node that came")
        moment = driver.clock.now()
        driver.wait_until(lambda: driver.alive_since(moment), "all are live after it")
        fourth = driver.holders()
        assert sum(fourth[hall] != third[hall] for hall in HALLS) == 1, "only one had to move"
        driver.wait_until((tmp_path / "shelf" / "watch.process.json").exists, "word on the shelf")
        assert driver.end(signal.SIGTERM) == 0
        check_record(driver.record, lost)


def check_record(record: Record, lost: str) -> None:
    with record.make_uow(read_only=True) as uow:
        spans = uow.spans.between(None, START, START + timedelta(days=1))
        entries = uow.register.find(kind="finding_opened")
    blind = set()
    for hall in HALLS:
        mine = [span for span in spans if span.window_id == f"w-{hall}"]
        assert mine
        assert all(before.end == after.start for before, after in pairwise(mine))
        assert {span.state for span in mine} <= {State.ABSENT, State.UNKNOWN}
        # Taken over within two sampling periods nothing is doubtful; a lost node takes longer.
        turns = [(before.state, after.state) for before, after in pairwise(mine)]
        blind |= {hall} if (State.ABSENT, State.UNKNOWN) in turns else set()
    assert lost in blind, "what nobody watched is unknown"
    opened_keys = [entry.payload["finding"] for entry in entries]
    assert len(opened_keys) == len(set(opened_keys)), "nothing was opened twice"
    verdict = verify_record(record)
    assert verdict.faults == ()
    assert verdict.pictures >= len(HALLS)
