"""Bringing a backup (备份) in: all of it is checked first, then put into an empty place."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from api.backup import FORMAT, MANIFEST
from api.backup_seal import MAGIC, SealedReader
from api.settings import Settings
from models.domain.errors import InputError, StorageError
from models.domain.ports import EvidenceStore
from models.storage.anchors import key_fingerprint
from models.storage.dump import Loading, loading
from models.storage.engine import open_engine, sqlite_file
from models.storage.files import sync_folder
from models.storage.migrate import require_known
from models.storage.record import ANCHORS, DATABASE, KEY

MOST_MANIFEST: Final = 1 << 30
_NAME: Final = re.compile(r"(?:tables|anchors|public|evidence|data)(?:/[^/\0]+)+")
_TABLE: Final = re.compile(r"tables/([a-z_]+)/\d{6}\.jsonl\.gz")
_PICTURE: Final = re.compile(r"evidence/((\d{4})/(\d{2})/(\d{2})/[0-9a-f]{64}\.jpg)")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read to its end and is as it was written.

    Attributes:
        manifest: What it says of itself.
        secret: What opens it, None where it is not encrypted.
    """

    file: Path
    manifest: Mapping[str, Any]
    secret: bytes | None


def checked(file: Path, secret: bytes | None) -> Backup:
    """Read a backup to its end and hold every member against the manifest.

    Raises:
        InputError: it is encrypted and no passphrase was given.
        StorageError: it is none of ours, damaged, cut, or of a newer OnPost.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: Any = None
    try:
        with _members(file, secret) as members:
            for name, data in members:
                if manifest is not None:
                    raise _damaged(file)
                if name == MANIFEST:
                    manifest = json.loads(data.read(MOST_MANIFEST))
                elif _safe(name) and name not in found:
                    found[name] = _noted(data)
                else:
                    raise _damaged(file)
    except OSError as error:
        raise _damaged(file) from error
    except (tarfile.TarError, EOFError, ValueError, RecursionError) as error:
        raise _damaged(file) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _damaged(file)
    require_known({str(manifest.get("revision"))})
    if manifest.get("files") != found:
        raise _damaged(file)
    return Backup(file, manifest, secret)


def restore(
    held: Backup, settings: Settings, evidence: EvidenceStore, *, keys: Path | None = None
) -> None:
    """Put a checked backup where the settings say; where anything fails, nothing but pictures of
    evidence is left, which are named by their hash and do no harm.

    Args:
        held: The backup.
        settings: Where everything goes.
        evidence: Where pictures go.
        keys: Folder of the private keys, where they are not in the backup.

    Raises:
        InputError: there is a record already, or the key is missing or another one.
        StorageError: something cannot be written.
    """
    data, url = settings.data_path, settings.database_url
    _refuse_what_is_there(settings)
    staged = data / ".restoring"
    shutil.rmtree(staged, ignore_errors=True)
    moved: list[Path] = []
    try:
        staged.mkdir(parents=True)
        if sqlite_file(url) == data / DATABASE:
            url = f"sqlite:///{staged / DATABASE}"
        engine = open_engine(url)
        try:
            _own_keys(held, keys, staged)
            with loading(engine, str(held.manifest["revision"])) as into:
                _bring_in(held, into, staged, evidence)
                _require_key(held, staged)
                into.finish(held.manifest["sequences"])
                moved += _moved(staged, data, but=DATABASE)
        finally:
            engine.dispose()
        moved += _moved(staged, data)
    except BaseException as error:
        for one in [*moved, *_made_database(url)]:
            shutil.rmtree(one) if one.is_dir() else one.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StorageError(
                f"恢复时无法写入:{error.strerror}。请检查磁盘空间与权限;未恢复任何内容。",
                f"it cannot be written: {error.strerror}. Check disk space and permissions; "
                "nothing was restored.",
                where=str(data),
            ) from error
        raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _made_database(url: str) -> list[Path]:
    """The files of an SQLite database, of which there was none before."""
    file = sqlite_file(url)
    return [] if file is None else sorted(file.parent.glob(f"{file.name}*"))


def _bring_in(held: Backup, into: Loading, staged: Path, evidence: EvidenceStore) -> None:
    """Every member to its place; what was checked before is not checked again."""
    with _members(held.file, held.secret) as members:
        for name, data in members:
            table, picture = _TABLE.fullmatch(name), _PICTURE.fullmatch(name)
            if table is not None:
                lines = gzip.decompress(data.read()).splitlines()
                into.put(table[1], into.columns(table[1]), map(json.loads, lines))
            elif picture is not None:
                year, month, day = (int(picture[place]) for place in (2, 3, 4))
                evidence.put(data.read(), datetime(year, month, day, tzinfo=UTC))
            elif name == ANCHORS or name.startswith("data/"):
                _write(staged / name.removeprefix("data/"), data)


def _write(target: Path, data: BinaryIO) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    mode = 0o600 if target.parent.name == "keys" else 0o640
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as handle:
        shutil.copyfileobj(data, handle, 1 << 20)
        handle.flush()
        os.fsync(handle.fileno())


def _own_keys(held: Backup, keys: Path | None, staged: Path) -> None:
    """Private keys that were kept apart, beside what the backup holds."""
    if keys is None:
        return
    if held.manifest["private_keys"]:
        raise InputError(
            "该备份自带密钥,不要再指定 --keys。",
            "this backup holds the keys; leave --keys out.",
            where=str(keys),
        )
    for one in sorted(keys.iterdir()) if keys.is_dir() else []:
        if one.is_file():
            with one.open("rb") as data:
                _write(staged / "keys" / one.name, data)


def _require_key(held: Backup, staged: Path) -> None:
    """The private key that signed what is restored, or nothing could be verified or added."""
    file, wanted = staged / KEY, str(held.manifest["key"])
    found = key_fingerprint(file.read_bytes()) if file.is_file() else ""
    if found != wanted:
        raise InputError(
            f"缺少签名密钥(指纹 {wanted})。未加密的备份不含密钥:请用 --keys 指定"
            "另行保存的 keys 文件夹。",
            f"the signing key with the fingerprint {wanted} is missing. A backup that is not "
            "encrypted holds no keys: name the folder `keys` that you kept apart with --keys.",
            where=KEY,
        )


def _moved(staged: Path, data: Path, *, but: str = "\0") -> list[Path]:
    """What is staged moved to its place."""
    moved = []
    for one in sorted(staged.iterdir()):
        if not one.name.startswith(but):
            one.replace(data / one.name)
            moved.append(data / one.name)
    sync_folder(data)
    return moved


def _refuse_what_is_there(settings: Settings) -> None:
    data = settings.data_path
    own = [data / name for name in (DATABASE, "keys", "anchors", "documents")]
    there = [one for one in own if one.exists() and (one.is_file() or any(one.iterdir()))]
    file = sqlite_file(settings.database_url)
    if file is not None and file.exists():
        there.append(file)
    if there:
        raise InputError(
            "此处已有登记数据,不能恢复到其上。请先停止 onpost,并将数据文件夹移到别处。",
            "there is a record here already; nothing is restored over it. Stop onpost, and move "
            "the data folder away first.",
            where=str(there[0]),
        )


def _safe(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not {".", ".."} & set(name.split("/"))


def _noted(data: BinaryIO) -> dict[str, Any]:
    digest, size = sha256(), 0
    while piece := data.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


@contextmanager
def _members(file: Path, secret: bytes | None) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
    """The members of an archive, one after another, each to be read before the next.

    Raises:
        InputError: it is encrypted, and nothing opens it; or it is not there.
    """
    try:
        handle = file.open("rb")
    except OSError as error:
        raise InputError(
            f"备份文件不可读取:{error.strerror}。",
            f"the backup cannot be read: {error.strerror}.",
            where=str(file),
        ) from error
    with handle:
        sealed = handle.read(len(MAGIC)) == MAGIC
        handle.seek(0)
        if sealed and secret is None:
            raise InputError(
                "该备份已加密,请给出口令(--key-file 或环境变量)。",
                "the backup is encrypted; give its passphrase (--key-file or the environment).",
                where=str(file),
            )
        source = SealedReader(handle, secret, str(file)) if sealed and secret else handle
        with tarfile.open(fileobj=cast(BinaryIO, source), mode="r|", bufsize=1 << 20) as tar:
            yield _each(tar, file)
            while source.read(1 << 20):  # to the very end: an encrypted one proves itself there
                pass


def _each(tar: tarfile.TarFile, file: Path) -> Iterator[tuple[str, BinaryIO]]:
    for member in tar:
        data = tar.extractfile(member) if member.isreg() else None
        if data is None:
            raise _damaged(file)
        yield member.name, cast(BinaryIO, data)


def _damaged(file: Path) -> StorageError:
    return StorageError(
        "该文件不是 OnPost 备份,或已损坏、被改动、被截断;未恢复任何内容。",
        "the file is no backup of OnPost, or it was damaged, changed or cut; nothing was restored.",
        where=str(file),
    )
