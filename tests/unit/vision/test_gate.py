"""The gate lets nothing pass unseen that moved, and spares what did not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import InputError
from models.domain.geometry import Box, Polygon
from models.domain.presence import Look
from tests.fakes_detectors import stand
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


def lit(image: Image, factor: float) -> Image:
    return np.clip(image.astype(np.float32) * factor, 0, 255).astype(np.uint8)


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
    ],
    ids=["noise", "brighter", "darker", "compression", "dimmer and noisy"],
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
