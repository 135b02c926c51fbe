"""When the reader of a live stream rests: stream times against ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.sources.beat import EVERY_S, LISTENS_S, Beat

REST_S = 0.2


def read(
    between_s: float, seconds: float, *, slower: float = 0.0, cost_s: float = 0.0001
) -> tuple[int, float, float]:
    """Follow a camera for so long: rests taken, greatest and last lag behind the camera."""
    beat, now, rests, worst, lag = Beat(), 100.0, 0, 0.0, 0.0
    for number in range(int(seconds / between_s)):
        arrives = 100.0 + number * between_s * (1.0 + slower)
        now = max(now, arrives) + cost_s
        lag = now - arrives
        if number * between_s > 5.0:
            worst = max(worst, lag)
        if beat.may_rest(number * between_s, now):
            rests += 1
            now += REST_S
    return rests, worst, lag


@given(st.floats(0.02, 0.5), st.floats(-2e-4, 2e-4))
def test_a_reader_that_rests_never_falls_behind_by_more_than_its_rest_and_a_few_pictures(
    between_s: float, slower: float
) -> None:
    _, worst, _ = read(between_s, 200.0, slower=slower)
    assert worst <= REST_S + 3 * max(0.02, min(0.2, between_s)) + 0.05


def test_most_pictures_of_a_camera_are_read_in_bursts() -> None:
    rests, _, _ = read(0.04, 120.0)
    assert 300 <= rests <= 600, "four to five rests a second, for 25 pictures"


def test_it_listens_first_and_again_every_minute() -> None:
    beat = Beat()
    said = [beat.may_rest(n * 0.04, n * 0.04) for n in range(int(2 * EVERY_S / 0.04))]
    assert not any(said[: int(LISTENS_S / 0.04)])
    begins = int((EVERY_S + LISTENS_S) / 0.04) + 2
    assert not any(said[begins : begins + int(LISTENS_S / 0.04) - 1])
    assert said[int(LISTENS_S / 0.04) + 2] is True


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_a_camera_that_sets_its_clock_is_listened_to_anew(jump_s: float) -> None:
    beat = Beat()
    for number in range(100):
        beat.may_rest(number * 0.04, number * 0.04)
    assert not beat.may_rest(4.0 + jump_s, 4.0)
    said = [beat.may_rest(4.04 + jump_s + n * 0.04, 4.04 + n * 0.04) for n in range(50)]
    assert said[-1] is True


def test_what_waited_is_read_without_a_rest() -> None:
    beat = Beat()
    for number in range(100):
        beat.may_rest(number * 0.04, number * 0.04)
    assert not any(beat.may_rest(4.0 + n * 0.04, 6.0) for n in range(40))
