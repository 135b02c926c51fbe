"""Alerts in people's hands: claimed, snoozed, escalated."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.alert_desk import claim, escalate, escalated, hand_of, release, snooze
from models.domain.errors import ForbiddenMove, InputError
from models.domain.records import LiveAlert

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
AFTER = timedelta(minutes=10)
ALERT = LiveAlert("w1", "away", NOON - AFTER, NOON, details={"why_zh": "A岗应在岗"}, id=7)


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def test_an_alert_in_nobodys_hand_is_shown_first_after_a_while() -> None:
    assert not escalated(ALERT, minutes(9.9), AFTER)
    assert escalated(ALERT, minutes(10), AFTER)
    assert not escalated(replace(ALERT, cleared_at=minutes(11)), minutes(12), AFTER)


def test_a_claim_gives_time_and_keeps_others_out_until_it_is_over() -> None:
    mine = claim(ALERT, "li.na", minutes(8), AFTER)
    assert hand_of(mine).claimed_by == "li.na"
    assert mine.details["why_zh"] == "A岗应在岗"
    assert claim(mine, "li.na", minutes(9), AFTER) == mine
    with pytest.raises(ForbiddenMove, match=r"li\.na"):
        claim(mine, "wang.wu", minutes(17), AFTER)
    assert escalated(mine, minutes(18), AFTER)
    taken = claim(mine, "wang.wu", minutes(18), AFTER)
    assert hand_of(taken).claimed_by == "wang.wu"
    assert not escalated(taken, minutes(19), AFTER)


def test_only_who_claimed_it_gives_it_back() -> None:
    mine = claim(ALERT, "li.na", minutes(1), AFTER)
    for alert, by in ((mine, "wang.wu"), (ALERT, "li.na")):
        with pytest.raises(ForbiddenMove):
            release(alert, by)
    assert hand_of(release(mine, "li.na")) == hand_of(ALERT)


def test_a_snoozed_alert_is_quiet_and_escalates_later() -> None:
    quiet = snooze(ALERT, "li.na", minutes(5), timedelta(minutes=20))
    assert hand_of(quiet).snoozed(minutes(24))
    assert not hand_of(quiet).snoozed(minutes(25))
    assert not escalated(quiet, minutes(34), AFTER)
    assert escalated(quiet, minutes(35), AFTER)
    with pytest.raises(ForbiddenMove):
        snooze(claim(ALERT, "li.na", NOON, AFTER), "wang.wu", minutes(1), AFTER)
    for length in (timedelta(0), timedelta(minutes=121)):
        with pytest.raises(InputError):
            snooze(ALERT, "li.na", NOON, length)


def test_who_escalates_wakes_it_for_everybody() -> None:
    quiet = snooze(ALERT, "li.na", NOON, timedelta(minutes=20))
    loud = escalate(quiet, "wang.wu", minutes(1))
    assert escalated(loud, minutes(1), AFTER)
    assert not hand_of(loud).snoozed(minutes(2))
    assert escalate(loud, "li.na", minutes(2)) == loud
    assert escalated(claim(loud, "li.na", minutes(3), AFTER), minutes(3), AFTER)


def test_nothing_is_done_with_an_alert_that_is_over() -> None:
    over = replace(ALERT, cleared_at=minutes(3))
    for deed in (
        lambda: claim(over, "li.na", NOON, AFTER),
        lambda: release(over, "li.na"),
        lambda: snooze(over, "li.na", NOON, AFTER),
        lambda: escalate(over, "li.na", NOON),
    ):
        with pytest.raises(ForbiddenMove):
            deed()


deeds = st.lists(
    st.tuples(st.sampled_from(["claim", "release", "snooze", "escalate"]), st.sampled_from("ab")),
    max_size=12,
)


@given(deeds, st.lists(st.integers(0, 15), min_size=12, max_size=12))
def test_whatever_people_do_an_alert_left_alone_comes_back_on_top(
    done: list[tuple[str, str]], waits: list[int]
) -> None:
    alert, now = ALERT, NOON
    for (what, by), wait in zip(done, waits, strict=False):
        now += timedelta(minutes=wait)
        before = alert
        try:
            if what == "claim":
                alert = claim(alert, by, now, AFTER)
            elif what == "release":
                alert = release(alert, by)
            elif what == "snooze":
                alert = snooze(alert, by, now, timedelta(minutes=30))
            else:
                alert = escalate(alert, by, now)
        except ForbiddenMove:
            assert alert == before
        assert json.loads(json.dumps(alert.details)) == alert.details
        assert replace(alert, details=ALERT.details) == ALERT
    assert escalated(alert, now + timedelta(minutes=40), AFTER)
