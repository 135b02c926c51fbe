"""From raw numbers to boxes, and no person twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.detectors.decode import SAME_BOX, decode_raw, suppress
from vision.detectors.network import BINS

CANVAS = (64, 32)
PLACES = 8 * 4 + 4 * 2 + 2 * 1


def raw(place: int, sides: tuple[int, int, int, int], logit: float) -> np.ndarray:
    """Nobody anywhere, but for one place whose sides are certain."""
    output = np.full((4 * BINS + 2, PLACES), -20.0, np.float32)
    output[4 * BINS + 1, place] = logit
    for side, distance in enumerate(sides):
        output[side * BINS + distance, place] = 20.0
    return output


@pytest.mark.parametrize(
    ("place", "corners"),
    [
        (9, [12 - 8, 12 - 16, 12 + 24, 12 + 32]),  # stride 8, column 1, row 1
        (32 + 5, [24 - 16, 24 - 32, 24 + 48, 24 + 64]),  # stride 16, column 1, row 1
        (32 + 8 + 1, [48 - 32, 16 - 64, 48 + 96, 16 + 128]),  # stride 32, column 1, row 0
    ],
)
def test_a_box_lies_where_its_place_and_sides_say(place: int, corners: list[int]) -> None:
    boxes, scores = decode_raw(raw(place, (1, 2, 3, 4), 0.0), CANVAS, 1)
    assert boxes == pytest.approx(np.array([corners], np.float32), abs=1e-3)
    assert scores == pytest.approx([0.5])


def test_only_the_class_asked_for_counts() -> None:
    boxes, scores = decode_raw(raw(3, (1, 1, 1, 1), 5.0), CANVAS, 0)
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)


def test_a_score_below_the_lowest_is_left_out() -> None:
    assert len(decode_raw(raw(3, (1, 1, 1, 1), -2.19), CANVAS, 1)[1]) == 1
    assert len(decode_raw(raw(3, (1, 1, 1, 1), -2.21), CANVAS, 1)[1]) == 0


def test_of_two_boxes_of_one_person_the_better_stays() -> None:
    corners = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [30, 0, 40, 20]], np.float32)
    assert suppress(corners, np.array([0.3, 0.8, 0.5], np.float32)) == [1, 2]


@given(
    st.lists(
        st.tuples(*[st.floats(0, 50, width=32) for _ in range(4)], st.floats(0.125, 1, width=32)),
        max_size=12,
    )
)
def test_what_stays_does_not_overlap_and_what_goes_overlaps_something_better(
    rows: list[tuple[float, ...]],
) -> None:
    corners = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[4] for row in rows], np.float32)
    kept = suppress(corners, scores)

    def overlap(one: int, other: int) -> bool:
        low = np.maximum(corners[one, :2], corners[other, :2])
        high = np.minimum(corners[one, 2:], corners[other, 2:])
        shared = float(np.prod(np.maximum(0, high - low)))
        areas = [float(np.prod(corners[i, 2:] - corners[i, :2])) for i in (one, other)]
        return shared > SAME_BOX * (sum(areas) - shared) * (1 + 1e-5)

    for index in range(len(rows)):
        if index in kept:
            assert not any(overlap(index, other) for other in kept if other != index)
        else:
            assert any(scores[other] >= scores[index] for other in kept)
