"""Writing files so that they survive a power cut: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from models.domain.errors import StorageError


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(file: Path, data: bytes, *, mode: int = 0o640) -> bool:
    """Write a file that is not there yet; False where it is.

    The bytes are synced before the name appears, and the folder after.

    Raises:
        StorageError: disk full or not writable; nothing is left behind.
    """
    try:
        _make_folders(file.parent)
        return _write(file, data, mode)
    except OSError as error:
        raise StorageError(
            f"文件无法写入:{error.strerror}。请检查磁盘空间与权限。",
            f"the file cannot be written: {error.strerror}. Check disk space and permissions.",
            where=str(file),
        ) from error


def _make_folders(folder: Path) -> None:
    """Make folders and sync each parent that got a new one."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)


def _write(file: Path, data: bytes, mode: int) -> bool:
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fchmod(handle.fileno(), mode)
            os.fsync(handle.fileno())
        try:
            os.link(name, file)
        except FileExistsError:
            return False
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    sync_folder(file.parent)
    return True
