"""Faults of pictures against a camera's reference, on a photograph; and what is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import cv2
import numpy as np
import pytest

from models.domain.geometry import Polygon
from models.domain.presence import Reason
from tests.builders import at
from tests.fakes_rehearsal import drawn_studio
from vision.camera_health import CameraHealth
from vision.frame import Frame, Image
from vision.health_checks import thin_grey
from vision.health_decode import damage
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.day import STARTS, written
from vision.sources.rehearsal.scene import Scene

NINE_S = 9 * 3600.0
Spoil = Callable[[Image], Image]


@cache
def scene(number: int = 0) -> Scene:
    city = built(2026)
    plan = [one for one in city.cameras.values() if len(one.seats) == 2][number]
    return Scene(plan, drawn_studio(), written(city, STARTS + 3600))


@cache
def reference() -> Image:
    return scene().picture(7 * 3600.0)


@cache
def pictures() -> tuple[Image, ...]:
    """A morning: clerks, citizens and passers-by, light and noise."""
    return tuple(scene().picture(NINE_S + 40.0 * number) for number in range(12))


@cache
def zones() -> dict[str, Polygon]:
    stage = scene().stage
    return {place.seat.window_id: stage.zone(place) for place in stage.places}


def sent(image: Image, quality: int = 85) -> Image:
    """As a recorder sends it on."""
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1),
        np.uint8,
    )


def said(spoil: Spoil, *, health: CameraHealth | None = None) -> list[Reason | None]:
    """What is said of a morning that is spoilt."""
    health = health or CameraHealth(reference())
    return [
        health.check(Frame("c1", sent(spoil(image)), at(10 * number)))
        for number, image in enumerate(pictures())
    ]


def warped(degrees: float = 0.0, zoom: float = 1.0, x: float = 0.0, y: float = 0.0) -> Spoil:
    def spoil(image: Image) -> Image:
        height, width = image.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
        turn[0, 2] += x
        turn[1, 2] += y
        return np.asarray(
            cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8
        )

    return spoil


def blurred(sigma: float) -> Spoil:
    return lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def scaled(gain: float, add: float = 0.0) -> Spoil:
    return lambda image: np.clip(image * gain + add, 0, 255).astype(np.uint8)


def lost_blocks(image: Image) -> Image:
    spoilt = image.copy()
    spoilt[400:560] = 128
    return spoilt


def smeared(image: Image) -> Image:
    spoilt = image.copy()
    spoilt[250:] = image[250]
    return spoilt


def woven(image: Image) -> Image:
    spoilt = image.copy()
    spoilt[1::2] = np.roll(image, 12, 1)[1::2]
    return spoilt


def torn(image: Image) -> Image:
    spoilt, rng = image.copy(), np.random.default_rng(3)
    for _ in range(500):
        y, x, v, u = (16 * int(rng.integers(0, most)) for most in (45, 80, 45, 80))
        spoilt[y : y + 16, x : x + 16] = image[v : v + 16, u : u + 16]
    return spoilt


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda image: image, id="as it is"),
        pytest.param(scaled(0.4), id="lamps half off"),
        pytest.param(scaled(1.25, 10), id="sun"),
        pytest.param(blurred(1.0), id="a little soft"),
        pytest.param(warped(x=2, y=-1), id="shaken"),
        pytest.param(lambda image: sent(image, 25), id="thin line"),
    ],
)
def test_light_people_and_compression_are_no_fault(spoil: Spoil) -> None:
    assert set(said(spoil)) == {None}


@pytest.mark.parametrize(
    ("spoil", "reason", "within"),
    [
        pytest.param(blurred(7), Reason.BLURRED, 4, id="out of focus"),
        pytest.param(scaled(0.1, 120), Reason.COVERED, 4, id="misted"),
        pytest.param(lost_blocks, Reason.BROKEN_PICTURE, 0, id="grey blocks"),
        pytest.param(smeared, Reason.BROKEN_PICTURE, 0, id="smeared"),
        pytest.param(woven, Reason.BROKEN_PICTURE, 4, id="interlaced"),
        pytest.param(torn, Reason.BROKEN_PICTURE, 4, id="torn blocks"),
        pytest.param(warped(degrees=3), Reason.MOVED, 2, id="turned by 3 degrees"),
        pytest.param(warped(degrees=-6), Reason.MOVED, 2, id="turned by 6 degrees"),
        pytest.param(warped(zoom=1.1), Reason.MOVED, 2, id="zoomed in"),
        pytest.param(warped(zoom=0.88), Reason.MOVED, 2, id="zoomed out"),
        pytest.param(warped(x=150, y=-40), Reason.MOVED, 2, id="knocked aside"),
    ],
)
def test_each_fault_is_named_within_a_few_samples_and_stays(
    spoil: Spoil, reason: Reason, within: int
) -> None:
    found = said(spoil)
    assert set(found[: within + 1]) <= {None, reason}
    assert set(found[within + 1 :]) == {reason}


@pytest.mark.parametrize(("x", "y"), [(8, 5), (-14, 3), (10, -8)])
def test_zones_go_along_with_a_small_shift_and_come_back_with_it(x: int, y: int) -> None:
    health = CameraHealth(reference())
    assert set(said(warped(x=x, y=y), health=health)) == {None}
    for window, zone in health.placed(zones()).items():
        for (now_x, now_y), (drawn_x, drawn_y) in zip(
            zone.points, zones()[window].points, strict=True
        ):
            assert now_x in (0.0, 1.0) or abs((now_x - drawn_x) * 1280 - x) <= 4
            assert now_y in (0.0, 1.0) or abs((now_y - drawn_y) * 720 - y) <= 4
    for number, image in enumerate(pictures()):
        health.check(Frame("c1", sent(image), at(1000 + 10 * number)))
    assert health.placed(zones()) == zones()


def covered_up(image: Image, *, colour: int | None) -> Image:
    """A cart, plain, or a curtain, folded, before the first window."""
    spoilt, box = image.copy(), next(iter(zones().values())).bounds
    x1, x2 = (max(0, round(1280 * (box.x1 - 0.25 * box.width))), round(1280 * (box.x2 + 0.05)))
    y1, y2 = max(0, round(720 * (box.y1 - 0.2 * box.height))), 719
    folds = 110 + 15 * np.sin(np.arange(x2 - x1) / 9.0)
    spoilt[y1:y2, x1:x2] = folds[None, :, None] if colour is None else colour
    return spoilt


@pytest.mark.parametrize("colour", [None, 70, 160])
def test_a_window_behind_a_cart_or_curtain_is_hidden_and_its_neighbour_is_not(
    colour: int | None,
) -> None:
    health, first = CameraHealth(reference()), next(iter(zones()))
    every = frozenset(zones())
    told = []
    for number, image in enumerate(pictures()[:6]):
        frame = Frame("c1", sent(covered_up(image, colour=colour)), at(10 * number))
        assert health.check(frame) is None
        told.append(health.hidden(frame, zones(), every))
    assert told[:2] == [{}, {}], "somebody who walks by hides for a moment"
    assert set(map(str, told[2:])) == {str({first: Reason.OCCLUDED})}


def test_a_window_that_is_staffed_or_empty_is_never_hidden() -> None:
    health = CameraHealth(reference())
    for number, image in enumerate((*pictures(), reference(), reference())):
        frame = Frame("c1", sent(image), at(30 * number))
        health.check(frame)
        assert health.hidden(frame, zones(), frozenset(zones())) == {}


def test_dirt_before_one_window_makes_only_that_window_unknown() -> None:
    health, first = CameraHealth(reference()), next(iter(zones()))
    box = zones()[first].bounds
    x1, x2 = max(0, round(1280 * (box.x1 - 0.06))), round(1280 * (box.x2 + 0.06))
    told = {}
    for number, image in enumerate(pictures()):
        spoilt = image.copy()
        spoilt[:, x1:x2] = blurred(9)(image)[:, x1:x2]
        frame = Frame("c1", sent(spoilt), at(10 * number))
        assert health.check(frame) is None
        told = health.hidden(frame, zones(), frozenset(zones()))
    assert told == {first: Reason.BLURRED}


def test_a_frozen_picture_that_a_recorder_encodes_anew_is_found() -> None:
    health, rng = CameraHealth(reference()), np.random.default_rng(5)
    start = at(0)
    noises = [rng.integers(-4, 5, (720, 1280, 3), np.int16) for _ in range(3)]
    for number in range(30):
        noisy = np.clip(pictures()[number % 5] + noises[number % 3], 0, 255).astype(np.uint8)
        assert health.check(Frame("c1", noisy, start + timedelta(seconds=10 * number))) is None
    found = []
    for number in range(30, 46):
        again = pictures()[0].copy()
        again[:, 100 + number : 104 + number] ^= 1
        found.append(health.check(Frame("c1", again, start + timedelta(seconds=10 * number))))
    assert found[:8] == [None] * 8
    assert found[-1] is Reason.FROZEN
    live = Frame("c1", pictures()[1], start + timedelta(seconds=470))
    assert health.check(live) is None


def test_a_clock_at_its_limit_does_not_flap() -> None:
    health = CameraHealth(reference())
    said_of = []
    for number, off in enumerate((59.0, 61.0, 59.0, 52.0, 47.0, 59.0)):
        moment = at(10 * number)
        image = pictures()[number]
        said_of.append(health.check(Frame("c1", image, moment, moment + timedelta(seconds=off))))
    wrong = Reason.WRONG_CLOCK
    assert said_of == [None, wrong, wrong, wrong, None, None]


def test_a_grey_mask_that_is_in_the_reference_is_no_damage() -> None:
    health = CameraHealth(lost_blocks(reference()))
    assert set(said(lost_blocks, health=health)) == {None}


def test_a_wall_in_half_light_is_not_lost_data() -> None:
    wall = np.linspace(100, 156, 720)[:, None, None] * np.ones((1, 1280, 3))
    image = sent(wall.astype(np.uint8))
    assert damage(image, thin_grey(image)).flat < 0.06
