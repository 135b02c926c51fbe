"""Writing a backup (备份): one file with all that is kept, of one moment, beside a running watch.

A tar archive: the tables as rows, the signed heads up to that moment, the pictures of evidence,
documents, the public key, and last a manifest with the SHA-256 of every other member. The private
keys go in only where the archive is encrypted.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from api.backup_seal import SealedWriter
from api.settings import Settings
from models.domain.errors import InputError, StorageError
from models.storage.anchors import bytes_until
from models.storage.dump import Snapshot, snapshot
from models.storage.evidence_store import EvidenceMissing
from models.storage.files import sync_folder
from models.storage.record import ANCHORS, DATABASE, Record

FORMAT: Final = "onpost-backup-1"
MANIFEST: Final = "manifest.json"
PUBLIC: Final = "public/register.pem"
TRIES: Final = 3
"""Snapshots taken anew where pictures were destroyed by their time while they were copied."""

_NOT_COPIED: Final = frozenset({"anchors", "evidence", "shelf", "keys"})


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds.

    Attributes:
        missing: Pictures that have a row and no file, and were not destroyed by their time.
    """

    file: Path
    rows: int
    pictures: int
    bytes: int
    encrypted: bool
    fingerprint: str
    missing: tuple[str, ...]


class _Hashed:
    """What is read of a file, hashed on its way."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle, self.digest = handle, sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._handle.read(size)
        self.digest.update(data)
        return data


@dataclass
class _Writer:
    """Members into a tar archive, each with its hash noted."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        """One member."""
        self.files[name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
        self.put(name, data)

    def copy(self, name: str, source: Path, size: int) -> None:
        """One member from the beginning of a file, which may be larger than memory."""
        with source.open("rb") as handle:
            through = _Hashed(handle)
            info = tarfile.TarInfo(name)
            info.size, info.mode = size, 0o600
            self.tar.addfile(info, cast(IO[bytes], through))
        self.files[name] = {"sha256": through.digest.hexdigest(), "bytes": size}

    def put(self, name: str, data: bytes) -> None:
        """One member without a note."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self.tar.addfile(info, io.BytesIO(data))


def backup(
    record: Record, settings: Settings, target: Path, now: datetime, *, secret: bytes | None
) -> Made:
    """Write a backup of a record that is open; whole, or not at all.

    Args:
        record: The record; others may write it meanwhile.
        settings: Where everything lies.
        target: The file, or a folder in which it is named by the moment.
        now: The moment.
        secret: A passphrase to encrypt it with.

    Raises:
        InputError: the file is there already, or lies in the data folder.
        StorageError: something cannot be read or written; no file is left.
    """
    file = _named(target, now, sealed=secret is not None)
    _refuse(file, settings)
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for left in range(TRIES - 1, -1, -1):
            with _opened(part, secret) as out, snapshot(record.make_uow.engine) as moment:
                writer, missing = _write(
                    out, moment, record, settings, now, keys=secret is not None
                )
            if not missing or not left:
                break
        part.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise StorageError(
            f"备份无法写入:{error.strerror}。请检查磁盘空间与权限。",
            f"the backup cannot be written: {error.strerror}. Check disk space and permissions.",
            where=str(file),
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return Made(
        file,
        sum(writer.tables.values()),
        sum(name.startswith("evidence/") for name in writer.files),
        file.stat().st_size,
        secret is not None,
        record.anchors.fingerprint,
        tuple(missing),
    )


def _write(
    out: BinaryIO,
    moment: Snapshot,
    record: Record,
    settings: Settings,
    now: datetime,
    *,
    keys: bool,
) -> tuple[_Writer, list[str]]:
    with tarfile.open(fileobj=out, mode="w|", bufsize=1 << 20) as tar:
        writer = _Writer(tar)
        counted: dict[str, int] = {}
        for part in moment.parts():
            number = counted[part.table] = counted.get(part.table, 0) + 1
            writer.tables[part.table] = writer.tables.get(part.table, 0) + part.rows
            data = gzip.compress(part.lines, 6, mtime=0)
            writer.add(f"tables/{part.table}/{number:06}.jsonl.gz", data)
        size = bytes_until(record.anchors.file, moment.heads())
        if size:
            writer.copy(ANCHORS, record.anchors.file, size)
        writer.add(PUBLIC, record.anchors.public_pem())
        missing = []
        for path, digest in moment.pictures():
            try:
                writer.add(f"evidence/{path}", record.evidence.read(path))
            except EvidenceMissing:
                missing.append(digest)
        for name, source in _others(settings, keys=keys):
            writer.add(name, source.read_bytes())
        missing = sorted(set(missing) - moment.purged())
        manifest = _manifest(writer, moment, record, now, missing, keys=keys)
        writer.put(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8"))
    return writer, missing


def _manifest(
    writer: _Writer,
    moment: Snapshot,
    record: Record,
    now: datetime,
    missing: list[str],
    *,
    keys: bool,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "onpost": version("onpost"),
        "revision": moment.revision,
        "tables": writer.tables,
        "sequences": moment.sequences(),
        "heads": moment.heads(),
        "key": record.anchors.fingerprint,
        "private_keys": keys,
        "missing": missing,
        "files": writer.files,
    }


def _others(settings: Settings, *, keys: bool) -> Iterator[tuple[str, Path]]:
    """Everything else below the data folder, such as documents; keys only where asked for."""
    data, elsewhere = settings.data_path, {settings.evidence_path, settings.shelf_path}
    for top in sorted(data.iterdir()):
        passed = top.name in _NOT_COPIED and not (keys and top.name == "keys")
        passed = passed or top in elsewhere
        if passed or top.name.startswith((DATABASE, ".")) or top.suffix == ".lock":
            continue
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                yield f"data/{file.relative_to(data)}", file


@contextmanager
def _opened(part: Path, secret: bytes | None) -> Iterator[BinaryIO]:
    """The file under its passing name, for its owner alone, synced at the end."""
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as handle:
        if secret is None:
            yield handle
        else:
            with SealedWriter(handle, secret) as sealed:
                yield cast(BinaryIO, sealed)
        handle.flush()
        os.fsync(handle.fileno())


def _named(target: Path, now: datetime, *, sealed: bool) -> Path:
    if target.is_dir() or not target.suffix:
        return target / f"onpost-{now:%Y%m%d-%H%M%S}.{'tar.sealed' if sealed else 'tar'}"
    return target


def _refuse(file: Path, settings: Settings) -> None:
    if file.exists():
        raise InputError(
            "该备份文件已存在,不覆盖。",
            "the file is there; nothing is overwritten.",
            where=str(file),
        )
    if file.resolve().is_relative_to(settings.data_path):
        raise InputError(
            "备份不要放在数据文件夹内:请写到另一磁盘或另一台机器。",
            "a backup does not belong into the data folder; write it to another disk or machine.",
            where=str(file),
        )
