"""The counts of the daily digest and the periods of zero reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.check_result import Result
from models.domain.digest import cameras_told, checks_told, periods_before
from models.domain.inspection import Check, CheckKind, CheckResult, CheckState, NotDone
from models.domain.records import CameraEvent

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def check(number: int, state: CheckState, reason: str = "") -> Check:
    return Check(
        "random:2026-11-23", "h1", number, CheckKind.RANDOM, AT, AT, state, reason=reason, id=number
    )


@given(st.lists(st.tuples(st.sampled_from(CheckState), st.sampled_from(NotDone)), max_size=20))
def test_planned_is_done_and_not_done_and_under_way(
    given_checks: list[tuple[CheckState, NotDone]],
) -> None:
    checks = [check(n, state, why.value) for n, (state, why) in enumerate(given_checks, 1)]
    told = checks_told(checks, {})
    assert told["planned"] == (
        told["done"] + sum(told["not_done"].values()) + len(told["under_way"])
    )


def test_what_could_not_be_told_names_windows_and_reasons() -> None:
    results = [
        CheckResult("w1", result=Result.ON_POST),
        CheckResult("w2", result=Result.UNVERIFIABLE, reason="offline"),
        CheckResult("w3"),
    ]
    told = checks_told([check(1, CheckState.SETTLED)], {1: results})
    assert told["results"] == {"on_post": 1, "unverifiable": 1}
    assert told["unable"] == {"reasons": {"offline": 1}, "windows": ["w2"]}


def test_a_camera_counts_within_the_period_alone_and_the_longest_comes_first() -> None:
    events = [
        CameraEvent("c1", "down", "offline", AT - 60 * MINUTE, AT + 5 * MINUTE),
        CameraEvent("c2", "down", "black", AT + 10 * MINUTE, None),
        CameraEvent("c2", "live", "", AT, AT + 10 * MINUTE),
        CameraEvent("c3", "down", "offline", AT - 9 * MINUTE, AT),
    ]
    told = cameras_told(events, "down", AT, AT + 30 * MINUTE)
    assert [(one["camera"], one["seconds"], one["still"]) for one in told] == [
        ("c2", 1200, True),
        ("c1", 300, False),
    ]


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 12, 1), ["2026-11"]),
        (date(2027, 1, 4), ["2026-12", "2026-H2"]),
        (date(2027, 7, 1), ["2027-06", "2027-H1"]),
        (date(2027, 3, 1), ["2027-02"]),
    ],
)
def test_periods_that_are_over(day: date, names: list[str]) -> None:
    found = periods_before(day)
    assert [one.name for one in found] == names
    assert all(one.first <= one.last < day for one in found)
