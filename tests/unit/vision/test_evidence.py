"""Evidence pictures: the staff zone as it was, everybody else unrecognisable."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.domain.geometry import Polygon
from vision.evidence import BLOCKS, kept_mask, masked, picture
from vision.frame import Image

ZONE = Polygon(((0.5, 0.25), (0.9, 0.25), (0.9, 0.75), (0.5, 0.75)))
NOISE: Image = np.random.default_rng(7).integers(0, 256, (360, 640, 3), dtype=np.uint8)


def decoded(jpeg: bytes) -> Image:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def detail(image: Image) -> float:
    """Mean step between neighbouring pixels: what makes a face a face."""
    return float(np.abs(np.diff(image.astype(int), axis=1)).mean())


def test_pixels_of_the_staff_zone_stay_as_they_were() -> None:
    kept = kept_mask(640, 360, [ZONE])
    out = masked(NOISE, kept)
    assert (out[kept] == NOISE[kept]).all()
    assert kept[90:270, 320:576].all()


def test_everything_outside_loses_its_detail() -> None:
    out = masked(NOISE, kept_mask(640, 360, [ZONE]))
    public = (slice(None), slice(0, 300))
    assert detail(out[public]) < detail(NOISE[public]) / 50


def test_what_is_outside_cannot_be_told_apart_below_the_size_of_a_block() -> None:
    """Two pictures with equal averages per block give the same mosaic: nothing more is left."""
    block = 640 // BLOCKS
    grid = np.random.default_rng(1).integers(40, 200, (360 // block, 32, 1)).repeat(3, axis=2)
    plain = grid.repeat(block, axis=0).repeat(block, axis=1).astype(np.uint8)
    board = np.indices(plain.shape[:2]).sum(axis=0) % 2 * 2 - 1
    face = (plain.astype(int) + 30 * board[..., None]).astype(np.uint8)
    none = kept_mask(640, 360, [])
    assert not (plain == face).all()
    assert np.abs(masked(plain, none).astype(int) - masked(face, none)).max() <= 1


def test_a_line_of_text_outside_is_gone_and_inside_still_there() -> None:
    blank: Image = np.full((360, 640, 3), 90, np.uint8)
    page = blank.copy()
    for left in (60, 380):
        cv2.putText(page, "ID 4306", (left, 180), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    out = masked(page, kept_mask(640, 360, [ZONE]))
    assert detail(out[150:190, 60:200]) < detail(page[150:190, 60:200]) / 5
    assert (out[150:190, 380:520] == page[150:190, 380:520]).all()


def test_colours_of_the_zone_do_not_leak_into_the_mosaic() -> None:
    page: Image = np.zeros((360, 640, 3), np.uint8)
    kept = kept_mask(640, 360, [ZONE])
    page[kept] = 255
    assert (masked(page, kept)[~kept] == 0).all()


def test_without_a_zone_everything_is_masked() -> None:
    assert not kept_mask(640, 360, []).any()
    assert detail(decoded(picture(NOISE, []))) < detail(NOISE) / 20


def test_a_zone_over_the_whole_picture_keeps_it() -> None:
    whole = Polygon(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    assert (masked(NOISE, kept_mask(640, 360, [whole])) == NOISE).all()


def test_the_margin_is_kept_and_no_more() -> None:
    narrow, wide = kept_mask(640, 360, [ZONE], 0.0), kept_mask(640, 360, [ZONE], 0.02)
    assert (narrow & ~wide).sum() == 0
    ys, xs = np.nonzero(wide)
    assert (xs.min(), ys.min()) == (320 - 13, 90 - 13)


def test_two_zones_stay_both() -> None:
    other = Polygon(((0.05, 0.05), (0.2, 0.05), (0.2, 0.2)))
    kept = kept_mask(640, 360, [ZONE, other])
    assert kept[20, 110]
    assert kept[180, 400]
    assert not kept[300, 100]


def test_the_jpeg_has_the_size_of_the_picture_and_shows_the_zone() -> None:
    smooth = cv2.GaussianBlur(NOISE, (0, 0), 6)
    out = decoded(picture(np.asarray(smooth, np.uint8), [ZONE], quality=90))
    assert out.shape == smooth.shape
    inside = (slice(100, 260), slice(330, 566))
    assert np.abs(out[inside].astype(int) - smooth[inside]).mean() < 4


def test_the_zone_has_a_yellow_border() -> None:
    grey: Image = np.full((360, 640, 3), 90, np.uint8)
    out = decoded(picture(grey, [ZONE]))
    blue, _green, red = out[180, 300:330].astype(int).max(axis=0)
    assert red > 180
    assert blue < 160


@pytest.mark.parametrize(
    "corner",
    [
        ((0.0, 0.0), (0.6, 0.0), (0.6, 0.3), (0.0, 0.3)),
        ((0.0, 0.6), (1.0, 0.6), (1.0, 1.0), (0.0, 1.0)),
        ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
    ],
)
def test_the_caption_covers_no_zone(corner: tuple[tuple[float, float], ...]) -> None:
    zone = Polygon(corner)
    grey: Image = np.full((360, 640, 3), 90, np.uint8)
    inside = kept_mask(640, 360, [zone], 0.0)
    with_text = decoded(picture(grey, [zone], caption="2026-11-23 09:15:02 cam-03", quality=100))
    assert np.abs(with_text[inside].astype(int) - 90).max() <= 70  # JPEG ringing at the border
    assert np.abs(with_text[inside].astype(int) - 90).mean() < 2


def test_the_caption_is_drawn_where_there_is_room() -> None:
    grey: Image = np.full((360, 640, 3), 90, np.uint8)
    out = decoded(picture(grey, [ZONE], caption="2026-11-23 09:15:02"))
    assert (out[0:20, 0:120] > 200).any()


def test_the_picture_given_is_not_changed() -> None:
    before = NOISE.copy()
    picture(NOISE, [ZONE], caption="x")
    assert (before == NOISE).all()
