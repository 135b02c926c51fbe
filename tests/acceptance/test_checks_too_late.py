"""A check that the watch comes back to too late is not made any more: the sweep ends it, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.domain.inspection import CheckState, NotDone
from scheduler.jobs.checks import CheckSweep
from tests.acceptance.checked_town import EMPTY, Watching, watching
from tests.acceptance.town import Town
from tests.fakes_clock import StillClock


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path)
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    return town


def swept(watch: Watching) -> str:
    """What the sweep gives up at the watch's moment, after it looked on for longer than a
    silence may last."""
    seconds = iter((0.0, 3600.0))
    sweep = CheckSweep(
        lambda _hall: {"W12": "公安局"},
        watch.record.make_uow,
        StillClock(watch.now),
        lambda: next(seconds),
    )
    return sweep() + sweep()


@pytest.mark.parametrize(("back", "state"), [("09:59", "looking"), ("10:11", "due")])
def test_one_that_nobody_claimed_within_the_grace_is_not_claimed_afterwards(
    town: Town, back: str, state: str
) -> None:
    with watching(town, "09:40") as watch:
        check = watch.check("09:50")
    with watching(town, back) as watch:
        watch.round()
        assert watch.state(check).value == state
        if state == "due":
            assert swept(watch) == "given up 1"
            assert watch.state(check) is CheckState.NOT_DONE
            assert watch.results(check)["W12"].reason == NotDone.NOBODY_LOOKED.value


def test_yesterdays_check_is_not_gone_on_with_after_a_power_cut(town: Town) -> None:
    with watching(town, "09:50") as watch:
        check = watch.check("09:50")
        watch.until("09:52", sees=EMPTY)
        assert watch.state(check) is CheckState.LOOKING
    with watching(town, "11:50") as watch:
        watch.until("11:51")
        assert watch.state(check) is CheckState.LOOKING
        (one,) = watch.results(check).values()
        assert one.pending
        assert swept(watch) == "given up 1"
        (one,) = watch.results(check).values()
        assert one.reason == NotDone.INTERRUPTED.value
        assert watch.state(check) is CheckState.NOT_DONE
