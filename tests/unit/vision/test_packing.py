"""Packed pictures: tiles apart from one another, and every detection back in its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.geometry import Box
from tests.fakes_detectors import hall, painted, stand
from vision.frame import Image
from vision.packing import EDGE, SURE, Inputs, Packed, pack, sure
from vision.ports import Detection, Size, Thing

WIDE = hall(1920, 1080)
CLERK = Box(0.3, 0.2, 0.7, 0.8)


def parts(count: int, side: int = 140) -> dict[str, Image]:
    return {f"w{number}": stand(hall(side, side), CLERK) for number in range(count)}


def test_one_window_is_its_crop_as_it_is() -> None:
    part = hall(700, 700)
    packed = pack(WIDE, {"w": part}, Inputs())
    assert packed is not None
    assert packed.image is part
    assert packed.size is Size.CROP


@pytest.mark.parametrize("count", [2, 3, 4])
def test_small_windows_share_the_input_of_one_crop(count: int) -> None:
    packed = pack(WIDE, parts(count), Inputs())
    assert packed is not None
    assert packed.size is Size.CROP
    assert packed.image.shape == (320, 320, 3)


def test_windows_that_would_be_less_sharp_than_in_the_frame_are_left_to_the_frame() -> None:
    assert pack(WIDE, parts(2, side=900), Inputs()) is None


@pytest.mark.parametrize(("side", "packed"), [(300, True), (600, False)])
def test_a_picture_as_dear_as_the_frame_must_be_much_sharper(side: int, packed: bool) -> None:
    answer = pack(WIDE, parts(6, side=side), Inputs())
    assert (answer is not None) is packed
    if answer is not None:
        assert answer.size is Size.FRAME
        assert answer.image.shape == (384, 640, 3)


def test_a_wide_picture_whose_frame_costs_less_is_not_packed_dearer() -> None:
    assert pack(hall(3840, 400), parts(6, side=390), Inputs()) is None


@settings(max_examples=40)
@given(count=st.integers(2, 6), side=st.integers(60, 260))
def test_everybody_is_told_on_the_own_tile_and_nowhere_else(count: int, side: int) -> None:
    packed = pack(WIDE, parts(count, side), Inputs())
    if packed is None:
        return
    found = packed.unpacked(list(painted()(packed.image, packed.size)))
    for window, detections in found.items():
        assert len(detections) == 1, window
        assert detections[0].box.iou(CLERK) > 0.9, window


@settings(max_examples=40)
@given(
    sides=st.lists(st.tuples(st.integers(40, 300), st.integers(40, 300)), min_size=2, max_size=6)
)
def test_tiles_lie_apart_and_keep_their_shape(sides: list[tuple[int, int]]) -> None:
    packed = pack(WIDE, {f"w{i}": hall(w, h) for i, (w, h) in enumerate(sides)}, Inputs())
    if packed is None:
        return
    height, width = packed.image.shape[:2]
    places = list(packed.places.values())
    for number, place in enumerate(places):
        wide, high = sides[number]
        shape = place.width * width / (place.height * height)
        assert shape == pytest.approx(wide / high, rel=0.1)
        roomy = Box(place.x1 - 8 / width, place.y1 - 8 / height, place.x2, place.y2)
        assert all(roomy.intersection(other) < 1e-9 for other in places[:number])


def test_a_box_across_two_tiles_is_nobody() -> None:
    image = np.zeros((320, 320, 3), np.uint8)
    packed = Packed(
        image, Size.CROP, {"a": Box(0.0, 0.0, 0.48, 1.0), "b": Box(0.52, 0.0, 1.0, 1.0)}
    )
    across = Detection(Thing.PERSON, Box(0.3, 0.2, 0.7, 0.8), 0.9)
    assert packed.unpacked([across]) == {"a": [], "b": []}


INNER = Box(0.2, 0.2, 0.6, 0.6)


@pytest.mark.parametrize(
    ("box", "score", "region", "counts"),
    [
        (CLERK, SURE, INNER, True),
        (CLERK, SURE - 0.01, INNER, False),
        (Box(EDGE / 2, 0.2, 0.5, 0.8), 0.9, INNER, False),
        (Box(0.2, EDGE / 2, 0.5, 0.8), 0.9, INNER, False),
        (Box(0.2, 0.2, 1.0, 0.8), 0.9, INNER, False),
        (Box(0.2, 0.2, 0.5, 1.0), 0.9, INNER, False),
        (Box(0.0, 0.0, 1.0, 1.0), 0.9, Box(0.0, 0.0, 1.0, 1.0), True),
    ],
    ids=["sure", "weak", "cut left", "cut above", "cut right", "cut below", "picture's own edge"],
)
def test_a_tile_speaks_for_people_it_shows_whole(
    box: Box, score: float, region: Box, counts: bool
) -> None:
    assert bool(sure([Detection(Thing.PERSON, box, score)], region)) is counts


def test_a_weak_phone_stays_a_phone() -> None:
    phone = Detection(Thing.CELL_PHONE, Box(0.0, 0.1, 0.1, 0.2), 0.12)
    assert sure([phone], INNER) == [phone]
