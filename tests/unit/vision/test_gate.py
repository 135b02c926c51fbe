"""The gate lets nothing pass unseen that moved, and spares what did not."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.errors import InputError
from models.domain.geometry import Box, Polygon
from models.domain.presence import Look
from tests.fakes_detectors import stand
from vision.change import change, sketch, surroundings
from vision.frame import Image
from vision.gate import Gate


def zone(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    return Polygon(((x1, y1), (x2, y1), (x2, y2), (x1, y2)))


ZONES = {"a": zone(0.1, 0.2, 0.35, 0.8), "b": zone(0.6, 0.2, 0.85, 0.8)}
CLOTHES = (90, 60, 40)


def scene() -> Image:
    """A hall with some furniture, so that it is not flat."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(60, 180, (18, 32, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


def noisy(image: Image, sigma: float, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def lit(image: Image, factor: float | tuple[float, float, float]) -> Image:
    return np.clip(image * np.array(factor, np.float32), 0, 255).astype(np.uint8)


def toned(image: Image, gamma: float) -> Image:
    return np.asarray(255 * (image / 255) ** gamma, np.uint8)


def banded(image: Image, share: float, seed: int) -> Image:
    rows = np.arange(image.shape[0])[:, None, None] / image.shape[0]
    return np.clip(image * (1 + share * np.sin(12 * rows + seed)), 0, 255).astype(np.uint8)


def lit_from_the_side(image: Image, share: float) -> Image:
    columns = np.linspace(1 - share, 1 + share, image.shape[1])[None, :, None]
    return np.clip(image * columns, 0, 255).astype(np.uint8)


def shaken(image: Image, seed: int) -> Image:
    x, y = ((2, 0), (-1, 1), (0, -2), (1.5, 1), (-2, -1))[seed]
    moved = np.array([[1, 0, x], [0, 1, y]], np.float32)
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.warpAffine(image, moved, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def streamed(pictures: list[Image], bit_rate: int) -> list[Image]:
    """As an H.264 camera sends them: a keyframe every 25 pictures."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", bit_rate
        stream.options = {"g": "25", "preset": "veryfast", "tune": "zerolatency"}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as sent:
        return [
            np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in sent.decode(video=0)
        ]


def compressed(image: Image, quality: int) -> Image:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def opened(image: Image, force_after: int = 100) -> Gate:
    gate = Gate(force_after)
    gate.looked(image, ZONES)
    return gate


def test_a_window_never_looked_at_must_be_looked_at() -> None:
    assert set(Gate().judge(scene(), ZONES).values()) == {Look.LOOKED}


@pytest.mark.parametrize(
    "harmless",
    [
        lambda image, seed: noisy(image, 8, seed),
        lambda image, seed: lit(image, 1.25),
        lambda image, seed: lit(image, 0.7),
        lambda image, seed: compressed(noisy(image, 4, seed), 40),
        lambda image, seed: noisy(lit(image, 0.85), 5, seed),
        lambda image, seed: noisy(toned(image, 0.85), 3, seed),
        lambda image, seed: noisy(lit(image, (0.9, 1.0, 1.1)), 3, seed),
        lambda image, seed: noisy(banded(image, 0.04, seed), 3, seed),
        lambda image, seed: noisy(lit_from_the_side(image, 0.1), 3, seed),
        lambda image, seed: noisy(shaken(image, seed), 3, seed),
        lambda image, seed: compressed(noisy(lit(shaken(image, seed), 1.2), 4, seed), 50),
    ],
    ids=[
        "noise",
        "brighter",
        "darker",
        "compression",
        "dimmer and noisy",
        "flatter",
        "white balance",
        "bands of a flickering lamp",
        "sun from one side",
        "shake",
        "shake, exposure, noise and compression",
    ],
)
def test_noise_light_and_compression_are_no_change(harmless: object) -> None:
    assert callable(harmless)
    gate = opened(scene())
    for seed in range(5):
        assert set(gate.judge(harmless(scene(), seed), ZONES).values()) == {Look.UNCHANGED}


def test_somebody_arriving_changes_that_window_only() -> None:
    gate = opened(scene())
    arrived = stand(scene(), Box(0.15, 0.3, 0.27, 0.7), CLOTHES)
    assert gate.judge(noisy(arrived, 5, 1), ZONES) == {"a": Look.LOOKED, "b": Look.UNCHANGED}


def test_keyframes_of_a_stream_are_no_change() -> None:
    pictures = streamed([noisy(scene(), 3, seed) for seed in range(30)], 800_000)
    gate = opened(pictures[1])
    for picture in (pictures[12], pictures[24], pictures[25], pictures[29]):
        assert set(gate.judge(picture, ZONES).values()) == {Look.UNCHANGED}


def test_clothes_as_bright_as_the_wall_are_told_by_their_colour() -> None:
    wall = np.full((360, 640, 3), 120, np.uint8)
    clothes = (150, 110, 122)
    grey = cv2.cvtColor(np.array([[clothes]], np.uint8), cv2.COLOR_BGR2GRAY)
    assert abs(int(grey[0, 0]) - 120) <= 2
    gate = opened(noisy(wall, 3, 1))
    arrived = noisy(stand(wall, Box(0.15, 0.3, 0.27, 0.7), clothes), 3, 2)
    assert gate.judge(arrived, ZONES) == {"a": Look.LOOKED, "b": Look.UNCHANGED}


def test_a_pattern_as_bright_as_the_wall_on_the_whole_is_a_change() -> None:
    wall = np.full((360, 640, 3), 120, np.uint8)
    checked = wall.copy()
    part = checked[108:252, 96:173]
    part[:] = np.where(np.indices(part.shape[:2]).sum(axis=0) // 12 % 2, 150, 90)[..., None]
    gate = opened(noisy(wall, 3, 1))
    assert gate.judge(noisy(checked, 3, 2), ZONES) == {"a": Look.LOOKED, "b": Look.UNCHANGED}


def test_another_clerk_in_the_same_place_is_a_change() -> None:
    place = Box(0.15, 0.3, 0.27, 0.7)
    gate = opened(stand(scene(), place, CLOTHES))
    assert gate.judge(stand(scene(), place, (60, 70, 110)), ZONES)["a"] is Look.LOOKED


@pytest.mark.parametrize("light", [0.6, 1.0, 1.4])
def test_somebody_who_leaves_while_the_light_changes_is_noticed(light: float) -> None:
    gate = opened(stand(scene(), Box(0.65, 0.3, 0.8, 0.8), CLOTHES))
    assert gate.judge(noisy(lit(scene(), light), 4, 3), ZONES)["b"] is Look.LOOKED


def test_somebody_who_fills_the_whole_picture_is_noticed() -> None:
    whole = {"w": zone(0.0, 0.0, 1.0, 1.0)}
    gate = Gate(100)
    gate.looked(scene(), whole)
    assert gate.judge(stand(scene(), Box(0.1, 0.1, 0.9, 1.0), CLOTHES), whole)["w"] is Look.LOOKED


def test_a_picture_that_is_drawn_over_in_place_is_judged_anew() -> None:
    picture = scene()
    gate = Gate(100)
    gate.judge(picture, ZONES)
    gate.looked(picture, ZONES)
    picture[108:252, 96:173] = CLOTHES
    assert gate.judge(picture, ZONES)["a"] is Look.LOOKED


@settings(max_examples=40)
@given(before=st.integers(0, 2**16), after=st.integers(0, 2**16), levels=st.integers(1, 256))
def test_every_pair_of_pictures_gives_a_figure(before: int, after: int, levels: int) -> None:
    """Black, clipped and wild ones, too: a figure that is none would hide a change."""
    window = zone(0.2, 0.2, 0.8, 0.8)
    pictures = [
        np.random.default_rng(seed).integers(0, levels, (40, 60, 3), dtype=np.uint8)
        * np.uint8(255 // levels)
        for seed in (before, after)
    ]
    sketches = [sketch(one, window, surroundings(one)) for one in pictures]
    found = change(sketches[0], sketches[1])
    assert all(np.isfinite([found.brightness, found.colour, found.detail]))
    still = change(sketches[0], sketches[0])
    assert still.brightness == still.colour == still.detail == 0.0


def test_somebody_leaving_is_a_change() -> None:
    gate = opened(stand(scene(), Box(0.65, 0.3, 0.8, 0.8), CLOTHES))
    assert gate.judge(scene(), ZONES)["b"] is Look.LOOKED


def test_a_change_stays_one_until_it_was_looked_at() -> None:
    gate = opened(scene())
    arrived = stand(scene(), Box(0.15, 0.3, 0.27, 0.7), CLOTHES)
    for _ in range(3):
        assert gate.judge(arrived, ZONES)["a"] is Look.LOOKED
    gate.looked(arrived, {"a": ZONES["a"]})
    assert gate.judge(arrived, ZONES)["a"] is Look.UNCHANGED


def test_somebody_who_slips_in_by_small_steps_adds_up_to_a_change() -> None:
    gate = opened(scene(), force_after=1000)
    answers = []
    for step in range(41):  # half a percent of the picture at a time
        x = 0.02 + 0.005 * step
        picture = stand(scene(), Box(max(0.0, x - 0.12), 0.3, x, 0.7), CLOTHES)
        answers.append(gate.judge(picture, ZONES)["a"])
    assert Look.LOOKED in answers
    assert answers[-1] is Look.LOOKED


def test_light_that_changes_slowly_over_the_day_is_no_change() -> None:
    gate = opened(scene(), force_after=1000)
    for step in range(50):
        assert gate.judge(lit(scene(), 1.0 - 0.01 * step), ZONES)["a"] is Look.UNCHANGED


@settings(max_examples=15)
@given(force_after=st.integers(1, 30))
def test_at_the_latest_every_n_samples_a_window_is_looked_at(force_after: int) -> None:
    image = np.zeros((36, 64, 3), np.uint8)
    gate = opened(image, force_after)
    answers = [gate.judge(image, ZONES)["a"] for _ in range(force_after)]
    assert answers == [Look.UNCHANGED] * (force_after - 1) + [Look.LOOKED]
    gate.looked(image, ZONES)
    if force_after > 1:
        assert gate.judge(image, ZONES)["a"] is Look.UNCHANGED


def test_another_picture_size_or_a_redrawn_zone_must_be_looked_at() -> None:
    gate = opened(scene())
    half = np.asarray(cv2.resize(scene(), (320, 180)), np.uint8)
    assert gate.judge(half, ZONES)["a"] is Look.LOOKED
    redrawn = {**ZONES, "a": zone(0.1, 0.2, 0.36, 0.8)}
    assert gate.judge(scene(), redrawn) == {"a": Look.LOOKED, "b": Look.UNCHANGED}
    gate.forget()
    assert set(gate.judge(scene(), ZONES).values()) == {Look.LOOKED}


def test_a_gate_that_never_forces_a_look_is_refused() -> None:
    with pytest.raises(InputError, match="force_after"):
        Gate(0)
