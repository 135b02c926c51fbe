"""Evidence pictures (证据图片) as files: `yyyy/mm/dd/<sha256>.jpg` by UTC date."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from models.domain.errors import StorageError
from models.domain.records import StoredFile
from models.storage.files import sync_folder, write_new

EVIDENCE_PATH: Final = re.compile(r"\d{4}/\d{2}/\d{2}/[0-9a-f]{64}\.jpg")


def place_of(data: bytes, taken_at: datetime) -> tuple[str, str]:
    """A picture's SHA-256 and its path in a store: by day (UTC) and hash.

    Raises:
        StorageError: the time has no time zone.
    """
    if taken_at.tzinfo is None:
        raise StorageError(
            f"证据时间 {taken_at.isoformat()} 没有时区。",
            f"the evidence's time {taken_at.isoformat()} has no time zone.",
        )
    digest = sha256(data).hexdigest()
    return digest, f"{taken_at.astimezone(UTC):%Y/%m/%d}/{digest}.jpg"


class FileEvidenceStore:
    """EvidenceStore on a local or mounted folder. Safe from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes, taken_at: datetime) -> StoredFile:
        digest, path = place_of(data, taken_at)
        file = self.root / path
        with self._sweeping_apart(fcntl.LOCK_SH):
            if not write_new(file, data):
                if file.read_bytes() != data:
                    raise changed_picture(path)
                os.utime(file)  # named again: as new to the sweep as a new file
        return StoredFile(digest, path, len(data))

    def read(self, path: str) -> bytes:
        if not EVIDENCE_PATH.fullmatch(path):
            raise StorageError(
                f"证据路径“{path}”无效。", f"{path!r} is not a path in the evidence store."
            )
        try:
            data = (self.root / path).read_bytes()
        except FileNotFoundError as error:
            raise missing_picture(path) from error
        except OSError as error:
            raise StorageError(
                f"证据文件不可读取:{error.strerror}。",
                f"the evidence file cannot be read: {error.strerror}.",
                where=path,
            ) from error
        if sha256(data).hexdigest() != Path(path).stem:
            raise changed_picture(path)
        return data

    def sweep(self, known: set[str], older_than: datetime) -> int:
        removed = 0
        for file in sorted(self.root.glob("[0-9]*/[0-9]*/[0-9]*/*")):
            orphan = file.name.startswith(".new-") or (
                file.suffix == ".jpg" and file.stem not in known
            )
            if not orphan:
                continue
            with self._sweeping_apart(fcntl.LOCK_EX):
                if file.exists() and file.stat().st_mtime < older_than.timestamp():
                    file.unlink()
                    sync_folder(file.parent)
                    removed += 1
        return removed

    def remove(self, path: str, older_than: datetime) -> bool:
        """Remove a picture whose destruction is registered.

        Args:
            path: As in `StoredFile.path`.
            older_than: One that was written or named again since stays (real time).
        """
        file = self.root / path
        if not EVIDENCE_PATH.fullmatch(path) or not file.exists():
            return False
        with self._sweeping_apart(fcntl.LOCK_EX):
            try:
                if file.stat().st_mtime >= older_than.timestamp():
                    return False
                file.unlink()
            except FileNotFoundError:
                return False
            except OSError as error:
                raise StorageError(
                    f"证据文件不能删除:{error.strerror}。请检查权限。",
                    f"the evidence file cannot be removed: {error.strerror}. Check permissions.",
                    where=path,
                ) from error
            sync_folder(file.parent)
        return True

    @contextmanager
    def _sweeping_apart(self, lock: int) -> Iterator[None]:
        """Keeps a sweep in another process from removing a file that is being named again."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle = (self.root / ".lock").open("ab")
        except OSError as error:
            raise StorageError(
                f"证据文件夹不可写:{error.strerror}。请检查磁盘空间与权限。",
                f"the evidence folder cannot be written: {error.strerror}. "
                "Check disk space and permissions.",
                where=str(self.root),
            ) from error
        with handle:
            fcntl.flock(handle, lock)
            yield


class EvidenceMissing(StorageError):
    """A picture that should be in the evidence store is not there."""


def missing_picture(path: str) -> EvidenceMissing:
    """The error of a picture that is not there."""
    return EvidenceMissing("证据文件缺失。", "the evidence file is missing.", where=path)


def changed_picture(path: str) -> StorageError:
    """The error of a picture that is not what its name says."""
    return StorageError(
        "证据文件内容与其 SHA-256 不符,已被改动。",
        "the evidence file does not match its SHA-256; it was changed.",
        where=path,
    )
