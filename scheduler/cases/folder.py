"""The drop folder (投递文件夹): case files are taken once and moved to `done` or `refused`.

A file is taken when it has stood still: one that is being written is left for a later look. What
was taken is known by its SHA-256 in the register, so that a process that ends between the record
and the move takes nothing twice.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from models.domain.errors import InputError

SUFFIXES: Final = frozenset({".csv", ".txt", ".xlsx", ".xls"})
DONE: Final = "done"
REFUSED: Final = "refused"
STILL_S: Final = 5.0
"""A file is taken when it has not changed for so long."""

LONGEST: Final = 80
"""Letters of a name that are kept."""

Sign: TypeAlias = tuple[int, int, int]
"""What is another one where a file is another: inode, size, time of its last change."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that stands still.

    Attributes:
        path: Where it is.
        data: What is in it.
        sha256: Of that.
    """

    path: Path
    data: bytes
    sha256: str


class DropFolder:
    """Looks at one folder; used from one thread.

    Args:
        folder: The folder; made where there is none.
        stopwatch: Steady seconds.
        most_bytes: Larger files are refused.
    """

    def __init__(self, folder: Path, stopwatch: Callable[[], float], most_bytes: int) -> None:
        self._folder = folder
        self._stopwatch = stopwatch
        self._most = most_bytes
        self._seen: dict[str, tuple[Sign, float]] = {}

    def ready(self) -> list[Path]:
        """Files that have stood still, by name.

        Raises:
            InputError: the folder cannot be used.
        """
        now, before = self._stopwatch(), self._seen
        self._seen = {}
        found = []
        for path, sign in self._files():
            known = before.get(path.name)
            since = known[1] if known and known[0] == sign else now
            self._seen[path.name] = sign, since
            if now - since >= STILL_S:
                found.append(path)
        return found

    def read(self, path: Path) -> Dropped | None:
        """A file's content; None where it is gone, or changed while it was read.

        Raises:
            InputError: it is too large or cannot be read.
        """
        expected = self._seen.get(path.name)
        try:
            if path.lstat().st_size > self._most:
                raise _too_large(path, self._most)
            data = path.read_bytes()
            same = expected is not None and _sign(path.lstat()) == expected[0]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from None
        return Dropped(path, data, sha256(data).hexdigest()) if same else None

    def move(self, path: Path, into: str, now: datetime, message: str) -> Path:
        """Move a file to `done` or `refused` under a name of its own, with a message beside it.

        Raises:
            InputError: it cannot be moved.
        """
        try:
            target = self._free(self._folder / into, f"{now:%Y%m%d-%H%M%S}-{path.name[-LONGEST:]}")
            beside = target.with_name(f"{target.name}.message.txt")
            beside.write_text(message, "utf-8")
            path.replace(target)
        except OSError as error:
            raise _unusable(path, error) from None
        self._seen.pop(path.name, None)
        return target

    def _files(self) -> Iterator[tuple[Path, Sign]]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            paths = sorted(self._folder.iterdir())
        except OSError as error:
            raise _unusable(self._folder, error) from None
        for path in paths:
            if path.name.startswith((".", "~")) or path.suffix.lower() not in SUFFIXES:
                continue
            try:
                told = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(told.st_mode):
                yield path, _sign(told)

    @staticmethod
    def _free(folder: Path, name: str) -> Path:
        folder.mkdir(exist_ok=True)
        path, number = folder / name, 1
        while path.exists():
            number += 1
            path = folder / f"{number}-{name}"
        return path


def _sign(told: os.stat_result) -> Sign:
    return told.st_ino, told.st_size, told.st_mtime_ns


def _too_large(path: Path, most: int) -> InputError:
    size = most // (1024 * 1024)
    return InputError(
        f"文件超过上限 {size} MB,请拆分。",
        f"the file is larger than {size} MB; split it.",
        where=path.name,
    )


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"无法使用投递文件夹或文件:{error.strerror}。请检查权限与磁盘空间。",
        f"the drop folder or file cannot be used: {error.strerror}. "
        "Check its permissions and the disk.",
        where=str(path),
    )
