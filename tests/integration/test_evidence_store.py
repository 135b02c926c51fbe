"""Evidence files: whole or not at all, named by their hash, orphans swept."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from models.domain.errors import StorageError
from models.storage import engine
from models.storage.anchors import Anchors
from models.storage.evidence_store import EvidenceMissing, FileEvidenceStore
from models.storage.record import open_record
from models.storage.verification import verify_record
from tests.builders import NINE


@pytest.fixture
def store(tmp_path: Path) -> FileEvidenceStore:
    return FileEvidenceStore(tmp_path / "evidence")


def files(store: FileEvidenceStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file() and path.name != ".lock"]


def test_a_picture_is_found_by_date_and_hash(store: FileEvidenceStore) -> None:
    stored = store.put(b"picture", NINE)
    assert stored.sha256 == sha256(b"picture").hexdigest()
    assert stored.path == f"2026/11/23/{stored.sha256}.jpg"
    assert stored.bytes == 7
    assert store.read(stored.path) == b"picture"
    assert files(store) == [store.root / stored.path]


def test_the_date_is_that_of_utc(store: FileEvidenceStore) -> None:
    early = datetime(2026, 11, 24, 7, tzinfo=timezone(timedelta(hours=8)))
    assert store.put(b"x", early).path.startswith("2026/11/23/")


def test_the_same_picture_twice_is_one_file(store: FileEvidenceStore) -> None:
    assert store.put(b"picture", NINE) == store.put(b"picture", NINE)
    assert len(files(store)) == 1


def test_a_naive_time_is_refused(store: FileEvidenceStore) -> None:
    with pytest.raises(StorageError):
        store.put(b"x", datetime(2026, 11, 23))  # noqa: DTZ001


def test_a_changed_file_is_never_given_out_nor_taken_for_the_right_one(
    store: FileEvidenceStore,
) -> None:
    stored = store.put(b"picture", NINE)
    (store.root / stored.path).write_bytes(b"another")
    with pytest.raises(StorageError, match="已被改动"):
        store.read(stored.path)
    with pytest.raises(StorageError, match="已被改动"):
        store.put(b"picture", NINE)


def test_a_missing_file_is_told_apart_from_a_changed_one(store: FileEvidenceStore) -> None:
    with pytest.raises(EvidenceMissing):
        store.read(f"2026/11/23/{'0' * 64}.jpg")


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "2026/11/23/x.jpg", ""])
def test_only_paths_of_the_store_are_read(store: FileEvidenceStore, path: str) -> None:
    with pytest.raises(StorageError, match="not a path"):
        store.read(path)


@pytest.mark.parametrize("step", ["write", "fsync", "link"])
def test_a_full_disk_leaves_no_half_file(
    store: FileEvidenceStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_args: Any, **_more: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store.put(b"before", NINE)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen" if step == "write" else step, full)
        with pytest.raises(StorageError, match="磁盘空间"):
            store.put(b"picture", NINE)
    assert [file.read_bytes() for file in files(store)] == [b"before"]
    assert store.read(store.put(b"picture", NINE).path) == b"picture"


def test_the_file_is_safe_before_its_name_appears_and_the_folder_after(
    store: FileEvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(b"folders are there", NINE)
    told: list[str] = []
    sync, link = os.fsync, os.link

    def spy_sync(descriptor: int) -> None:
        folder = Path(f"/proc/self/fd/{descriptor}").resolve().is_dir()
        told.append("folder" if folder else "file")
        sync(descriptor)

    def spy_link(source: str, target: Path) -> None:
        told.append("name")
        link(source, target)

    monkeypatch.setattr(os, "fsync", spy_sync)
    monkeypatch.setattr(os, "link", spy_link)
    store.put(b"picture", NINE)
    assert told == ["file", "name", "folder"]


def test_orphans_are_swept_once_they_are_old(store: FileEvidenceStore) -> None:
    kept, orphan = store.put(b"kept", NINE), store.put(b"orphan", NINE)
    torn = (store.root / kept.path).parent / ".new-abc"
    torn.write_bytes(b"half")
    now = datetime.now(UTC)
    assert store.sweep({kept.sha256}, now - timedelta(hours=1)) == 0
    assert store.sweep({kept.sha256}, now + timedelta(hours=1)) == 2
    assert files(store) == [store.root / kept.path]
    assert not (store.root / orphan.path).exists()


def test_a_picture_named_again_is_as_new_to_the_sweep_as_a_new_one(
    store: FileEvidenceStore,
) -> None:
    stored = store.put(b"picture", NINE)
    long_ago = datetime.now(UTC) - timedelta(days=2)
    os.utime(store.root / stored.path, (long_ago.timestamp(), long_ago.timestamp()))
    store.put(b"picture", NINE)
    assert store.sweep(set(), datetime.now(UTC) - timedelta(hours=1)) == 0
    assert store.read(stored.path) == b"picture"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"a file in the folder's place")
    with pytest.raises(StorageError, match="证据文件夹不可写"):
        FileEvidenceStore(tmp_path / "evidence").put(b"x", NINE)


def test_a_full_disk_under_the_database_undoes_everything(tmp_path: Path) -> None:
    record = open_record(tmp_path / "data")

    def full(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no page more than there are

    event.listen(record.make_uow.engine, "connect", full)
    record.make_uow.engine.dispose()
    with pytest.raises(StorageError, match="full"), record.make_uow() as uow:
        uow.register.append("note", {"text": "x" * 100_000}, NINE)
        uow.commit()
    record.close()
    record = open_record(tmp_path / "data")
    with record.make_uow() as uow:
        assert uow.register.entries() == []
        uow.register.append("note", {}, NINE)
        uow.commit()
    assert verify_record(record).faults == ()
    record.close()


def test_a_writer_that_waits_too_long_for_another_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_S", 0.1)
    record = open_record(tmp_path / "data")
    with record.make_uow() as first:
        first.register.append("note", {}, NINE)
        with pytest.raises(StorageError, match="locked"), record.make_uow():
            pass
        first.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.register.head().seq == 1
    record.close()


def test_the_signing_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    record = open_record(tmp_path / "data")
    record.close()
    assert record.anchors.key_file.stat().st_mode & 0o777 == 0o600


def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    anchors, key = tmp_path / "a.jsonl", tmp_path / "k.pem"
    anchors.write_bytes(b"{}\n")
    with pytest.raises(StorageError, match="请从备份恢复"):
        Anchors(anchors, key)
    assert not key.exists()


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_key_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    key = tmp_path / "k.pem"
    key.write_bytes(content)
    with pytest.raises(StorageError, match="not an Ed25519 key"):
        Anchors(tmp_path / "a.jsonl", key)


def test_where_the_head_cannot_be_signed_nothing_is_registered(tmp_path: Path) -> None:
    record = open_record(tmp_path / "data")
    record.anchors.file.mkdir(parents=True)  # a folder in the file's place
    with pytest.raises(StorageError, match="signed head cannot be written"), record.make_uow() as u:
        u.register.append("note", {}, NINE)
        u.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.register.entries() == []
    record.close()


def test_where_only_the_settling_fails_the_entry_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record = open_record(tmp_path / "data")
    sign = Anchors.sign

    def full(self: Anchors, first: int, entry: Any, *, settled: bool) -> None:
        if settled:
            raise StorageError("磁盘已满", "disk full")
        sign(self, first, entry, settled=settled)

    with monkeypatch.context() as patch:
        patch.setattr(Anchors, "sign", full)
        with record.make_uow() as uow:
            uow.register.append("note", {}, NINE)
            uow.commit()
    record.close()
    assert "settled at the next start" in caplog.text
    record = open_record(tmp_path / "data")
    assert [anchor.settled for anchor in record.anchors.read().anchors] == [False, True]
    record.close()
