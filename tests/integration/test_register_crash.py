"""kill -9 at any moment, and several programs at once: the register stays whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.domain.register import FaultKind, seal
from models.storage import anchors
from models.storage.anchors import Anchors, ReadAnchors
from models.storage.record import open_existing_record, open_record
from models.storage.unit_of_work import unit_of_work_factory
from models.storage.verification import Verdict, verify_record
from tests.builders import NINE
from tests.groups import ROOT
from tests.integration import register_writer
from tests.storage_fixtures import evidence_root

KILLS = 10


def start(url: str, data: Path, name: str, last: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [
            sys.executable,
            "-m",
            "tests.integration.register_writer",
            url,
            str(data),
            name,
            str(last),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def committed_before_killing(url: str, data: Path, wait_s: float) -> list[str]:
    """What a writer said it had committed until it was killed."""
    with start(url, data, "a", 100_000) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline().strip()]
        time.sleep(wait_s)
        writer.kill()
        said += writer.stdout.read().splitlines()
    assert said[0]
    return said


def verdict_of(url: str, data: Path) -> Verdict:
    record = open_existing_record(data, url)
    try:
        return verify_record(record)
    finally:
        record.close()


def keys_of(url: str, data: Path) -> list[str]:
    record = open_existing_record(data, url)
    try:
        with record.make_uow(read_only=True) as uow:
            entries = uow.register.entries(limit=100_000)
            assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
            assert uow.findings.count() == len(entries)
            assert len(uow.evidence.known()) == len(entries)
        return [entry.key for entry in entries]
    finally:
        record.close()


@pytest.mark.slow
def test_nothing_committed_is_lost_however_often_the_writer_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    data, chance, said = tmp_path / "data", random.Random(4), []
    for _ in range(KILLS):
        said += committed_before_killing(database_url, data, chance.uniform(0, 0.25))
        assert verdict_of(database_url, data).faults == ()  # even before the next start
        keys = keys_of(database_url, data)
        assert set(said) <= set(keys)
        assert len(set(keys)) == len(keys)
    open_record(data, database_url).close()
    verdict = verdict_of(database_url, data)
    assert verdict.faults == ()
    settled = [a.seq for a in Anchors(data / "anchors/register.jsonl", data / "keys/register.pem")
               .read().anchors if a.settled]  # fmt: skip
    assert max(settled) == verdict.entries >= len(said) > KILLS


@pytest.mark.slow
def test_two_programs_write_one_chain_without_a_gap(database_url: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    writers = [start(database_url, data, name, 40) for name in "ab"]
    said = [writer.communicate(timeout=60)[0].splitlines() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    keys = keys_of(database_url, data)
    assert sorted(keys) == sorted(said[0] + said[1])
    assert len(keys) == 80
    assert verdict_of(database_url, data).faults == ()


def test_a_head_committed_right_before_the_end_is_settled_at_the_next_start(
    database_url: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    record = open_record(data, database_url)
    with record.make_uow() as uow:
        uow.register.append("note", {}, NINE)
        uow.commit()
    record.close()
    lines = record.anchors.file.read_bytes().splitlines(keepends=True)
    record.anchors.file.write_bytes(lines[0])  # the process died before it settled
    assert verdict_of(database_url, data).faults == ()
    open_record(data, database_url).close()
    found = record.anchors.read().anchors
    assert [anchor.settled for anchor in found] == [False, True]


def test_a_start_reads_the_newest_heads_of_a_long_file_and_settles_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = open_record(tmp_path / "data")
    for number in range(40):
        with record.make_uow() as uow:
            uow.register.append("note", {"n": number}, NINE)
            uow.commit()
    lines = record.anchors.file.read_bytes().splitlines(keepends=True)
    record.anchors.file.write_bytes(b"".join(lines[:-1]))  # the process died before it settled
    whole = record.anchors.read()
    for size in (len(lines[0]) * 3, len(lines[0]) * 10 + 7, 10**6):
        monkeypatch.setattr(anchors, "_NEWEST", size)
        newest = record.anchors.read_newest()
        assert newest.faults == ()
        assert 1 <= len(newest.anchors) <= size // 300
        assert newest.anchors == whole.anchors[-len(newest.anchors) :]
    record.close()
    monkeypatch.setattr(anchors, "_NEWEST", 3000)
    open_record(tmp_path / "data").close()
    last = record.anchors.read().anchors[-1]
    assert (last.settled, last.seq) == (True, 40)
    assert verify_record(record).faults == ()


def test_a_head_signed_but_never_committed_is_not_settled(
    database_url: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    record = open_record(data, database_url)
    with record.make_uow(read_only=True) as uow:
        head = uow.register.head()
    record.anchors.sign(1, seal(head, "note", {"n": "lost"}, NINE), settled=False)
    record.close()
    record = open_record(data, database_url)
    with record.make_uow() as uow:
        uow.register.append("note", {"n": "kept"}, NINE)
        uow.commit()
    record.close()
    assert verdict_of(database_url, data).faults == ()


def test_an_entry_written_past_this_program_is_not_signed_at_the_next_start(
    database_url: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    open_record(data, database_url).close()
    stranger = unit_of_work_factory(database_url, None)  # has the database, not the key
    with stranger() as uow:
        uow.register.append("note", {"n": "forged"}, NINE)
        uow.commit()
    stranger.close()
    open_record(data, database_url).close()
    assert {fault.kind for fault in verdict_of(database_url, data).faults} == {FaultKind.UNSIGNED}


def test_a_head_is_on_the_disk_before_the_commit_and_again_after_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = open_record(tmp_path / "data", database_url)
    committed: list[int] = []
    sync = os.fsync

    def spy(descriptor: int) -> None:
        sync(descriptor)
        if Path(f"/proc/self/fd/{descriptor}").resolve() == record.anchors.file.resolve():
            with record.make_uow(read_only=True) as reading:
                committed.append(reading.register.head().seq)

    monkeypatch.setattr(os, "fsync", spy)
    with record.make_uow() as uow:
        uow.register.append("note", {}, NINE)
        uow.register.append("note", {}, NINE)
        uow.commit()
    record.close()
    assert committed == [0, 2]


def test_entries_written_while_the_register_is_checked_are_no_fault(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = open_record(tmp_path / "data", database_url)
    read = Anchors.read

    def write_one() -> None:
        with record.make_uow() as uow:
            uow.register.append("note", {}, NINE)
            uow.commit()

    def read_between_two_entries(self: Anchors) -> ReadAnchors:
        write_one()
        anchors = read(self)
        write_one()
        return anchors

    monkeypatch.setattr(Anchors, "read", read_between_two_entries)
    verdict = verify_record(record)
    record.close()
    assert verdict.faults == ()
    assert (verdict.entries, verdict.anchors) == (2, 6)


def test_a_picture_whose_entry_never_committed_is_swept(database_url: str, tmp_path: Path) -> None:
    record = open_record(tmp_path / "data", database_url)
    kept = register_writer.write(record, "a:1")
    orphan = record.evidence.put(b"its transaction died", NINE)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert record.sweep(tomorrow) == 1
    assert not (evidence_root(record) / orphan.path).exists()
    assert (kept, verify_record(record).faults) == (1, ())
    record.close()
