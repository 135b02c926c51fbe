"""The machine under the watch: its clock set by an hour, its memory at an end, its power cut.

Ordinarily once and short; FAULT_SPEED=real for more cuts, FAULT_DRILLS as often.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil
import pytest

from models.storage.record import open_existing_record
from models.storage.verification import verify_record
from tests.faults.disks import MIB, Disk, mounted_copy, small_disk
from tests.faults.drill import ROUNDS, Tell, drill
from tests.faults.hall import SPEED
from tests.faults.report import Seen
from tests.faults.station import FULL, Station, station
from tests.groups import ROOT

HOUR_S: Final = 3600 / SPEED
CUTS, DISK_MIB = (60, 96) if FULL else (8, 24)
SEED: Final = 20261124

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_clock_set_by_an_hour_and_memory_at_an_end_accuse_nobody_and_lose_nothing(
    number: int, tmp_path: Path, told: Tell
) -> None:
    with station(tmp_path) as at:
        at.start(kept_up=True)
        at.registers_more()
        for by_s, which in ((HOUR_S, "on"), (-HOUR_S, "back")):
            _clock_set(at, by_s, which, told)
        _no_memory(at, told)
        _clock_stays(at, told)
        if FULL:
            _killed_for_memory(at, told)
            at.registers_more()


def _clock_set(at: Station, by_s: float, which: str, told: Tell) -> None:
    with drill(
        at,
        told,
        f"clock set {which} an hour",
        f"{which} by one of the watch's hours, and right again",
    ) as note:
        lines = len(at.lines())
        at.set_clock(by_s)
        note.seen.append(at.reason("时钟被改动", "was set", since=lines))
        at.wait_until(lambda: at.unknown_since(lines), 30, "every window becomes unknown")
        at.set_clock(0.0)


def _clock_stays(at: Station, told: Tell) -> None:
    with drill(
        at, told, "clock set on an hour for good", "the watch begins again by the new time"
    ) as note:
        lines = len(at.lines())
        at.set_clock(HOUR_S)
        at.reason("时钟被改动", "was set", since=lines)
        at.watcher().send_signal(signal.SIGHUP)
        note.seen.append(at.reason("重新开始监看", "begins again", since=lines, within_s=40))
        at.clock_is_on(HOUR_S)


def _no_memory(at: Station, told: Tell) -> None:
    """Nothing more is given to it (RLIMIT_AS), and it has used up what it had."""
    with drill(at, told, "out of memory", "no more is given, and all that it had is taken") as note:
        watch = at.watcher()
        most = watch.memory_info().vms + 32 * MIB
        resource.prlimit(watch.pid, resource.RLIMIT_AS, (most, most))
        watch.send_signal(signal.SIGUSR1)
        psutil.wait_procs([watch], timeout=30)
        assert at.said_in("内存不足"), at.tail()
        assert not watch.is_running() or watch.status() == psutil.STATUS_ZOMBIE
        at.wait_until(lambda: at.said_in("a process ended"), 10, "the supervisor tells it")
        note.seen.append("it said 内存不足 / out of memory, ended, and another was started")


def _killed_for_memory(at: Station, told: Tell) -> None:
    with drill(at, told, "killed for memory", "SIGKILL, as the kernel does; started again") as note:
        watch = at.watcher()
        watch.send_signal(signal.SIGKILL)
        psutil.wait_procs([watch], timeout=10)
        at.wait_until(lambda: at.watcher().pid != watch.pid, 10, "the supervisor starts another")
        note.seen.append("the supervisor told it and started another")


@pytest.mark.mount
def test_whatever_a_power_cut_leaves_holds_everything_that_was_committed(
    tmp_path: Path, told: Tell
) -> None:
    chance, wrong, committed = random.Random(SEED), list[str](), list[str]()
    copy = tmp_path / "cut.img"
    with small_disk(tmp_path, DISK_MIB) as disk, writing(disk, tmp_path) as writer:
        for cut in range(CUTS):
            time.sleep(chance.uniform(0.05, 0.4))
            unsynced = disk.place / f"unsynced-{cut}"
            unsynced.write_bytes(b"lost" * 1000)
            with writer.halted():
                committed = writer.said()
                disk.cut(copy)
            with mounted_copy(copy, tmp_path / "after") as place:
                wrong += [f"cut {cut}: {one}" for one in _wrong(place / "data", committed)]
                left = place / unsynced.name
                assert not left.exists() or not left.read_bytes(), "nothing was cut"
            unsynced.unlink()
    told(
        Seen(
            "power cut while writing, SQLite",
            f"{CUTS} cuts at random moments; each time a file that nobody had synced was gone",
            f"{len(committed)} transactions were said to be committed, all of them there",
            None,
            0,
            "; ".join(wrong) or "held",
        )
    )
    assert wrong == []
    assert len(committed) > CUTS


def _wrong(data: Path, committed: list[str]) -> list[str]:
    record = open_existing_record(data)
    try:
        faults = [str(one) for one in verify_record(record).faults]
        with record.make_uow(read_only=True) as uow:
            keys = [one.key for one in uow.register.find(limit=10**6)]
        lost = sorted(set(committed) - set(keys))
        return [*faults, *(f"lost {one}" for one in lost)]
    finally:
        record.close()


class Writer:
    """A program that registers findings with pictures, and says each one once committed."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._out = folder / "writer.out"
        data = disk.place / "data"
        command = [sys.executable, "-m", "tests.integration.register_writer"]
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [*command, f"sqlite:///{data / 'onpost.db'}", str(data), "w", "1000000"],
                cwd=ROOT,
                stdout=out,
            )

    def said(self) -> list[str]:
        text = self._out.read_text()
        return text[: text.rfind("\n") + 1].splitlines()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Halted where it stands."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def writing(disk: Disk, folder: Path) -> Iterator[Writer]:
    """A writer that has begun; killed at the end."""
    writer = Writer(disk, folder)
    try:
        deadline = time.monotonic() + 60
        while not writer.said():
            assert writer.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield writer
    finally:
        writer.process.kill()
        writer.process.wait(30)
