"""The disk under record and evidence: full, hanging, broken, cut from its power; SQLite locked.

Real file systems of their own, mounted for the drill; the watch and its record are real.
Ordinarily once and short; FAULT_SPEED=real for longer, FAULT_DRILLS as often.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.faults.disks import Disk, small_disk
from tests.faults.drill import BUSY_S, HOLDS_S, ROUNDS, Tell, drill
from tests.faults.station import FULL, Station, station

BASE: Final = "; everything below the data folder on an ext4 disk of 24 MiB"

pytestmark = [pytest.mark.mount, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_disk_that_fails_in_any_way_accuses_nobody_and_loses_nothing(
    number: int, tmp_path: Path, told: Tell
) -> None:
    with (
        small_disk(tmp_path, 24) as disk,
        station(tmp_path, disk.place / "data", busy_s=BUSY_S) as at,
    ):
        at.start()
        at.registers_more()
        _full(at, disk, told)
        _locked(at, told)
        _hangs(at, disk, told)
        _broken(at, disk, told)
        if FULL:
            _cut(at, disk, told)
            at.registers_more()
        at.stop()
        assert at.wrong() == []


def _full(at: Station, disk: Disk, told: Tell) -> None:
    with drill(at, told, "disk full, SQLite", f"filled to the last byte{BASE}") as note:
        lines, filler = len(at.lines()), disk.fill()
        note.seen.append(at.reason("磁盘", "disk", since=lines))
        time.sleep(HOLDS_S)
        filler.unlink()


def _locked(at: Station, told: Tell) -> None:
    with (
        drill(
            at, told, "database locked, SQLite", "another program in a writing transaction"
        ) as note,
        closing(sqlite3.connect(at.data / "onpost.db", isolation_level=None)) as other,
    ):
        lines = len(at.lines())
        other.execute("BEGIN IMMEDIATE")
        note.seen.append(at.reason("占用", "locked", since=lines, within_s=BUSY_S + 30))
        time.sleep(HOLDS_S)
        other.execute("ROLLBACK")


def _hangs(at: Station, disk: Disk, told: Tell) -> None:
    with drill(at, told, "disk hangs, SQLite", f"fsfreeze: every write waits{BASE}") as note:
        disk.freeze()
        time.sleep(HOLDS_S + 2.0)
        disk.thaw()
        note.seen.append("writes waited and then went on")


def _broken(at: Station, disk: Disk, told: Tell) -> None:
    with drill(
        at, told, "disk read-only, SQLite", "as the kernel does after a disk error; mounted anew"
    ) as note:
        lines = len(at.lines())
        disk.break_down()
        note.seen.append(at.reason("磁盘", "disk", since=lines))
        at.reason("Read-only", since=lines)
        time.sleep(HOLDS_S)
        at.kill()
        disk.unmount()
        disk.mount()
        note.over()
        at.start()


def _cut(at: Station, disk: Disk, told: Tell) -> None:
    with drill(at, told, "power cut, SQLite", f"un-synced writes dropped{BASE}") as note:
        at.pause()
        copy = disk.file.with_suffix(".cut")
        disk.cut(copy)
        at.kill()
        disk.put_back(copy)
        note.over()
        assert at.wrong() == []
        at.start()
        note.seen.append("whole before the next start already")
