"""Who is in which window: frame first, closer where needed, each person once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.errors import DetectorError
from models.domain.geometry import Box, Polygon
from tests.fakes_detectors import PHONE_BGR, hall, painted, stand
from vision.detectors.scripted import ScriptedDetector
from vision.frame import Image
from vision.look import Looker, Order, cut_out
from vision.packing import Inputs
from vision.people import WHOLE, Sighting
from vision.ports import Detection, Size, Thing


def zone(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    return Polygon(((x1, y1), (x2, y1), (x2, y2), (x1, y2)))


LEFT = zone(0.1, 0.2, 0.3, 0.6)
RIGHT = zone(0.6, 0.2, 0.8, 0.6)
ZONES = {"left": LEFT, "right": RIGHT}
CLERK = Box(0.15, 0.25, 0.25, 0.55)
SMALL = Box(0.19, 0.35, 0.21, 0.40)
FAR = {"left": zone(0.15, 0.3, 0.25, 0.45), "right": zone(0.6, 0.3, 0.7, 0.45)}


def test_a_person_seen_by_the_frame_needs_no_closer_look() -> None:
    detector = ScriptedDetector(painted())
    found = Looker(detector).look(stand(hall(), CLERK), ZONES, {"left"})
    assert list(found) == ["left"]
    assert (found["left"].people, found["left"].score) == (1, 0.9)
    assert found["left"].boxes[0].iou(CLERK) > 0.95
    assert detector.sizes == (Size.FRAME,)


def test_a_small_person_is_found_by_the_closer_look_at_the_right_place() -> None:
    detector = ScriptedDetector(painted(smallest_px=22))
    found = Looker(detector).look(stand(hall(), SMALL), FAR)
    assert detector.sizes == (Size.FRAME, Size.CROP, Size.CROP, Size.CROP), "right: mirrored too"
    assert (found["left"].people, found["right"].people) == (1, 0)
    assert found["left"].boxes[0].iou(SMALL) > 0.9


def test_an_empty_hall_is_empty_after_frame_and_crops() -> None:
    detector = ScriptedDetector(painted())
    assert Looker(detector).look(hall(), ZONES) == {"left": Sighting(), "right": Sighting()}
    assert detector.sizes == (Size.FRAME, *[Size.CROP] * 4), "each window's crop, and its mirror"


@pytest.mark.parametrize(("score", "people"), [(0.16, 1), (0.14, 0)])
def test_somebody_who_shows_in_the_mirror_only_counts_where_the_detector_is_surer(
    score: float, people: int
) -> None:
    plain: list[bytes] = []

    def lopsided(image: Image, size: Size) -> list[Detection]:
        """Sees the painted person in the second crop of the same place only."""
        if size is Size.FRAME:
            return []
        plain.append(image.tobytes())
        return (
            [Detection(item.thing, item.box, score) for item in painted()(image, size)]
            if len(plain) == 2
            else []
        )

    picture = stand(hall(), CLERK)
    found = Looker(ScriptedDetector(lopsided)).look(picture, {"left": ZONES["left"]})["left"]
    assert found.people == people
    if people:
        assert found.boxes[0].iou(CLERK) > 0.9, "the box is turned back"


def test_one_person_counts_for_one_window_only() -> None:
    side_by_side = {"a": zone(0.2, 0.1, 0.4, 0.9), "b": zone(0.4, 0.1, 0.6, 0.9)}
    between = Box(0.33, 0.2, 0.45, 0.8)  # more of the upper body is in a
    found = Looker(ScriptedDetector(painted())).look(stand(hall(), between), side_by_side)
    assert (found["a"].people, found["b"].people) == (1, 0)


def test_a_person_counted_by_the_frame_is_not_counted_again_by_a_neighbours_crop() -> None:
    side_by_side = {"a": zone(0.2, 0.1, 0.4, 0.9), "b": zone(0.4, 0.1, 0.6, 0.9)}
    in_a = Box(0.33, 0.2, 0.45, 0.8)

    def shaky(image: Image, size: Size) -> list[Detection]:
        """The crop draws the same person a little further right: into b."""
        boxes = [item.box for item in painted()(image, size)]
        shift = 0.0 if size is Size.FRAME else 0.06
        moved = [Box(box.x1 + shift, box.y1, box.x2 + shift, box.y2) for box in boxes]
        return [Detection(Thing.PERSON, box, 0.5) for box in moved]

    found = Looker(ScriptedDetector(shaky)).look(stand(hall(), in_a), side_by_side)
    assert (found["a"].people, found["b"].people) == (1, 0)


@pytest.mark.parametrize(("border", "people"), [(0.5, 0), (0.45, 1)], ids=["on it", "beyond it"])
def test_an_arm_across_the_border_is_nobody_else(border: float, people: int) -> None:
    """A crop that shows a person's arm only must not make them a second person."""
    person, arm = Box(0.4, 0.2, 0.7, 0.8), Box(0.39, 0.2, 0.47, 0.8)
    zones = {"left": zone(0.0, 0.0, border, 1.0), "right": zone(border, 0.0, 1.0, 1.0)}

    def seen(_: Image, size: Size) -> list[Detection]:
        if size is Size.FRAME:
            return [Detection(Thing.PERSON, person, 0.9)]
        return [Detection(Thing.PERSON, arm, 0.13)]

    found = Looker(ScriptedDetector(seen), crop_scale=9.0).look(hall(), zones, {"left"})
    assert found["left"].people == people


def test_somebody_outside_every_zone_staffs_no_window() -> None:
    customer = Box(0.4, 0.3, 0.5, 0.9)
    found = Looker(ScriptedDetector(painted())).look(stand(hall(), customer), ZONES)
    assert all(sighting.people == 0 for sighting in found.values())


def test_a_customer_leaning_over_the_counter_staffs_no_window() -> None:
    leaning = Box(0.12, 0.5, 0.28, 0.98)  # head over the counter, most of the upper body not
    found = Looker(ScriptedDetector(painted())).look(stand(hall(), leaning), ZONES)
    assert found["left"].people == 0


@pytest.mark.parametrize(("score", "people"), [(0.09, 0), (0.10, 1), (0.5, 1)])
def test_scores_count_from_the_threshold_up(score: float, people: int) -> None:
    detector = ScriptedDetector(painted(score=score))
    found = Looker(detector, min_score=0.10).look(stand(hall(), CLERK), ZONES)
    assert found["left"].people == people


def test_a_window_that_needs_two_gets_a_closer_look_when_the_frame_shows_one() -> None:
    image = stand(stand(hall(), Box(0.16, 0.32, 0.19, 0.44)), Box(0.21, 0.35, 0.23, 0.40))
    detector = ScriptedDetector(painted(smallest_px=22))
    found = Looker(detector).look(image, FAR, {"left"}, required={"left": 2})
    assert found["left"].people == 2
    assert detector.sizes == (Size.FRAME, Size.CROP)


def test_a_phone_in_hand_is_reported_and_one_elsewhere_is_not() -> None:
    image = stand(stand(hall(), CLERK), Box(0.18, 0.40, 0.20, 0.44), PHONE_BGR)
    image = stand(image, Box(0.5, 0.8, 0.52, 0.84), PHONE_BGR)
    found = Looker(ScriptedDetector(painted())).look(image, ZONES)
    assert len(found["left"].phones) == 1
    assert found["right"].phones == ()


def test_a_failing_detector_is_no_empty_window() -> None:
    def fails(_image: Image, _size: Size) -> list[Detection]:
        raise DetectorError("坏了", "broken")

    with pytest.raises(DetectorError, match="broken"):
        Looker(ScriptedDetector(fails)).look(hall(), ZONES)


def test_nothing_wanted_costs_nothing() -> None:
    detector = ScriptedDetector(painted())
    assert Looker(detector).look(hall(), ZONES, set()) == {}
    assert detector.sizes == ()


def test_the_cheapest_order_skips_the_frame_when_the_crop_shows_the_person() -> None:
    detector = ScriptedDetector(painted())
    found = Looker(detector).look(stand(hall(), CLERK), ZONES, {"left"}, order=Order.CHEAPEST)
    assert found["left"].people == 1
    assert detector.sizes == (Size.CROP,)


def test_the_cheapest_order_asks_the_frame_when_a_neighbour_is_near() -> None:
    near = {"a": zone(0.2, 0.1, 0.4, 0.9), "b": zone(0.4, 0.1, 0.6, 0.9)}
    detector = ScriptedDetector(painted())
    Looker(detector).look(stand(hall(), CLERK), near, {"a"}, order=Order.CHEAPEST)
    assert detector.sizes[0] is Size.FRAME


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, min(1.0, x + w), min(1.0, y + h)),
    st.floats(0.0, 0.9),
    st.floats(0.0, 0.9),
    st.floats(0.02, 0.3),
    st.floats(0.02, 0.5),
)


@settings(max_examples=150)
@given(
    people=st.lists(boxes, max_size=4),
    smallest=st.sampled_from([0.0, 20.0, 60.0]),
    wanted=st.sampled_from(["left", "right", "near"]),
)
def test_the_order_of_looks_changes_no_verdict(
    people: list[Box], smallest: float, wanted: str
) -> None:
    zones = {**ZONES, "near": zone(0.8, 0.2, 0.95, 0.6)}
    image = hall()
    for box in people:
        image = stand(image, box)
    verdicts = {
        order: Looker(ScriptedDetector(painted(smallest_px=smallest)))
        .look(image, zones, {wanted}, order=order)[wanted]
        .people
        >= 1
        for order in Order
    }
    assert verdicts[Order.FRAME] == verdicts[Order.CHEAPEST]


@given(box=boxes, width=st.integers(40, 1920), height=st.integers(40, 1080))
def test_a_crop_holds_the_window_and_stays_inside_the_picture(
    box: Box, width: int, height: int
) -> None:
    polygon = zone(box.x1, box.y1, box.x2, box.y2)
    part, region = cut_out(hall(width, height), polygon)
    assert WHOLE.intersection(region) == pytest.approx(region.area)
    assert part.shape[0] == round(region.height * height)
    assert part.shape[1] == round(region.width * width)
    pixel = 1 / min(width, height)
    assert region.x1 <= box.x1 + pixel
    assert region.x2 >= box.x2 - pixel
    assert region.y1 <= box.y1 + pixel
    assert region.y2 >= box.y2 - pixel


def test_a_crop_is_square_where_the_picture_has_room() -> None:
    part, region = cut_out(hall(1920, 1080), zone(0.4, 0.4, 0.5, 0.45))
    assert part.shape[0] == part.shape[1] == round(2.2 * 0.1 * 1920)
    assert (region.x1 + region.x2) / 2 == pytest.approx(0.45, abs=0.001)


@settings(max_examples=60)
@given(
    people=st.lists(boxes, max_size=4),
    smallest=st.sampled_from([0.0, 20.0]),
    wanted=st.sets(st.sampled_from(["left", "right", "near", "far"]), min_size=1),
    required=st.integers(1, 2),
)
def test_packing_changes_no_verdict(
    people: list[Box], smallest: float, wanted: set[str], required: int
) -> None:
    zones = {**ZONES, "near": zone(0.8, 0.2, 0.95, 0.6), "far": zone(0.05, 0.7, 0.12, 0.82)}
    image = hall(320, 180)
    for box in people:
        image = stand(image, box)
    verdicts = []
    for packing in (None, Inputs()):
        looker = Looker(ScriptedDetector(painted(smallest_px=smallest)), packing=packing)
        found = looker.look(
            image, zones, wanted, order=Order.CHEAPEST, required=dict.fromkeys(wanted, required)
        )
        verdicts.append({key: sighting.people >= required for key, sighting in found.items()})
    assert verdicts[0] == verdicts[1]


SMALL_ZONES = {"a": zone(0.1, 0.3, 0.16, 0.4), "b": zone(0.17, 0.3, 0.23, 0.4)}
IN_A, IN_B = Box(0.11, 0.31, 0.15, 0.39), Box(0.18, 0.31, 0.22, 0.39)


def packed_look(
    image: Image, wanted: set[str], staffed: set[str] | None = None
) -> tuple[dict[str, Sighting], tuple[Size, ...]]:
    detector = ScriptedDetector(painted())
    found = Looker(detector, packing=Inputs()).look(
        image, SMALL_ZONES, wanted, order=Order.CHEAPEST, staffed=staffed
    )
    return found, detector.sizes


def test_neighbours_who_both_sit_there_are_seen_by_one_packed_picture() -> None:
    found, sizes = packed_look(stand(stand(hall(), IN_A), IN_B), {"a", "b"})
    assert {key: one.people for key, one in found.items()} == {"a": 1, "b": 1}
    assert found["a"].boxes[0].iou(IN_A) > 0.8
    assert sizes == (Size.CROP,)


def test_where_one_seems_empty_the_frame_answers_for_all_of_them() -> None:
    found, sizes = packed_look(stand(hall(), IN_A), {"a", "b"})
    assert {key: one.people for key, one in found.items()} == {"a": 1, "b": 0}
    assert sizes == (Size.CROP, Size.FRAME, Size.CROP, Size.CROP)


def test_a_crop_that_was_looked_at_first_is_not_paid_for_twice() -> None:
    found, sizes = packed_look(hall(), {"a"})
    assert found["a"].people == 0
    assert sizes == (Size.CROP, Size.FRAME, Size.CROP), "the crop, the frame, the mirror"


def test_a_window_that_was_empty_is_not_looked_at_closely_first() -> None:
    _, sizes = packed_look(stand(hall(), IN_A), {"a"}, staffed={"b"})
    assert sizes == (Size.FRAME,)


def test_somebody_on_the_border_is_counted_by_geometry_on_tiles_too() -> None:
    between = Box(0.145, 0.31, 0.195, 0.39)  # more of the upper body is in b
    found, _ = packed_look(stand(hall(), between), {"a", "b"})
    assert {key: one.people for key, one in found.items()} == {"a": 0, "b": 1}
