"""What is drawn stands over the file until the file's version is as high."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import ForbiddenMove, InputError
from models.domain.geometry import Polygon
from models.domain.hall import Coverage, View, Window
from models.domain.zones import DrawnWindow, Wish, from_json, in_force, is_over, redrawn, to_json

SQUARE = Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)))
WIDER = Polygon(((0.1, 0.1), (0.6, 0.1), (0.6, 0.9), (0.1, 0.9)))
FILED = View("c1", SQUARE, Coverage.FULL, 3)
WINDOW = Window("w1", "h1", "1号", (FILED, View("c2", SQUARE)))
WISH = Wish("w1", WIDER, Coverage.PARTIAL, 2, 3, based_on=3)


def test_a_wish_makes_the_next_version_of_that_view_alone() -> None:
    drawn = redrawn(WINDOW, 1, "c1", WISH)
    assert drawn is not None
    assert drawn.view_of("c1") == View("c1", WIDER, Coverage.PARTIAL, 4)
    assert drawn.view_of("c2") == WINDOW.views[1]
    assert (drawn.required, drawn.seats) == (2, 3)


def test_what_changes_nothing_makes_no_version() -> None:
    same = Wish("w1", SQUARE, Coverage.FULL, 1, 1, based_on=3)
    assert redrawn(WINDOW, 1, "c1", same) is None
    assert redrawn(WINDOW, 2, "c1", same) is not None


def test_who_drew_over_an_older_version_is_told() -> None:
    with pytest.raises(ForbiddenMove, match="version 3"):
        redrawn(WINDOW, 1, "c1", replace(WISH, based_on=2))


@pytest.mark.parametrize("number", [0, 21])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    for wish in (replace(WISH, required=number), replace(WISH, seats=number)):
        with pytest.raises(InputError):
            redrawn(WINDOW, 1, "c1", wish)
    with pytest.raises(InputError):
        redrawn(WINDOW, 1, "c9", WISH)


@given(st.integers(1, 9), st.integers(1, 9))
def test_the_higher_version_rules_and_the_file_on_a_tie(filed: int, drawn: int) -> None:
    held = replace(FILED, version=filed)
    over = DrawnWindow((View("c1", WIDER, Coverage.FULL, drawn),))
    rules = in_force(held, over)
    assert rules.version == max(filed, drawn)
    assert (rules is held) == (filed >= drawn) == (not is_over([held], over))


@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from(Coverage), st.integers(1, 99))
def test_what_is_written_is_read_again(
    required: int, seats: int, coverage: Coverage, version: int
) -> None:
    drawn = DrawnWindow((View("c1", WIDER, coverage, version),), required, seats)
    assert from_json(to_json(drawn)) == drawn
