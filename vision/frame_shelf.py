"""The frame shelf: each camera's newest picture, its thumbnail and what is known of it.

The process that watches puts, the web reads; the wall never asks a camera. Every file is
replaced in one move, so that a reader sees the old or the new one, never a half. Nothing on
the shelf is kept: it lives in memory (tmpfs) where the machine has that, and a picture that no
newer one replaces is taken off after `SHOWN_S`. Its pictures are unmasked.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.domain.errors import StorageError
from models.domain.presence import Reason, State
from vision.frame import Image

THUMBNAIL_BYTES = 15 * 1024
"""No thumbnail is larger, so that 82 of them fit a slow line."""

SHOWN_S = 3600.0
"""Real seconds that a picture lies on the shelf at most, whatever became of its camera."""

THUMBNAIL_WIDTH = 320
_QUALITIES = (80, 65, 50, 35, 20)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PRIVATE = 0o700
_SWEEP_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class WindowOnShelf:
    """A window's state (窗口状态), all its views taken together."""

    state: State
    reason: Reason
    since: datetime | None = None
    p: float = 0.5


@dataclass(frozen=True, slots=True)
class ShelfMeta:
    """What is known of a camera.

    Attributes:
        camera_id: The camera.
        noted_at: When this was noted, by the clock of the process that watches.
        taken_at: When the newest picture was taken, None where there never was one.
        link: State of the connection, e.g. `live`, `backing_off`.
        reason: Why the newest picture cannot be used, or none comes; None where all is well.
        windows: The windows that this camera sees.
        latest_etag: Hash of the newest picture; filled in by `put`.
        thumbnail_etag: Hash of its thumbnail; filled in by `put`.
    """

    camera_id: str
    noted_at: datetime
    taken_at: datetime | None = None
    link: str = "connecting"
    reason: Reason | None = None
    windows: Mapping[str, WindowOnShelf] = field(default_factory=dict)
    latest_etag: str = ""
    thumbnail_etag: str = ""


@dataclass(frozen=True, slots=True)
class ShelfPicture:
    """A picture's JPEG bytes and their hash."""

    data: bytes = field(repr=False)
    etag: str


def etag_of(data: bytes) -> str:
    """Short hash of a picture's bytes, hex."""
    return hashlib.sha256(data).hexdigest()[:32]


def thumbnail_of(image: Image) -> bytes:
    """A JPEG about 320 pixels wide and at most 15 KB large, whatever the picture shows.

    Args:
        image: (height, width, 3), BGR.
    """
    image = _nearer(image)
    height, width = image.shape[:2]
    for target in (THUMBNAIL_WIDTH, 240, 160, 96):
        scale = min(1.0, target / max(1, width), 2 * target / max(1, height))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        for quality in _QUALITIES:
            done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if done and data.size <= THUMBNAIL_BYTES:
                return bytes(data.tobytes())
    raise StorageError("缩略图无法压缩到 15 KB。", "the thumbnail cannot be made 15 KB or less.")


def _nearer(image: Image) -> Image:
    """Twice as wide as a thumbnail, where it is wider: averaging all pixels costs twice as much."""
    height, width = image.shape[:2]
    if width <= 2 * THUMBNAIL_WIDTH:
        return image
    size = (2 * THUMBNAIL_WIDTH, max(1, round(2 * THUMBNAIL_WIDTH * height / width)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


class FrameShelf:
    """Newest pictures in one folder. Reading never decodes and never waits.

    Args:
        root: The folder; made where it is missing, readable by this user only.

    Raises:
        StorageError: the folder cannot be made, or belongs to somebody else.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._swept: float | None = None
        _make_private(root)

    def put(self, camera_id: str, jpeg: bytes, thumbnail: bytes, meta: ShelfMeta) -> None:
        """Replace a camera's picture, thumbnail and data.

        Raises:
            StorageError: the id is not a plain name, or the folder cannot be written.
        """
        self._write(camera_id, ".jpg", jpeg)
        self._write(camera_id, ".thumb.jpg", thumbnail)
        self._write_meta(meta, camera_id, etag_of(jpeg), etag_of(thumbnail))

    def note(self, meta: ShelfMeta) -> None:
        """Replace a camera's data and keep its pictures and when they were taken.

        Raises:
            StorageError: the id is not a plain name, or the folder cannot be written.
        """
        before = self.meta(meta.camera_id)
        if before is None:
            return self._write_meta(meta, meta.camera_id, "", "")
        kept = replace(meta, taken_at=meta.taken_at or before.taken_at)
        return self._write_meta(kept, meta.camera_id, before.latest_etag, before.thumbnail_etag)

    def latest(self, camera_id: str) -> ShelfPicture | None:
        """The newest picture, None where there is none."""
        return self._picture(camera_id, ".jpg")

    def thumbnail(self, camera_id: str) -> ShelfPicture | None:
        """The newest thumbnail, None where there is none."""
        return self._picture(camera_id, ".thumb.jpg")

    def meta(self, camera_id: str) -> ShelfMeta | None:
        """What is known of a camera, None where nothing (readable) is."""
        data = self._read(camera_id, ".json")
        try:
            return None if data is None else _meta_of(data)
        except (ValueError, KeyError, TypeError):  # left by another version of this program
            return None

    def note_process(self, name: str, values: Mapping[str, Any]) -> None:
        """Leave word of a process: its heartbeat and metrics; JSON values only."""
        self._write(name, ".process.json", json.dumps(values).encode())

    def process(self, name: str) -> dict[str, Any] | None:
        """The word that a process left, None where there is none."""
        data = self._read(name, ".process.json")
        loaded: dict[str, Any] | None = None if data is None else json.loads(data)
        return loaded

    def sweep(self, *, longest_s: float = SHOWN_S) -> int:
        """Take off pictures that lie here for too long; how many. Looks once a minute at most."""
        moment = time.monotonic()
        if self._swept is not None and moment - self._swept < _SWEEP_EVERY_S:
            return 0
        self._swept = moment
        return sum(self._too_old(path, longest_s) for path in self.root.glob("*.jpg"))

    @staticmethod
    def _too_old(path: Path, longest_s: float) -> bool:
        """Remove one picture that lies here for too long; whether it did."""
        try:
            if time.time() - path.stat().st_mtime <= longest_s:
                return False
            path.unlink()
        except FileNotFoundError:  # replaced or taken off meanwhile
            return False
        return True

    def clear(self) -> None:
        """Take everything off, so that no picture of an earlier run is shown."""
        for path in self.root.iterdir():
            if path.is_file():
                path.unlink(missing_ok=True)

    def _picture(self, camera_id: str, suffix: str) -> ShelfPicture | None:
        if _SAFE.fullmatch(camera_id) and self._too_old(self.root / (camera_id + suffix), SHOWN_S):
            return None
        data = self._read(camera_id, suffix)
        return None if data is None else ShelfPicture(data, etag_of(data))

    def _read(self, name: str, suffix: str) -> bytes | None:
        if not _SAFE.fullmatch(name):
            return None
        try:
            return (self.root / (name + suffix)).read_bytes()
        except FileNotFoundError:
            return None

    def _write(self, name: str, suffix: str, data: bytes) -> None:
        if not _SAFE.fullmatch(name):
            raise StorageError(
                f"标识“{name}”不能用作文件名。", f"{name!r} cannot be a file's name.", where=name
            )
        target = self.root / (name + suffix)
        part = self.root / f".{name}{suffix}.{os.getpid()}.{threading.get_ident()}"
        try:
            part.write_bytes(data)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StorageError(
                f"画面暂存文件夹无法写入({error.strerror});请检查磁盘空间和权限。",
                f"the frame shelf cannot be written ({error.strerror}); "
                "check free space and permissions.",
                where=str(target),
            ) from None

    def _write_meta(self, meta: ShelfMeta, camera_id: str, latest: str, thumbnail: str) -> None:
        values = {
            "camera_id": camera_id,
            "noted_at": meta.noted_at.isoformat(),
            "taken_at": meta.taken_at.isoformat() if meta.taken_at else None,
            "link": meta.link,
            "reason": meta.reason,
            "windows": {
                window_id: {
                    "state": window.state,
                    "reason": window.reason,
                    "since": window.since.isoformat() if window.since else None,
                    "p": round(window.p, 4),
                }
                for window_id, window in meta.windows.items()
            },
            "latest_etag": latest,
            "thumbnail_etag": thumbnail,
        }
        self._write(camera_id, ".json", json.dumps(values).encode())


def _meta_of(data: bytes) -> ShelfMeta:
    values = json.loads(data)
    return ShelfMeta(
        camera_id=values["camera_id"],
        noted_at=datetime.fromisoformat(values["noted_at"]),
        taken_at=_moment(values["taken_at"]),
        link=values["link"],
        reason=Reason(values["reason"]) if values["reason"] else None,
        windows={
            window_id: WindowOnShelf(
                State(window["state"]),
                Reason(window["reason"]),
                _moment(window["since"]),
                window["p"],
            )
            for window_id, window in values["windows"].items()
        },
        latest_etag=values["latest_etag"],
        thumbnail_etag=values["thumbnail_etag"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _make_private(root: Path) -> None:
    try:
        root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        info = root.lstat()
    except OSError as error:
        raise StorageError(
            f"无法创建画面暂存文件夹({error.strerror});请改设置 shelf_dir。",
            f"the frame shelf's folder cannot be made ({error.strerror}); change shelf_dir.",
            where=str(root),
        ) from None
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid():
        raise StorageError(
            "画面暂存文件夹属于其他用户或是链接;请改设置 shelf_dir。",
            "the frame shelf's folder belongs to another user or is a link; change shelf_dir.",
            where=str(root),
        )
    mode = stat.S_IMODE(info.st_mode)
    if mode & 0o077 and not mode & stat.S_ISVTX:  # a folder that was there before, open to others
        root.chmod(_PRIVATE)
