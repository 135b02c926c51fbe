from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.domain.errors import StorageError
from models.domain.presence import Reason, State
from vision.frame_shelf import (
    SHOWN_S,
    THUMBNAIL_BYTES,
    FrameShelf,
    ShelfMeta,
    WindowOnShelf,
    etag_of,
    thumbnail_of,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def meta(camera_id: str = "c1", **changes: object) -> ShelfMeta:
    values: dict[str, object] = {
        "camera_id": camera_id,
        "noted_at": NOON,
        "taken_at": NOON,
        "link": "live",
        "windows": {"w1": WindowOnShelf(State.PRESENT, Reason.SEEN, NOON, 0.99)},
    }
    return ShelfMeta(**(values | changes))  # type: ignore[arg-type]


def test_what_is_put_is_what_is_read(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path / "shelf")
    shelf.put("c1", b"picture", b"small", meta())
    latest, thumbnail, found = shelf.latest("c1"), shelf.thumbnail("c1"), shelf.meta("c1")
    assert latest is not None
    assert thumbnail is not None
    assert found is not None
    assert (latest.data, thumbnail.data) == (b"picture", b"small")
    assert (latest.etag, thumbnail.etag) == (found.latest_etag, found.thumbnail_etag)
    assert found.windows["w1"] == WindowOnShelf(State.PRESENT, Reason.SEEN, NOON, 0.99)
    assert found.taken_at == NOON


def test_a_note_keeps_the_pictures_and_says_why_none_come(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path)
    shelf.put("c1", b"picture", b"small", meta())
    shelf.note(meta(link="backing_off", reason=Reason.OFFLINE, taken_at=None))
    found = shelf.meta("c1")
    assert found is not None
    assert found.taken_at == NOON
    assert found.reason is Reason.OFFLINE
    assert found.thumbnail_etag == etag_of(b"small")


def test_a_camera_that_never_was_has_nothing(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path)
    assert shelf.latest("c9") is None
    assert shelf.thumbnail("c9") is None
    assert shelf.meta("c9") is None


@pytest.mark.parametrize("name", ["../secret", "a/b", "..", "", ".hidden", "a.b", "x" * 65, "a\0b"])
def test_no_id_leaves_the_shelf(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    shelf = FrameShelf(tmp_path / "shelf")
    assert shelf.latest(name) is None
    with pytest.raises(StorageError):
        shelf.put(name, b"x", b"x", meta())
    assert list((tmp_path / "shelf").iterdir()) == []


def test_a_reader_never_sees_half_a_picture(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path)
    pictures = [bytes([number]) * 400_000 for number in range(1, 9)]
    whole = {etag_of(picture) for picture in pictures}
    shelf.put("c1", pictures[0], pictures[0], meta())
    stop = threading.Event()
    wrong: list[str] = []

    def read() -> None:
        while not stop.is_set():
            picture = shelf.latest("c1")
            if picture is None or picture.etag not in whole or shelf.meta("c1") is None:
                wrong.append("half or missing")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(60):
        shelf.put("c1", pictures[turn % 8], pictures[turn % 8], meta())
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "c1.jpg",
        "c1.json",
        "c1.thumb.jpg",
    ]


@pytest.mark.parametrize("shape", [(1080, 1920, 3), (2160, 3840, 3), (48, 64, 3), (1920, 300, 3)])
def test_a_thumbnail_of_pure_noise_is_still_small(shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)
    data = thumbnail_of(noise)
    assert len(data) <= THUMBNAIL_BYTES
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape[1] / decoded.shape[0] == pytest.approx(shape[1] / shape[0], rel=0.1)


def test_an_ordinary_picture_keeps_320_columns() -> None:
    ramp = np.tile(np.linspace(0, 255, 1920, dtype=np.uint8), (1080, 1))
    decoded = cv2.imdecode(
        np.frombuffer(thumbnail_of(np.dstack([ramp] * 3)), np.uint8), cv2.IMREAD_COLOR
    )
    assert decoded is not None
    assert decoded.shape == (180, 320, 3)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StorageError, match="shelf_dir"):
        FrameShelf(tmp_path / "link")


def test_a_full_disk_leaves_the_old_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = FrameShelf(tmp_path)
    shelf.put("c1", b"old", b"old", meta())

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="No space"):
        shelf.put("c1", b"new", b"new", meta())
    latest = shelf.latest("c1")
    assert latest is not None
    assert latest.data == b"old"


def test_a_process_leaves_word(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path)
    assert shelf.process("watch") is None
    shelf.note_process("watch", {"at": "2026-11-23T04:00:00+00:00", "metrics": "x 1"})
    assert shelf.process("watch") == {"at": "2026-11-23T04:00:00+00:00", "metrics": "x 1"}


def test_clearing_takes_old_pictures_off(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path)
    shelf.put("c1", b"old", b"old", meta())
    shelf.clear()
    assert shelf.latest("c1") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"camera_id": "c1", "noted_at": "soon"}'])
def test_data_that_another_version_left_is_nothing(tmp_path: Path, text: str) -> None:
    shelf = FrameShelf(tmp_path)
    (tmp_path / "c1.json").write_text(text)
    assert shelf.meta("c1") is None


def aged(shelf: FrameShelf, name: str, seconds: float) -> None:
    """Let a file be so old."""
    then = time.time() - seconds
    os.utime(shelf.root / name, (then, then))


def test_a_picture_that_no_newer_one_replaces_is_taken_off(tmp_path: Path) -> None:
    shelf = FrameShelf(tmp_path / "shelf")
    for camera in ("c1", "c2", "gone"):
        shelf.put(camera, b"picture", b"small", meta(camera))
    for name in ("c1.jpg", "c1.thumb.jpg", "gone.jpg", "gone.thumb.jpg"):
        aged(shelf, name, SHOWN_S + 5)
    aged(shelf, "c2.jpg", SHOWN_S - 60)
    assert shelf.latest("c1") is None, "not shown, though nobody swept"
    assert not (shelf.root / "c1.jpg").exists()
    assert shelf.sweep() == 3
    assert {path.name for path in shelf.root.glob("*.jpg")} == {"c2.jpg", "c2.thumb.jpg"}
    assert shelf.meta("c1") is not None, "what is known of the camera stays"
    aged(shelf, "c2.jpg", SHOWN_S + 5)
    assert shelf.sweep() == 0, "looks once a minute"


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    root = tmp_path / "shelf"
    root.mkdir(mode=0o755)
    FrameShelf(root)
    assert root.stat().st_mode & 0o777 == 0o700
