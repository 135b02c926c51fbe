from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.access import EVERYWHERE, Role, Scope
from models.domain.clue_rows import require_timely
from models.domain.errors import InputError
from models.domain.hooks import Hook, topics_of
from models.domain.notice import (
    MOVES,
    WAITS_S,
    Audience,
    ItemState,
    Notice,
    Reach,
    Severity,
    next_try,
)
from tests.builders import NINE

LIAISONS = frozenset({Role.LIAISON})


@pytest.mark.parametrize(
    ("reach", "notice", "taken"),
    [
        (Reach(), Notice("x", "1"), True),
        (Reach(least=Severity.SERIOUS), Notice("x", "1", Severity.IMPORTANT), False),
        (Reach(least=Severity.IMPORTANT), Notice("x", "1", Severity.SERIOUS), True),
        (Reach(kinds=frozenset({"digest"})), Notice("finding", "1"), False),
        (Reach(halls=frozenset({"h1"})), Notice("x", "1"), True),
        (Reach(halls=frozenset({"h1"})), Notice("x", "1", audience=Audience(hall_id="h2")), False),
        (Reach(units=frozenset({"u1"})), Notice("x", "1"), False),
        (Reach(units=frozenset({"u1"})), Notice("x", "1", audience=Audience(unit_id="u1")), True),
        (Reach(roles=LIAISONS), Notice("x", "1"), True),
        (
            Reach(roles=LIAISONS),
            Notice("x", "1", audience=Audience(frozenset({Role.SYSTEM_ADMIN}))),
            False,
        ),
    ],
)
def test_a_channel_takes_what_is_pressing_enough_and_meant_for_it(
    reach: Reach, notice: Notice, taken: bool
) -> None:
    assert reach.takes(notice) is taken


@given(
    tries=st.integers(1, 1000),
    passed=st.floats(0, 10 * 86400),
    days=st.floats(0.1, 10),
)
def test_a_failed_item_is_tried_later_and_never_after_its_days_are_over(
    tries: int, passed: float, days: float
) -> None:
    now, give_up = NINE + timedelta(seconds=passed), timedelta(days=days)
    due = next_try(tries, NINE, now, give_up)
    if due is None:
        assert now + timedelta(seconds=WAITS_S[-1]) - NINE > give_up
    else:
        assert now < due <= NINE + give_up


def test_waits_grow() -> None:
    dues = [next_try(tries, NINE, NINE, timedelta(days=9)) for tries in range(1, 12)]
    waits = [(due - NINE).total_seconds() for due in dues if due]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (30, 6 * 3600)


def test_what_was_sent_stays_sent() -> None:
    assert MOVES[ItemState.SENT] == frozenset()
    assert set(MOVES) == set(ItemState)


def hook(topics: frozenset[str] = frozenset(), scope: Scope = EVERYWHERE) -> Hook:
    return Hook("https://example.org/in", "s", NINE, "admin", topics, scope)


@pytest.mark.parametrize(
    ("one", "kind", "hall", "unit", "told"),
    [
        (hook(), "roster_imported", "", "", True),
        (hook(frozenset({"finding"})), "roster_imported", "", "", False),
        (hook(frozenset({"finding"})), "finding_opened", "h1", "", True),
        (hook(scope=Scope(halls=frozenset({"h1"}))), "finding_opened", "h2", "u1", False),
        (hook(scope=Scope(halls=frozenset({"h1"}))), "roster_imported", "", "", False),
        (hook(scope=Scope(units=frozenset({"u1"}))), "finding_opened", "h1", "u1", True),
        (hook(scope=Scope(units=frozenset({"u1"}))), "finding_opened", "h1", "", False),
    ],
)
def test_a_hook_is_told_of_its_topics_within_its_scope(
    one: Hook, kind: str, hall: str, unit: str, told: bool
) -> None:
    assert one.wants(kind, hall, unit) is told


def test_an_unknown_topic_is_refused() -> None:
    with pytest.raises(InputError, match="findings"):
        topics_of(["findings"])


@pytest.mark.parametrize(("shift", "said"), [(-24 * 3600 - 1, "24 hours"), (61, "in the future")])
def test_an_observation_of_another_time_is_refused(shift: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        require_timely(NINE + timedelta(seconds=shift), NINE)


def test_an_observation_without_an_offset_is_refused() -> None:
    with pytest.raises(InputError, match="offset"):
        require_timely(datetime(2026, 11, 23, 9), NINE)  # noqa: DTZ001  the point


@pytest.mark.parametrize("shift", [-24 * 3600, 0, 60])
def test_an_observation_of_about_now_is_taken(shift: float) -> None:
    require_timely(NINE + timedelta(seconds=shift), NINE)
