"""S05 and S06: what is too short, and what a threshold's operator means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance.town import Town, at, spans

SHIFT = "2026-11-23,W12,公安局,甲,A,08:30,12:00,"


def samples(*empty: str, last: str = "10:10") -> list[dict[str, Any]]:
    """A sample a minute from 09:50, as `onpost replay` writes them."""
    found = []
    here = at("09:50")
    while here <= at(last):
        seen = f"{here:%H:%M}" not in empty
        found.append(
            {
                "t": here.isoformat(),
                "window": "W12",
                "people": int(seen),
                "score": 0.8 if seen else 0.0,
                "seen": seen,
                "reason": "seen" if seen else "empty",
            }
        )
        here += timedelta(minutes=1)
    return found


def test_s05_four_minutes_are_no_finding_and_no_alert(town: Town) -> None:
    town.roster(SHIFT)
    empty = [f"10:0{minute}" for minute in range(5)]
    done = town.judge(samples(*empty), "--totals", "--now", "2026-11-23 10:11")
    assert not any("level" in line for line in done.lines)
    (kept,) = done.lines
    assert kept["totals"]["seconds"]["absent"] == pytest.approx(300, abs=61), "it is kept"


@pytest.mark.parametrize(("operator", "found"), [(">=", 1), (">", 0)])
def test_s06_exactly_five_minutes(town: Town, operator: str, found: int) -> None:
    town.duty = {"off_post": {"minutes": 5, "operator": operator}}
    town.roster(SHIFT)
    done = town.judge(spans("W12", ("10:00", "10:05")))
    assert len(done.findings) == found
    assert all(one["thresholds"] for one in done.findings)


def test_s06_through_the_filter_too_the_lower_bound_counts(town: Town) -> None:
    town.duty = {"off_post": {"minutes": 5, "operator": ">="}}
    town.roster(SHIFT)
    empty = [f"10:0{minute}" for minute in range(6)]
    (one,) = town.judge(samples(*empty), "--now", "2026-11-23 10:11").findings
    assert (one["at_least_s"], one["at_most_s"]) == (300, 420)


def test_an_unusable_picture_is_never_an_absence(town: Town) -> None:
    town.roster(SHIFT)
    blind = [
        one | {"seen": None, "people": None, "score": None, "reason": "black"}
        if "T10:" in one["t"]
        else one
        for one in samples(last="10:40")
    ]
    done = town.judge(blind, "--totals")
    assert done.findings == []
    assert done.lines[-1]["totals"]["seconds"]["absent"] == 0
