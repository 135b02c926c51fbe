"""Pictures of any shape fit the network's input, and boxes find their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes_detectors import hall
from vision.detectors.letterbox import canvas_for, to_canvas
from vision.ports import Size


@pytest.mark.parametrize(
    ("width", "height", "canvas"),
    [
        (1920, 1080, (640, 384)),
        (1280, 720, (640, 384)),
        (768, 432, (640, 384)),
        (640, 480, (640, 480)),
        (704, 576, (640, 544)),
        (2592, 1944, (640, 480)),
        (500, 500, (640, 640)),
        (1080, 1920, (384, 640)),
        (3840, 1080, (640, 192)),
        (1000, 1, (640, 32)),
    ],
)
def test_the_input_suits_the_shape_of_the_frame(
    width: int, height: int, canvas: tuple[int, int]
) -> None:
    assert canvas_for(width, height, Size.FRAME) == canvas


def test_a_crop_has_one_input_whatever_its_shape() -> None:
    assert canvas_for(200, 100, Size.CROP) == canvas_for(77, 300, Size.CROP) == (320, 320)


@given(
    width=st.integers(8, 700),
    height=st.integers(8, 700),
    size=st.sampled_from(list(Size)),
)
def test_the_way_back_undoes_the_way_in(width: int, height: int, size: Size) -> None:
    canvas = canvas_for(width, height, size)
    tensor, letterbox = to_canvas(hall(width, height, grey=255), canvas)
    assert tensor.shape == (1, 3, canvas[1], canvas[0])
    rows, columns = np.nonzero(tensor[0, 0] > 0.99)
    corners = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    assert letterbox.to_picture(corners)[0] == pytest.approx([0, 0, 1, 1], abs=1e-5)
    assert max(np.ptp(columns) + 1 - canvas[0], np.ptp(rows) + 1 - canvas[1]) <= 0


def test_the_shape_of_what_is_seen_is_kept() -> None:
    picture = hall(1280, 720, grey=0)
    picture[200:400, 300:500] = 255
    tensor, _ = to_canvas(picture, (640, 384))
    rows, columns = np.nonzero(tensor[0, 0] > 0.9)
    assert np.ptp(rows) == np.ptp(columns)


def test_colours_reach_the_network_as_red_green_blue() -> None:
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:, :, 0] = 255  # blue, as OpenCV orders it
    tensor, _ = to_canvas(picture, (32, 32))
    assert tensor[0, :, 16, 16].tolist() == [0.0, 0.0, 1.0]
