"""Small real disks, made in a file and mounted: full, hanging, read-only, or cut from their power.

A cut disk is a copy of the file below the mounted file system: what the kernel had not yet been
made to write (fsync) is not in it, as after a power cut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

MIB: Final = 1024 * 1024


def run(*command: str) -> None:
    """A system command, to its end."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, f"{command}: {done.stderr}"


class Disk:
    """An ext4 file system of its own, in `file`, at `place`."""

    def __init__(self, folder: Path, size_mib: int) -> None:
        self.file = folder / "disk.img"
        self.place = folder / "disk"
        self.place.mkdir(mode=0o755)
        with self.file.open("wb") as out:
            out.truncate(size_mib * MIB)
        run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0", str(self.file))
        self.mount()

    def mount(self) -> None:
        run("mount", "-o", "loop", str(self.file), str(self.place))

    def unmount(self) -> None:
        run("umount", str(self.place))

    def fill(self) -> Path:
        """Write until nothing more fits; the file to remove to make room again."""
        filler = self.place / "filler"
        with filler.open("wb", buffering=0) as out:
            for size in (MIB, 4096, 512, 1):
                with suppress(OSError):
                    while True:
                        out.write(bytes(size))
        os.sync()
        return filler

    def freeze(self) -> None:
        """From now on every write waits."""
        run("fsfreeze", "-f", str(self.place))

    def thaw(self) -> None:
        run("fsfreeze", "-u", str(self.place))

    def break_down(self) -> None:
        """Read-only at once, open files too, as the kernel does it after a disk error; only a
        new mount mends it."""
        run("mount", "-o", "remount,abort", str(self.place))

    def cut(self, copy: Path) -> None:
        """What a power cut at this moment leaves; nobody may be writing just now."""
        shutil.copyfile(self.file, copy)

    def put_back(self, copy: Path) -> None:
        """Mount what the cut left in place of the disk."""
        self.unmount()
        shutil.copyfile(copy, self.file)
        self.mount()


@contextmanager
def small_disk(folder: Path, size_mib: int) -> Iterator[Disk]:
    """A mounted disk that is gone at the end."""
    disk = Disk(folder, size_mib)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk.place)], check=False, capture_output=True)  # noqa: S603, S607
        disk.file.unlink(missing_ok=True)


@contextmanager
def mounted_copy(copy: Path, place: Path) -> Iterator[Path]:
    """What a cut left, mounted; its journal is played back first, as at a start."""
    place.mkdir(exist_ok=True)
    run("mount", "-o", "loop", str(copy), str(place))
    try:
        yield place
    finally:
        run("umount", str(place))
