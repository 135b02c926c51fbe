"""Spot checks behave alike on SQLite and PostgreSQL: claimed by one, ended once, never changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from models.domain.campaign import Campaign
from models.domain.check_result import Result
from models.domain.commitment import DayPlan
from models.domain.errors import ForbiddenMove, StorageError
from models.domain.inspection import (
    Check,
    CheckKind,
    CheckQuery,
    CheckResult,
    CheckState,
    NotDone,
    StaleClaim,
)
from models.domain.inspection_record import ended_key, give_up, settle
from models.domain.ports import UnitOfWork
from models.storage.record import Record
from tests.builders import NINE, at

DAY = date(2026, 11, 23)
STALE = at(-1)


def check(number: int = 1, hall: str = "h1", **changes: object) -> Check:
    plain = Check("random:2026-11-23", hall, number, CheckKind.RANDOM, NINE, NINE)
    return replace(plain, **changes)  # type: ignore[arg-type]


def put(record: Record, *checks: Check) -> list[Check]:
    with record.make_uow() as uow:
        found = [uow.checks.put_check(one) for one in checks]
        uow.commit()
    return found


def looking(uow: UnitOfWork, one: Check, by: str = "w1") -> int:
    epoch = uow.checks.claim(one.id, by, NINE, epoch=one.epoch)
    assert epoch is not None
    uow.checks.look(one.id, epoch, at(1))
    return epoch


def result(window: str, what: Result | None = Result.ON_POST, **changes: object) -> CheckResult:
    plain = CheckResult(window, "u1", what, "seen", looked_at=at(2))
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_check_that_stands_is_given_back_not_written_again(record: Record) -> None:
    (first,) = put(record, check(details={"reason": "投诉"}))
    (again,) = put(record, check(due_at=at(99), by="甲"))
    assert again == first
    with record.make_uow(read_only=True) as uow:
        assert uow.checks.written(DAY) == {first.key}
        assert uow.checks.written(date(2026, 11, 24)) == set()
        assert uow.checks.count() == 1


def test_of_two_claimers_at_once_exactly_one_has_the_check(record: Record) -> None:
    (one,) = put(record, check())
    start, got = threading.Barrier(4), []

    def claim(name: str) -> None:
        start.wait(30)
        with record.make_uow() as uow:
            epoch = uow.checks.claim(one.id, name, NINE, epoch=one.epoch)
            uow.commit()
        got.append((name, epoch))

    threads = [threading.Thread(target=claim, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (winner,) = [name for name, epoch in got if epoch is not None]
    assert len(got) == 4
    with record.make_uow(read_only=True) as uow:
        now = uow.checks.get(one.id)
    assert now is not None
    assert (now.state, now.epoch, now.claimed_by) == (CheckState.CLAIMED, 1, winner)


def test_who_lost_the_check_can_write_nothing_more(record: Record) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        old = looking(uow, one)
        uow.checks.save_results(one.id, old, [result("a"), result("b", None)], at(3))
        assert uow.checks.due(at(3)) == []
        (stale,) = uow.checks.due(at(4))
        new = uow.checks.claim(one.id, "w2", at(90), epoch=stale.epoch)
        uow.commit()
    assert (old, new) == (1, 2)
    with record.make_uow() as uow:
        for write in (
            lambda: uow.checks.save_results(one.id, old, [result("b")], at(91)),
            lambda: uow.checks.look(one.id, old, at(91)),
            lambda: uow.checks.settle(one.id, old, at(91)),
        ):
            with pytest.raises((StaleClaim, ForbiddenMove)):
                write()
        assert not uow.checks.keep(one.id, old, at(91))
        assert uow.checks.keep(one.id, 2, at(91))
        standing = uow.checks.get(one.id)
        assert standing is not None
        assert (standing.state, standing.started_at) == (CheckState.LOOKING, at(1))
        uow.checks.save_results(one.id, 2, [result("b", Result.AWAY)], at(92))
        ended = uow.checks.settle(one.id, 2, at(93))
        uow.commit()
    assert (ended.state, ended.ended_at) == (CheckState.SETTLED, at(93))


def test_a_certain_result_is_never_changed_and_the_same_one_again_is_no_error(
    record: Record,
) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = looking(uow, one)
        uow.checks.save_results(one.id, epoch, [result("a", Result.AWAY)], at(3))
        uow.checks.save_results(one.id, epoch, [result("a", Result.AWAY)], at(4))
        with pytest.raises(ForbiddenMove, match=r"窗口“a”已有结果"):
            uow.checks.save_results(one.id, epoch, [result("a", Result.OFF_POST)], at(5))


def test_a_check_with_a_window_in_doubt_is_not_settled(record: Record) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = looking(uow, one)
        with pytest.raises(ForbiddenMove):
            uow.checks.settle(one.id, epoch, at(3))
        uow.checks.save_results(one.id, epoch, [result("a"), result("b", None)], at(3))
        with pytest.raises(ForbiddenMove, match="1 window"):
            uow.checks.settle(one.id, epoch, at(4))
        assert uow.checks.tallies([one.id]) == {one.id: {"on_post": 1, "pending": 1}}


@pytest.mark.parametrize("claimed", [False, True])
def test_a_check_that_nobody_made_is_not_done_at_every_window(
    record: Record, claimed: bool
) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = uow.checks.claim(one.id, "w1", NINE, epoch=0) if claimed else 0
        assert epoch is not None
        standing = uow.checks.get(one.id)
        assert standing is not None
        done = give_up(uow, standing, NotDone.NOBODY_LOOKED, {"a": "u1", "b": "u2"}, at(900))
        uow.commit()
    assert done is not None
    ended, entry = done
    assert (ended.state, ended.reason) == (CheckState.NOT_DONE, "nobody_looked")
    assert entry.kind == "check_not_done"
    assert entry.payload["results"] == {"not_done": 2}
    with record.make_uow() as uow:
        assert [one.result for one in uow.checks.results(one.id)] == [Result.NOT_DONE] * 2
        assert uow.checks.open() == []
        assert uow.checks.claim(one.id, "w2", at(901), epoch=epoch) is None
        assert give_up(uow, ended, NotDone.NOBODY_LOOKED, {}, at(902)) is None


def test_a_sweeper_that_looked_before_a_claim_gives_nothing_up(record: Record) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = looking(uow, one)
        assert give_up(uow, one, NotDone.NOBODY_LOOKED, {"a": ""}, at(900)) is None
        uow.checks.save_results(one.id, epoch, [result("a")], at(901))
        _, entry = settle(uow, one.id, epoch, at(902))
        uow.commit()
    assert entry.payload["results"] == {"on_post": 1}


def test_of_a_check_that_was_interrupted_what_was_certain_stays(record: Record) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = looking(uow, one)
        uow.checks.save_results(one.id, epoch, [result("a"), result("b", None)], at(3))
        standing = uow.checks.get(one.id)
        assert standing is not None
        windows = {"a": "u1", "b": "u1", "c": "u1"}
        done = give_up(uow, standing, NotDone.INTERRUPTED, windows, at(900))
        uow.commit()
    assert done is not None
    assert (done[0].state, done[0].reason) == (CheckState.SETTLED, "interrupted")
    with record.make_uow(read_only=True) as uow:
        found = {one.window_id: one.result for one in uow.checks.results(one.id)}
    assert found == {"a": Result.ON_POST, "b": Result.NOT_DONE, "c": Result.NOT_DONE}


def test_how_a_check_ended_is_registered_once(record: Record) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = looking(uow, one)
        uow.checks.save_results(one.id, epoch, [result("a")], at(3))
        settle(uow, one.id, epoch, at(4))
        uow.commit()
    with record.make_uow() as uow:
        with pytest.raises(StaleClaim):
            settle(uow, one.id, epoch, at(5))
        entry = uow.register.by_key(ended_key(one))
    assert entry is not None
    assert (entry.kind, entry.payload["windows"]) == ("check_settled", 1)


CHANGES = (
    "UPDATE checks SET state = 'due'",
    "UPDATE check_results SET result = 'away'",
    "DELETE FROM check_results",
    "DELETE FROM checks",
    "UPDATE check_days SET seed = '00'",
    "DELETE FROM check_days",
    "UPDATE check_campaigns SET reason = ''",
)


def test_the_database_itself_refuses_to_change_what_has_ended(record: Record) -> None:
    (one,) = put(record, check())
    with record.make_uow() as uow:
        epoch = looking(uow, one)
        uow.checks.save_results(one.id, epoch, [result("a")], at(3))
        uow.checks.settle(one.id, epoch, at(4))
        uow.checks.commit_day(day_plan())
        uow.checks.give_nonce(DAY, "12345678", "甲", NINE)
        uow.checks.reveal_day(DAY, "ff" * 32, NINE)
        uow.checks.put_campaign(campaign(), NINE)
        uow.commit()
    for statement in CHANGES:
        with pytest.raises(StorageError, match="never changed"), record.make_uow() as uow:
            uow.checks._connection.exec_driver_sql(statement)  # type: ignore[attr-defined]


def test_visits_are_for_people_and_no_camera_claims_them(record: Record) -> None:
    made = put(record, check(), check(1, plan="visit:1", kind=CheckKind.OPEN_VISIT))
    with record.make_uow(read_only=True) as uow:
        assert uow.checks.due(STALE) == [made[0]]
        assert uow.checks.open() == made


def test_lists_go_page_by_page_and_keep_to_the_visitors_scope(record: Record) -> None:
    made = put(
        record,
        *(check(number, hall) for hall in ("h1", "h2") for number in (1, 2, 3)),
        check(1, "h1", plan="manual:1", kind=CheckKind.ROLL_CALL, due_at=at(60)),
    )
    with record.make_uow() as uow:
        for one, unit in ((made[0], "u1"), (made[3], "u2")):
            epoch = looking(uow, one)
            rows = [result("a", unit_id=unit), result("b", unit_id="u3")]
            uow.checks.save_results(one.id, epoch, rows, at(3))
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        first = uow.checks.find(limit=4)
        rest = uow.checks.find(after_id=first[-1].id)
        assert [one.id for one in (*first, *rest)] == [one.id for one in reversed(made)]
        for query, count in (
            (CheckQuery(day="2026-11-23"), 6),
            (CheckQuery(day="11-23"), 0),
            (CheckQuery(plan="manual:1"), 1),
            (CheckQuery(hall_id="h2"), 3),
            (CheckQuery(kind="roll_call"), 1),
            (CheckQuery(state="looking"), 2),
            (CheckQuery(since=at(60)), 1),
            (CheckQuery(until=at(60)), 6),
            (CheckQuery(halls=frozenset({"h1"})), 4),
            (CheckQuery(halls=frozenset()), 0),
            (CheckQuery(units=frozenset({"u1"})), 1),
            (CheckQuery(units=frozenset({"u3"})), 2),
        ):
            assert uow.checks.count(query) == count == len(uow.checks.find(query)), query
        own = uow.checks.results_of([made[0].id, made[3].id], units=frozenset({"u1"}))
        assert {key: [one.window_id for one in rows] for key, rows in own.items()} == {
            made[0].id: ["a"]
        }


def day_plan(**changes: object) -> DayPlan:
    plain = DayPlan(DAY, "{}", "ab" * 32, "key", at(-3600), at(0), at(3600))
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_day_is_committed_nonced_and_revealed_once_in_that_order(record: Record) -> None:
    with record.make_uow() as uow:
        assert (uow.checks.first_day(), uow.checks.day(DAY)) == (None, None)
        with pytest.raises(ForbiddenMove):
            uow.checks.give_nonce(DAY, "12345678", "甲", NINE)
        first = uow.checks.commit_day(day_plan())
        assert uow.checks.commit_day(day_plan(commitment="cd" * 32)) == first == day_plan()
        with pytest.raises(ForbiddenMove):
            uow.checks.reveal_day(DAY, "ff" * 32, NINE)
        uow.checks.give_nonce(DAY, "12345678", "甲", NINE)
        with pytest.raises(ForbiddenMove):
            uow.checks.give_nonce(DAY, "another one", "乙", NINE)
        done = uow.checks.reveal_day(DAY, "ff" * 32, at(9))
        with pytest.raises(ForbiddenMove):
            uow.checks.reveal_day(DAY, "00" * 32, NINE)
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.checks.day(DAY) == done
        assert (done.nonce, done.nonce_by, done.seed) == ("12345678", "甲", "ff" * 32)
        assert uow.checks.days(DAY, DAY + timedelta(days=3)) == [done]
        assert uow.checks.days(date(2026, 1, 1), date(2026, 11, 22)) == []
        assert uow.checks.first_day() == DAY


def campaign(**changes: object) -> Campaign:
    plain = Campaign(
        "slack",
        "慵懒散专项治理",
        DAY,
        DAY + timedelta(days=4),
        halls=("h1",),
        times=(time(9, 30),),
        random=1,
        behaviours=("B-PHONE",),
        leads=("市纪委", "政务中心"),
        by="甲",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_campaigns_versions_all_stay(record: Record) -> None:
    later = datetime(2026, 11, 24, tzinfo=UTC)
    with record.make_uow() as uow:
        first = uow.checks.put_campaign(campaign(), NINE)
        assert uow.checks.put_campaign(campaign(), later) == first
        second = uow.checks.put_campaign(campaign(withdrawn=True, reason="结束"), later)
        uow.commit()
    assert (first.version, second.version, first.at) == (1, 2, NINE)
    assert replace(first, version=0, at=None) == campaign()
    with record.make_uow(read_only=True) as uow:
        assert uow.checks.campaigns() == [second]
        assert uow.checks.campaigns(before=later) == [first]
        assert uow.checks.campaign_versions("slack") == [first, second]
        assert uow.checks.campaign("other") is None


def test_checks_of_a_campaign_are_found_by_its_whole_name(record: Record) -> None:
    plans = ("campaign:slack:2026-11-23", "campaign:slack_1:2026-11-23", "random:2026-11-23")
    made = put(record, *(check(plan=plan) for plan in plans))
    with record.make_uow(read_only=True) as uow:
        found = uow.checks.find(CheckQuery(campaign="slack"))
        assert [one.id for one in found] == [made[0].id]
        assert uow.checks.count(CheckQuery(campaign="slac_")) == 0
