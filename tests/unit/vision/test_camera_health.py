from __future__ import annotations

from datetime import timedelta

import cv2
import numpy as np
import pytest

from models.domain.presence import Reason
from tests.builders import at
from tests.servers.pictures import empty_room
from vision.camera_health import CameraHealth, HealthLimits
from vision.frame import Frame, Image
from vision.health_checks import WIDTH, small_grey

ROOM = empty_room(0)


def frame(image: Image, seconds: float = 0, camera_offset_s: float | None = None) -> Frame:
    moment = at(seconds)
    said = None if camera_offset_s is None else moment + timedelta(seconds=camera_offset_s)
    return Frame("cam1", image, moment, said)


def checked(*images: Image, health: CameraHealth | None = None) -> list[Reason | None]:
    health = health or CameraHealth()
    return [health.check(frame(image, 10 * n)) for n, image in enumerate(images)]


def test_a_live_picture_of_a_room_is_usable_again_and_again() -> None:
    assert set(checked(*[empty_room(n) for n in range(20)])) == {None}


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.zeros_like(ROOM), Reason.BLACK),
        (np.full_like(ROOM, 3), Reason.BLACK),
        (np.full_like(ROOM, 255), Reason.OVEREXPOSED),
        (np.full_like(ROOM, 120), Reason.COVERED),
    ],
)
def test_pictures_that_show_nothing_say_why(image: Image, reason: Reason) -> None:
    assert checked(image) == [reason]


def test_a_hand_before_the_lens_is_covered_although_the_sensor_is_noisy() -> None:
    noise = np.random.default_rng(1).normal(0, 3, ROOM.shape)
    slope = np.linspace(60, 110, ROOM.shape[1])[None, :, None]
    hand = np.clip(slope + noise, 0, 255).astype(np.uint8)
    assert checked(hand) == [Reason.COVERED]


def test_a_dim_hall_in_the_evening_is_not_black() -> None:
    assert checked((ROOM * 0.25).astype(np.uint8)) == [None]


def test_equal_pixels_for_longer_than_a_live_sensor_could_give_are_frozen() -> None:
    health = CameraHealth()
    assert health.check(frame(ROOM, 0)) is None
    assert health.check(frame(ROOM, 5)) is None, "a camera may serve one picture twice"
    assert health.check(frame(ROOM, 15)) is Reason.FROZEN
    assert health.check(frame(empty_room(1), 20)) is None


def test_a_frozen_picture_is_found_although_the_clock_in_it_runs() -> None:
    health = CameraHealth()
    for n in range(4):
        stamped = ROOM.copy()
        cv2.putText(stamped, f"10:00:{10 * n:02}", (10, 20), 0, 0.5, (255, 255, 255), 1)
        said = health.check(frame(stamped, 10 * n))
    assert said is Reason.FROZEN


def test_equal_pictures_of_a_recording_are_normal() -> None:
    health = CameraHealth(limits=HealthLimits(frozen_s=None))
    assert checked(ROOM, ROOM, ROOM, ROOM, health=health) == [None] * 4


@pytest.mark.parametrize(
    ("offset", "reason"),
    [(0.0, None), (-59.0, None), (61.0, Reason.WRONG_CLOCK), (-240.0, Reason.WRONG_CLOCK)],
)
def test_a_clock_more_than_a_minute_off_cannot_be_trusted(
    offset: float, reason: Reason | None
) -> None:
    assert CameraHealth().check(frame(ROOM, 0, offset)) is reason


def test_a_camera_that_sends_local_time_as_gmt_can_be_excused_from_the_clock() -> None:
    health = CameraHealth(limits=HealthLimits(clock_tolerance_s=None))
    assert health.check(frame(ROOM, 0, 8 * 3600)) is None


def test_a_camera_that_says_no_time_is_judged_by_its_picture_alone() -> None:
    assert CameraHealth().check(frame(ROOM)) is None


def resized(width: int, height: int) -> Image:
    return np.asarray(cv2.resize(ROOM, (width, height)), np.uint8)


def test_another_shape_than_the_zones_were_drawn_for_is_refused() -> None:
    health = CameraHealth(ROOM)
    assert health.check(frame(resized(480, 360))) is Reason.WRONG_SIZE
    assert health.check(frame(resized(1280, 720), 1)) is None, "same shape, finer"
    exact = CameraHealth(size=(640, 360))
    assert exact.check(frame(resized(1280, 720))) is Reason.WRONG_SIZE


def moved(image: Image, across: int, down: int = 0) -> Image:
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REFLECT), np.uint8)


@pytest.mark.parametrize(("pixels", "reason"), [(0, None), (6, None), (64, Reason.MOVED)])
def test_a_view_turned_away_from_its_zones_is_moved_and_a_small_shift_is_borne(
    pixels: int, reason: Reason | None
) -> None:
    assert CameraHealth(ROOM).check(frame(moved(empty_room(3), pixels))) is reason


def test_a_rotated_view_is_moved() -> None:
    turned = np.ascontiguousarray(empty_room(4)[::-1, ::-1])
    assert CameraHealth(ROOM).check(frame(turned)) is Reason.MOVED


def test_a_camera_that_was_turned_back_is_believed_again_at_once() -> None:
    health = CameraHealth(ROOM)
    assert health.check(frame(moved(empty_room(5), 80), 0)) is Reason.MOVED
    assert health.check(frame(empty_room(6), 10)) is None


def test_half_the_view_hidden_by_people_is_not_a_moved_camera() -> None:
    crowd = empty_room(7)
    crowd[80:, 200:460] = np.random.default_rng(2).integers(0, 255, crowd[80:, 200:460].shape)
    assert CameraHealth(ROOM).check(frame(crowd)) is None


def test_without_a_reference_the_first_usable_picture_is_it() -> None:
    health = CameraHealth()
    said = [
        health.check(frame(image, 10 * n))
        for n, image in enumerate([np.zeros_like(ROOM), empty_room(1), moved(empty_room(2), 90)])
    ]
    assert said == [Reason.BLACK, None, Reason.MOVED]


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (704, 576), (1281, 721), (2592, 1944)])
def test_the_small_grey_picture_is_made_of_every_so_manieth_pixel(size: tuple[int, int]) -> None:
    width, height = size
    image = np.random.default_rng(3).integers(0, 255, (height, width, 3), dtype=np.uint8)
    step = max(1, width // (2 * WIDTH))
    grey = cv2.cvtColor(np.ascontiguousarray(image[::step, ::step]), cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (WIDTH, round(WIDTH * height / width)), interpolation=cv2.INTER_AREA)
    assert np.array_equal(small_grey(image), small)


def test_a_little_noise_tells_a_live_picture_from_a_frozen_one() -> None:
    health = CameraHealth()
    answers = []
    for second in (0, 10, 20, 30):
        image = ROOM.copy()
        image[:, second : second + 2] ^= 1  # two columns of noise, one grey level
        answers.append(health.check(frame(image, second)))
    assert answers == [None] * 4
