"""What pixels may hint at: only what lasts, only where it is wanted, once for each stretch."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from models.domain.geometry import Box
from models.domain.hints import (
    GATHER,
    PHONE,
    SLEEP,
    Glance,
    Hint,
    HintMemory,
    HintRules,
    glance,
)
from tests.builders import at

SEAT = Box(0.2, 0.2, 0.4, 0.8)
ELSEWHERE = Box(0.25, 0.2, 0.45, 0.8)
ALL = HintRules(phone=True, gather=True, sleep=True)


def told(rules: HintRules, looks: Iterable[Glance | None]) -> list[Hint]:
    memory, found = HintMemory(), []
    for look in looks:
        memory, hints = glance(memory, look, rules)
        found += hints
    return found


def phone(seconds: float, score: float = 0.4) -> Glance:
    # the box moves from look to look, so that nobody seems asleep
    box = SEAT if seconds % 20 else ELSEWHERE
    return Glance(at(seconds), 1, 0.9, score, box)


def still(seconds: float, box: Box = SEAT) -> Glance:
    return Glance(at(seconds), 1, 0.9, 0.0, box)


def nobody_looked(seconds: float) -> Glance:
    return Glance(at(seconds), None)


def test_nothing_is_hinted_at_unless_a_window_wants_it() -> None:
    looks = [Glance(at(10 * n), 5, 0.9, 0.9, SEAT) for n in range(500)]
    assert told(HintRules(), looks) == []


def test_a_phone_that_stays_for_a_minute_is_a_clue_with_its_best_score() -> None:
    scores = [0.3, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.9]
    (hint,) = told(ALL, [phone(10 * n, score) for n, score in enumerate(scores)])
    assert (hint.code, hint.since, hint.until) == (PHONE, at(0), at(60))
    assert (hint.looks, hint.score) == (7, 0.5)


def test_a_phone_seen_now_and_then_is_none() -> None:
    looks = [phone(10 * n, 0.5 if n % 3 else 0.0) for n in range(100)]
    assert told(ALL, looks) == []


def test_a_phone_without_a_person_is_none() -> None:
    assert told(ALL, [Glance(at(10 * n), 0, 0.0, 0.9) for n in range(50)]) == []


def test_the_same_stretch_is_told_once_and_again_after_half_an_hour() -> None:
    hints = told(HintRules(phone=True), [phone(10 * n) for n in range(400)])
    assert [hint.until for hint in hints] == [at(60), at(60 + 1800), at(60 + 3600)]


@pytest.mark.parametrize(("seats", "count"), [(1, 1), (2, 1), (3, 0)])
def test_more_people_than_seats_are_a_gathering(seats: int, count: int) -> None:
    rules = HintRules(gather=True, seats=seats)
    hints = told(rules, [Glance(at(10 * n), 3, 0.8, 0.0, SEAT) for n in range(20)])
    assert [hint.code for hint in hints] == [GATHER] * count


def test_who_does_not_move_for_twenty_minutes_may_be_asleep() -> None:
    looks = [still(60 * n) if n % 3 == 0 else nobody_looked(60 * n) for n in range(30)]
    (hint,) = told(ALL, looks)
    assert (hint.code, (hint.until - hint.since).total_seconds()) == (SLEEP, 1200)


def test_who_moves_is_not_asleep() -> None:
    looks = [still(60 * n, ELSEWHERE if n % 10 == 0 else SEAT) for n in range(60)]
    assert told(ALL, looks) == []


def test_an_empty_chair_never_sleeps() -> None:
    looks = [Glance(at(60 * n), 0) if n % 3 == 0 else nobody_looked(60 * n) for n in range(60)]
    assert told(ALL, looks) == []


def test_a_blind_camera_ends_every_stretch() -> None:
    looks = [None if n % 5 == 4 else phone(10 * n) for n in range(100)]
    assert told(ALL, looks) == []


def test_looks_far_apart_are_not_one_stretch() -> None:
    assert told(HintRules(phone=True), [phone(130 * n) for n in range(20)]) == []
