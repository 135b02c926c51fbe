"""Scenes: always the same for the same moment, zones that fit, faults that show."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.fakes_rehearsal import drawn_cutouts, drawn_studio
from vision.sources.rehearsal.bodies import HEAD_M, Look, cut_out, sprite
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import City, built
from vision.sources.rehearsal.crew import CLOCK_OFF_S, Crew, second_of
from vision.sources.rehearsal.day import STARTS, Day, Staged, What, written
from vision.sources.rehearsal.scene import Scene, encode
from vision.sources.rehearsal.stage import HEIGHT, WIDTH, stage_of

UNTIL = STARTS + 64 * 60.0
NINE = 9 * 3600.0


@pytest.fixture(scope="module")
def city() -> City:
    return built(2026)


@pytest.fixture(scope="module")
def day(city: City) -> Day:
    return written(city, UNTIL)


def scene_of(city: City, day: Day, camera: str) -> Scene:
    return Scene(city.cameras[camera], drawn_studio(), day)


def test_the_same_moment_shows_the_same_picture(city: City, day: Day) -> None:
    first = scene_of(city, day, "main-c04").picture(NINE, label="09:00")
    second = scene_of(city, day, "main-c04").picture(NINE, label="09:00")
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)


def test_two_moments_differ_at_least_by_noise(city: City, day: Day) -> None:
    scene = scene_of(city, day, "main-c04")
    assert not np.array_equal(scene.picture(NINE), scene.picture(NINE + 1))


def test_a_clerk_shows_inside_the_window_and_nowhere_else(city: City, day: Day) -> None:
    """Present against gone: the difference lies in the staff zone."""
    camera = "b1-c1"
    window = city.cameras[camera].seats[0].window_id
    gone = Day(city, UNTIL, (), {**dict.fromkeys(city.windows, ()), window: ()})
    here = Day(city, UNTIL, (), {**gone.present, window: ((0.0, 86400.0),)})
    early = 8.2 * 3600
    with_clerk = scene_of(city, here, camera)
    empty = scene_of(city, gone, camera).picture(early).astype(int)
    changed = np.abs(with_clerk.picture(early).astype(int) - empty).max(axis=2) > 40
    place = with_clerk.stage.place_of(window)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    corners = [(x * WIDTH, y * HEIGHT) for x, y in with_clerk.stage.zone(place).points]
    cv2.fillPoly(mask, [np.array(corners, np.int32)], 1)
    assert changed.sum() > 2000
    assert changed[mask > 0].sum() > 0.95 * changed.sum()


def test_zones_lie_in_the_picture_and_apart_from_each_other(city: City) -> None:
    for plan in city.cameras.values():
        stage = stage_of(plan, city.seed)
        zones = [stage.zone(place).bounds for place in stage.places]
        for number, zone in enumerate(zones):
            assert 0 <= zone.x1 < zone.x2 <= 1
            assert 0 <= zone.y1 < zone.y2 <= 1
            full = not plan.seats[number].partial
            assert zone.width * WIDTH > (200 if full else 80)
            for other in zones[number + 1 :]:
                assert zone.intersection(other) == 0, plan.id


def test_a_picture_of_an_order_of_magnitude_of_a_real_cameras_size(city: City, day: Day) -> None:
    jpeg = encode(scene_of(city, day, "t01-c1").picture(NINE))
    assert 40_000 < len(jpeg) < 250_000
    assert jpeg[:2] == b"\xff\xd8"


def staged(day: Day, what: What) -> Staged:
    return next(one for one in day.staged if one.what is what and one.fault)


def picture_at(crew: Crew, one: Staged, second: float) -> np.ndarray:
    data = np.frombuffer(crew.jpeg(one.camera_id, second), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert image is not None
    return image


@pytest.fixture(scope="module")
def crew(city: City, day: Day) -> Crew:
    cameras = {one.camera_id for one in day.staged if one.camera_id}
    few = City(
        city.seed,
        city.halls,
        city.windows,
        {name: plan for name, plan in city.cameras.items() if name in cameras},
    )
    return Crew(few, day, drawn_studio())


def test_a_covered_and_a_black_camera_show_no_texture(crew: Crew, day: Day) -> None:
    for what, brightest in ((What.COVERED, 120), (What.BLACK, 12)):
        one = staged(day, what)
        assert one.fault is not None
        before = picture_at(crew, one, one.fault[0] - 5)
        during = picture_at(crew, one, one.fault[0] + 5)
        assert during.mean() < brightest
        assert cv2.Laplacian(during, cv2.CV_64F).var() < 0.2 * cv2.Laplacian(before, 6).var()


def test_a_frozen_camera_repeats_its_picture_byte_for_byte(crew: Crew, day: Day) -> None:
    one = staged(day, What.FROZEN)
    assert one.fault is not None
    start, end = one.fault
    frozen = {crew.jpeg(one.camera_id, start + share * (end - start)) for share in (0.1, 0.5, 0.9)}
    assert len(frozen) == 1
    assert crew.jpeg(one.camera_id, end + 1) not in frozen


def test_a_moved_camera_shows_the_hall_elsewhere(crew: Crew, day: Day) -> None:
    one = staged(day, What.MOVED)
    assert one.fault is not None
    before = picture_at(crew, one, one.fault[0] - 2).astype(int)
    during = picture_at(crew, one, one.fault[0] + 2).astype(int)
    assert np.abs(before - during).mean() > 15


def test_a_camera_whose_clock_is_wrong_is_four_minutes_behind(crew: Crew, day: Day) -> None:
    one = staged(day, What.WRONG_CLOCK)
    assert one.fault is not None
    at = one.fault[0] + 10
    assert second_of(crew.clock(one.camera_id, at)) == at - CLOCK_OFF_S
    assert second_of(crew.clock(one.camera_id, one.fault[1] + 1)) == one.fault[1] + 1


def test_a_sprite_has_the_heads_height_that_the_place_asks_for() -> None:
    cutout = drawn_cutouts()["coat"]
    whole = sprite(cutout, 200.0, Look())
    seated = sprite(cutout, 200.0, Look(), seated=True)
    assert whole.head_px == pytest.approx(HEAD_M * 200)
    assert whole.pixels.shape[0] == round(500 * HEAD_M * 200 / 90)
    assert seated.pixels.shape[0] < whole.pixels.shape[0]


def test_a_mirrored_sprite_is_the_other_way_round() -> None:
    cutout = drawn_cutouts()["coat"]
    plain, mirrored = (sprite(cutout, 200.0, Look(mirrored=flag)) for flag in (False, True))
    assert np.array_equal(plain.pixels[:, ::-1], mirrored.pixels)
    assert plain.centre + mirrored.centre == pytest.approx(plain.pixels.shape[1])


def test_looks_are_drawn_the_same_for_the_same_name() -> None:
    looks = [Look.drawn(chance(5, "clerk", name)) for name in ("a", "b", "a")]
    assert looks[0] == looks[2] != looks[1]


def test_too_few_bodies_are_refused(tmp_path) -> None:
    with pytest.raises(Exception, match="at least 8 bodies"):
        cut_out({}, tmp_path)
