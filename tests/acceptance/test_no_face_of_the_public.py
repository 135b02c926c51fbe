"""Whatever way a picture is kept, nothing on the disk shows the public side of the counter."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
import pytest

from api.clue_intake import picture_of
from api.schemas.clue import NewClue
from api.settings.domain import window_of
from api.stills import live_still, still_of
from api.wiring import make_shelf
from tests.acceptance.pixel_town import SIZE, Pixels, Shot, pixels, room
from tests.acceptance.town import Town, at
from vision.frame import Image
from vision.frame_shelf import ShelfMeta
from vision.jpeg import encode

ZONE = [[0.55, 0.1], [0.95, 0.1], [0.95, 0.9], [0.55, 0.9]]
FACE = (slice(40, 88), slice(32, 80))
"""Rows and columns where somebody of the public stands, well outside the zone."""

SEEN_ABOVE = 0.25
"""Share of a face's detail that may be left in a picture."""


def detail(image: Image) -> float:
    grey = cv2.cvtColor(image[FACE], cv2.COLOR_BGR2GRAY).astype(np.float64)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_64F)).mean())


def with_citizen(number: int) -> Image:
    """The hall with a face before the counter: eyes, nose, mouth and hair, finely drawn."""
    image = room(number).copy()
    rows, columns = np.mgrid[0:48, 0:48]
    strokes = ((rows // 3 + columns // 3) % 2 * 160 + 40).astype(np.uint8)
    image[FACE] = strokes[..., None]
    return image


@pytest.fixture
def rostered(town: Town) -> Iterator[Town]:
    town.duty = {"off_post": {"minutes": 5, "operator": ">="}, "alert": {"minutes": 3}}
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    yield town


def pictures_on(folder: Path) -> list[Path]:
    """Every file that holds a JPEG, whatever its name."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return [one for one in files if one.read_bytes()[:3] == b"\xff\xd8\xff"]


def kept_by_every_way(show: Pixels) -> None:
    """A finding, a still of the wall, a file that was sent, a clue of another system."""
    shots = cycle([Shot(with_citizen(number)) for number in range(1, 6)])
    show.until("09:08", every_s=30, cam=lambda: next(shots))
    show.until("09:09", cam=show.empty)
    settings, store = show.watch.settings, show.watch.record.evidence
    jpeg = encode(with_citizen(3))
    shelf = make_shelf(settings)
    shelf.put("cam", jpeg, jpeg, ShelfMeta("cam", at("09:09"), at("09:09")))
    live_still(settings, store, window_id="W12")
    shelf.clear()
    sent = settings.data_path.parent / "sent.jpg"
    sent.write_bytes(encode(with_citizen(4)))
    still_of(settings, store, sent, window_id="W12", taken_at=at("09:09"))
    sent.unlink()
    clue = NewClue(
        source="vias", external_id="1", kind="empty", at=at("09:05"), window_id="W12",
        camera_id="cam", picture=base64.b64encode(encode(with_citizen(2))).decode(),
    )  # fmt: skip
    assert len(picture_of(settings, store, clue, window_of(settings, "W12"))) == 1


def test_no_picture_on_the_disk_shows_a_face_of_the_public(rostered: Town) -> None:
    view = {"camera": "cam", "polygon": ZONE}
    window = {"hall": "main", "name": "12号窗口", "unit": "公安局", "views": [view]}
    bare = detail(with_citizen(1))
    assert detail(room(1)) < bare * SEEN_ABOVE, "the measure tells a face from the hall"
    with pixels(rostered, "09:00", windows={"W12": window}) as show:
        kept_by_every_way(show)
        (finding,) = show.watch.findings()
        assert show.pictures(finding)
        files = pictures_on(rostered.folder)
        assert len(files) >= 4, "each way kept one"
        for file in files:
            image = cv2.imread(str(file))
            assert image is not None
            assert image.shape[:2] == SIZE[::-1]
            assert detail(np.asarray(image, np.uint8)) < bare * SEEN_ABOVE, file.name
