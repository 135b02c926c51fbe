"""Every window of a check gets exactly one of the results, once it is certain, with evidence."""

from __future__ import annotations

from typing import Any

import pytest

from models.domain.check_result import Result
from models.domain.inspection import Check, CheckKind, CheckState
from models.storage.verification import verify_record
from tests.acceptance.checked_town import EMPTY, PROOF, SEEN, Watching, watching
from tests.acceptance.town import Town, at

ROSTER = (
    "2026-11-23,W12,公安局,甲,A,08:30,12:00,",
    "2026-11-23,W12,公安局,甲,A,14:30,17:30,",
)


@pytest.fixture
def rostered(town: Town) -> Town:
    town.roster(*ROSTER)
    return town


def only(watch: Watching, check: Check) -> Result | None:
    (one,) = watch.results(check).values()
    return one.result


def faultless(watch: Watching) -> None:
    assert verify_record(watch.record).faults == ()


@pytest.mark.parametrize(
    ("empty", "due", "waits", "result"),
    [
        (("10:00", "10:10"), "10:02", ("10:09", "10:12"), Result.AWAY),
        (("10:00", "10:20"), "10:02", ("10:14", "10:16"), Result.OFF_POST),
        (("08:28", "08:50"), "08:31", ("08:34", "08:37"), Result.LATE),
        (("11:50", "12:10"), "11:55", ("11:59:50", "12:05"), Result.EARLY),
        (("11:58", "12:10"), "11:58", ("12:01", "12:05"), Result.AWAY),
    ],
)
def test_an_empty_window_waits_until_the_threshold_decides(
    rostered: Town,
    empty: tuple[str, str],
    due: str,
    waits: tuple[str, str],
    result: Result,
) -> None:
    pending_at, certain_at = waits
    with watching(rostered, "08:20") as watch:
        watch.until(empty[0], every_s=20)
        watch.until(due, sees=EMPTY)
        check = watch.check(due)
        watch.until(min(pending_at, empty[1]), sees=EMPTY)
        watch.until(pending_at)
        assert only(watch, check) is None, "待复核"
        assert watch.state(check) is CheckState.LOOKING
        watch.until(min(certain_at, empty[1]), sees=EMPTY)
        watch.until(certain_at)
        assert only(watch, check) is result
        assert watch.state(check) is CheckState.SETTLED
        faultless(watch)


def test_an_accusation_names_its_finding_and_its_pictures_in_the_register(
    rostered: Town,
) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("10:00")
        check = watch.check("10:02")
        watch.until("10:20", sees=EMPTY)
        (one,) = watch.results(check).values()
        (finding,) = watch.findings()
        assert (one.result, one.finding_key) == (Result.OFF_POST, finding.key)
        assert set(finding.evidence) <= set(one.evidence)
        assert (one.looked_at, one.unit_id) == (at("10:02:10"), "公安局")
        with watch.record.make_uow(read_only=True) as uow:
            entry = uow.register.get(one.entry_seq)
            known = [uow.evidence.get(name) for name in one.evidence]
        assert entry is not None
        assert entry.kind == "check_result"
        assert entry.payload["finding"] == finding.key
        assert entry.payload["model_hash"] == PROOF.model_hash
        assert {picture["sha256"] for picture in entry.payload["evidence"]} <= set(one.evidence)
        assert "甲" not in entry.body, "a person's name has no place in the register"
        assert all(known)
        assert watch.kinds()[-3:] == ["finding_opened", "check_result", "check_settled"]
        with watch.record.make_uow(read_only=True) as uow:
            (settled,) = uow.register.find(kind="check_settled")
        assert settled.payload["results"] == {"off_post": 1}
        assert settled.payload["found"] == {
            "W12": {"result": "off_post", "finding": finding.key}
        }, "no result can be changed later without the register showing it"
        faultless(watch)


def test_nobody_left_to_cover_is_unmanned(rostered: Town) -> None:
    rostered.leave(
        "甲,公安局,事假,2026-11-23 08:30,2026-11-23 17:30,,2026-11-22 11:00,2026-11-22 10:00"
    )
    with watching(rostered, "09:50") as watch:
        check = watch.check("09:51")
        watch.until("10:10", sees=EMPTY)
        assert only(watch, check) is Result.UNMANNED


def test_without_a_roster_it_is_said_at_once_and_the_looks_go_on(town: Town) -> None:
    with watching(town, "09:50") as watch:
        check = watch.check("09:50")
        watch.until("09:50:10", sees=EMPTY)
        assert only(watch, check) is Result.NO_ROSTER
        assert watch.state(check) is CheckState.LOOKING, "the close looks go on"
        watch.until("09:51:10", sees=EMPTY)
        assert watch.state(check) is CheckState.SETTLED


def test_a_finding_that_is_registered_already_is_told_after_the_close_looks(rostered: Town) -> None:
    with watching(rostered, "09:30") as watch:
        watch.until("09:40")
        watch.until("10:00", sees=EMPTY)
        check = watch.check("10:00")
        watch.until("10:01", sees=EMPTY)
        assert only(watch, check) is Result.OFF_POST


def test_one_missed_look_of_a_staffed_window_changes_nothing(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("10:00")
        check = watch.check("10:00")
        watch.until("10:00:10", sees=EMPTY)
        assert watch.results(check) == {}, "a miss is not an absence"
        watch.until("10:00:20")
        assert only(watch, check) is Result.ON_POST


def test_whoever_is_seen_during_the_close_looks_is_there_and_later_was_away(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("09:56")
        watch.until("10:00", sees=EMPTY)
        check, later = watch.check("10:00"), watch.check("10:00", 2)
        watch.until("10:00:20", sees=EMPTY)
        assert watch.results(check) == {}
        watch.until("10:00:40")
        assert only(watch, check) is Result.ON_POST
        assert only(watch, later) is Result.ON_POST
        watch.until("10:02:00", sees=EMPTY)
        last = watch.check("10:02", 3)
        watch.until("10:03:10", sees=EMPTY)
        watch.until("10:04:00")
        assert only(watch, last) is Result.AWAY


def test_two_checks_at_once_each_have_their_results(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        first, second = watch.check("09:51"), watch.check("09:51", 2)
        watch.until("09:52")
        assert only(watch, first) is Result.ON_POST
        assert only(watch, second) is Result.ON_POST


def test_s08_outside_working_hours_it_is_told_what_was_seen_and_nobody_is_accused(
    rostered: Town,
) -> None:
    off: dict[str, Any] = {
        "details": {"off_day": True, "reason": "夜间巡查"},
        "kind": CheckKind.ROLL_CALL,
    }
    with watching(rostered, "18:00") as watch:
        check = watch.check("18:30", plan="manual:1", **off)
        watch.until("18:40", sees=EMPTY)
        (one,) = watch.results(check).values()
        assert (one.result, one.details["seen"]) == (Result.NO_ROSTER, "absent")
        assert watch.state(check) is CheckState.SETTLED
        assert not check.counted
        assert watch.findings() == []
        assert watch.kinds()[-1] == "check_settled"
        assert "check_result" not in watch.kinds()


def test_killed_while_windows_wait_it_is_taken_up_and_settled_once(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("10:00")
        check = watch.check("10:02")
        watch.until("10:05", sees=EMPTY)
        assert only(watch, check) is None
    with watching(rostered, "10:06") as again:
        again.until("10:20", sees=EMPTY)
        assert only(again, check) is Result.OFF_POST
        assert again.state(check) is CheckState.SETTLED
        (finding,) = again.findings()
        assert again.kinds().count("check_result") == 1
        assert (finding.kind, len(again.results(check))) == ("off_post", 1)
        faultless(again)


def test_killed_before_the_first_result_the_check_is_made_late_with_the_real_time(
    rostered: Town,
) -> None:
    with watching(rostered, "09:50") as watch:
        check = watch.check("09:51")
        watch.round()
        assert watch.results(check) == {}
    with watching(rostered, "09:58") as again:
        again.until("10:00")
        (one,) = again.results(check).values()
        assert one.result is Result.ON_POST
        assert one.looked_at is not None
        assert one.looked_at >= again.now.replace(hour=1, minute=58, second=0)
        assert again.state(check) is CheckState.SETTLED


def test_whoever_lost_the_claim_writes_nothing(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        check = watch.check("09:51")
        watch.round()
        with watch.record.make_uow() as uow:
            standing = uow.checks.get(check.id)
            assert standing is not None
            assert uow.checks.claim(check.id, "another", watch.now, epoch=standing.epoch)
            uow.commit()
        watch.until("09:53", sees=SEEN)
        assert watch.results(check) == {}
        assert watch.inspector.room.under_way() == []
        assert watch.attention.closer("cam") is None


def test_cameras_are_looked_at_closely_then_every_minute_then_no_more(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("10:00")
        watch.check("10:00")
        watch.round()
        assert watch.attention.closer("cam") == 10.0
        watch.until("10:01:10", sees=EMPTY)
        assert watch.attention.closer("cam") == 60.0
        watch.until("10:03", sees=EMPTY)
        watch.until("10:03:20")
        assert watch.attention.closer("cam") is None
