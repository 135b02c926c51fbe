from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import GeometryError
from models.domain.geometry import Box, Polygon, assign

LEFT = Polygon(((0.1, 0.2), (0.5, 0.2), (0.5, 0.8), (0.1, 0.8)))
RIGHT = Polygon(((0.5, 0.2), (0.9, 0.2), (0.9, 0.8), (0.5, 0.8)))
ZONES = {"3": LEFT, "4": RIGHT}


@pytest.mark.parametrize(
    ("points", "says"),
    [
        (((0.1, 0.1), (0.5, 0.5)), "at least 3"),
        (((0.1, 0.1), (1.2, 0.1), (0.5, 0.5)), "outside the picture"),
        (((0.1, 0.1), (-0.01, 0.1), (0.5, 0.5)), "outside the picture"),
        (((0.1, 0.1), (0.5, 0.5), (0.5, 0.1), (0.1, 0.5)), "cross"),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.1)), "cross|no area"),
        (((0.1, 0.1), (0.5, 0.1), (0.1, 0.1), (0.1, 0.5)), "cross"),
        (((float("nan"), 0.1), (0.5, 0.1), (0.1, 0.5)), "outside the picture"),
    ],
)
def test_a_polygon_that_cannot_be_a_zone_is_refused(
    points: tuple[tuple[float, float], ...], says: str
) -> None:
    with pytest.raises(GeometryError, match=says):
        Polygon(points)


def test_a_concave_zone_is_allowed_and_measured_rightly() -> None:
    zone = Polygon(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.5), (0.0, 1.0)))
    assert zone.area == pytest.approx(0.75)
    assert zone.overlap(Box(0.0, 0.5, 1.0, 1.0)) == pytest.approx(0.25)


def test_pixels_become_relative_coordinates() -> None:
    zone = Polygon.from_pixels([[365, 0], [535, 0], [535, 420], [365, 420]], 768, 432)
    assert zone.bounds.x1 == pytest.approx(365 / 768)
    assert zone.bounds.y2 == pytest.approx(420 / 432)


def test_a_person_on_the_border_of_two_windows_counts_for_exactly_one() -> None:
    """Scenario S10."""
    on_border = Box(0.38, 0.3, 0.58, 0.9)
    assert assign([on_border], ZONES) == ["3"]


def test_a_person_half_in_each_zone_goes_to_the_first_and_never_to_both() -> None:
    assert assign([Box(0.4, 0.3, 0.6, 0.7)], ZONES) == ["3"]


def test_a_customer_leaning_over_the_counter_from_outside_counts_for_nobody() -> None:
    assert assign([Box(0.2, 0.73, 0.4, 1.0)], ZONES) == [None]
    assert assign([Box(0.2, 0.3, 0.4, 1.0)], ZONES) == ["3"], "a clerk in the same column does"


def test_a_clerk_whose_legs_hide_outside_the_zone_counts() -> None:
    seated = Box(0.2, 0.3, 0.4, 1.0)
    assert assign([seated], ZONES) == ["3"]


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, min(1.0, x + w), min(1.0, y + h)),
    st.floats(0, 0.9),
    st.floats(0, 0.9),
    st.floats(0.01, 0.5),
    st.floats(0.01, 0.5),
)


@given(st.lists(boxes, max_size=6))
def test_nobody_is_counted_twice_and_the_order_of_people_changes_nothing(people: list[Box]) -> None:
    given_zones = assign(people, ZONES)
    assert len(given_zones) == len(people)
    assert assign(people[::-1], ZONES) == given_zones[::-1]


@given(boxes)
def test_the_parts_of_a_box_inside_neighbouring_zones_never_exceed_the_box(box: Box) -> None:
    shared = LEFT.overlap(box) + RIGHT.overlap(box)
    assert shared <= box.area + 1e-9


@given(boxes)
def test_a_zone_clipped_to_a_box_is_what_a_rectangle_intersection_says(box: Box) -> None:
    assert LEFT.overlap(box) == pytest.approx(LEFT.bounds.intersection(box), abs=1e-12)
