"""S01, S04, S28: what a check says of a covered window, and of one that cannot be seen."""

from __future__ import annotations

import pytest

from models.domain.check_result import NOT_EFFECTIVE, Result
from models.domain.inspection import CheckState
from models.domain.presence import Reason
from tests.acceptance.checked_town import EMPTY, Watching, watching
from tests.acceptance.town import Town, at

ROSTER = (
    "2026-11-23,W12,公安局,甲,A,08:30,12:00,",
    "2026-11-23,W12,公安局,乙,B,08:30,12:00,",
)


@pytest.fixture
def rostered(town: Town) -> Town:
    town.roster(*ROSTER)
    return town


def only(watch: Watching, check: object) -> tuple[Result | None, str]:
    (one,) = watch.results(check).values()  # type: ignore[arg-type]
    return one.result, one.reason


def test_s01_a_covered_window_is_covered_and_nothing_is_found(rostered: Town) -> None:
    rostered.leave("甲,公安局,外出,2026-11-23 09:00,2026-11-23 10:00,乙,,2026-11-23 08:50")
    with watching(rostered, "08:55") as watch:
        watch.until("09:30")
        check = watch.check("09:30")
        watch.until("09:31:30")
        assert only(watch, check) == (Result.COVERED, "seen")
        assert watch.state(check) is CheckState.SETTLED
        watch.until("10:30")
        later = watch.check("10:30", 2)
        watch.until("10:31:30")
        assert only(watch, later) == (Result.ON_POST, "seen")
        assert watch.findings() == []
        assert watch.kinds().count("check_settled") == 2


def test_s04_a_camera_that_is_offline_is_unverifiable_and_nobody_is_absent(
    rostered: Town,
) -> None:
    with watching(rostered, "09:40") as watch:
        watch.until("09:55")
        watch.until("10:00", sees=None)
        check = watch.check("10:00")
        watch.until("10:01:30", sees=None)
        assert only(watch, check) == (Result.UNVERIFIABLE, "offline")
        assert Result.UNVERIFIABLE in NOT_EFFECTIVE
        assert watch.state(check) is CheckState.SETTLED
        watch.until("10:20", sees=None)
        watch.until("10:25")
        assert watch.findings() == []
        assert only(watch, check) == (Result.UNVERIFIABLE, "offline")
        with watch.record.make_uow(read_only=True) as uow:
            events = uow.cameras.between("cam", at("09:00"), at("11:00"))
            told = [one.notice for one in uow.outbox.unrouted()]
        assert [(one.state, one.reason, one.until) for one in events] == [
            ("live", "", at("09:55:10")),
            ("down", "offline", at("10:20:10")),
            ("live", "", None),
        ]
        assert [one.kind for one in told] == ["camera_down", "camera_back"], "each told once"
        assert {one.audience.hall_id for one in told} == {"main"}


def test_a_camera_that_is_away_for_a_moment_is_no_event(rostered: Town) -> None:
    with watching(rostered, "09:40") as watch:
        watch.until("09:45")
        watch.until("09:45:20", sees=None)
        watch.until("09:50")
        with watch.record.make_uow(read_only=True) as uow:
            (event,) = uow.cameras.between("cam", at("09:00"), at("11:00"))
            assert (event.state, event.until) == ("live", None)
            assert uow.outbox.unrouted() == []


@pytest.mark.parametrize("fault", [Reason.WRONG_CLOCK, Reason.FROZEN, Reason.MOVED])
def test_s28_on_a_bad_picture_no_result_accuses(rostered: Town, fault: Reason) -> None:
    with watching(rostered, "09:40") as watch:
        watch.until("09:55")
        check = watch.check("09:58")
        watch.until("10:20", sees=fault)
        assert only(watch, check) == (Result.UNVERIFIABLE, fault.value)
        assert watch.findings() == []


def test_s04_what_was_empty_when_the_camera_failed_accuses_nobody(rostered: Town) -> None:
    with watching(rostered, "09:40") as watch:
        watch.until("09:58")
        check = watch.check("09:58")
        watch.until("10:00", sees=EMPTY)
        assert only(watch, check) == (None, "empty")
        watch.until("11:00", sees=Reason.COVERED)
        result, _ = only(watch, check)
        assert result is Result.AWAY, "empty below the threshold is never a finding"
        assert watch.findings() == []
