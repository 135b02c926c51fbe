"""The planner over a real record: killed, stopped for days, run twice; each check once."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.domain.campaign import Campaign
from models.domain.check_result import Result
from models.domain.commitment import DrawRules
from models.domain.errors import InputError, NotYet, OnPostError
from models.domain.fixed_plan import FixedRules
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook
from models.domain.inspection import Check, CheckKind, CheckQuery, CheckResult, CheckState
from models.domain.inspection_inputs import PlanRules, plan_inputs
from models.domain.inspection_manual import enter_visit
from models.domain.inspection_plan import plan_of
from models.domain.inspection_record import give_nonce, keep_campaign, reveal_day, settle
from models.domain.inspection_tick import Did, Done, Planner, TickRules
from models.domain.workdays import CalendarDay, DayKind, DayStatus, WorkCalendar
from models.storage.record import Record

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)
HALLS = [Hall("h1", "一"), Hall("h2", "二")]


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC)


class Key:
    key_id = "k1"

    def seed(self, day: date) -> bytes:
        return day.isoformat().encode().ljust(32, b"k")


class Source:
    """Two halls with one window each; `closed_from` closes one in the middle of a day."""

    def __init__(self) -> None:
        self.calendar = WorkCalendar.builtin()
        self.closed_from: dict[str, datetime] = {}
        self.rules = PlanRules(FixedRules(), DrawRules(), mean=3)

    def today(self, now: datetime) -> date:
        return now.astimezone(ZONE).date()

    def inputs(self, uow, day, since=None):
        return plan_inputs(
            day,
            HALLS,
            [Window(f"w-{one.id}", one.id, "1号", ()) for one in HALLS],
            hours=HoursBook(),
            calendar=self.calendar,
            rules=self.rules,
            campaigns=uow.checks.campaigns(before=at("00:00", day)),
            since=since,
        )

    def closed(self, _uow, day) -> str:
        return self.calendar.day(day).kind.value

    def windows(self, hall_id: str) -> dict[str, str]:
        return {f"w-{hall_id}": "u1"}

    def still_open(self, _uow):
        return lambda hall, moment: moment < self.closed_from.get(hall, at("23:00"))


class Machine:
    """What a process that schedules does, and a watch beside it."""

    def __init__(self, record: Record, source: Source | None = None) -> None:
        self.record = record
        self.source = source or Source()
        self.planner = Planner(self.source, Key(), TickRules(), lambda: "0123456789")

    def tick(self, now: datetime, *, commit: bool = True) -> list[Done]:
        with self.record.make_uow() as uow:
            done = self.planner.tick(uow, now)
            if commit:
                uow.commit()
        return done

    def look(self, now: datetime) -> None:
        with self.record.make_uow() as uow:
            for one in uow.checks.due(now - timedelta(minutes=5)):
                epoch = uow.checks.claim(one.id, "w", now, epoch=one.epoch)
                assert epoch is not None
                uow.checks.look(one.id, epoch, now)
                found = [
                    CheckResult(window, unit, Result.ON_POST, "seen", now, now)
                    for window, unit in self.source.windows(one.hall_id).items()
                ]
                uow.checks.save_results(one.id, epoch, found, now)
                settle(uow, one.id, epoch, now)
            uow.commit()

    def checks(self, day: date = MONDAY) -> list[Check]:
        with self.record.make_uow(read_only=True) as uow:
            found = uow.checks.find(CheckQuery(day=day.isoformat()), limit=1000)
        return sorted(found, key=lambda one: (one.due_at, one.key))

    def planned(self, day: date = MONDAY):
        with self.record.make_uow(read_only=True) as uow:
            plan = uow.checks.day(day)
        assert plan is not None
        return plan_of(plan.plan_inputs, Key().seed(day), plan.nonce)


@pytest.fixture
def machine(record: Record) -> Machine:
    return Machine(record)


def test_a_day_goes_from_commitment_to_reveal_and_every_check_ends_once(machine: Machine) -> None:
    whats = []
    for minute in range(0, 12 * 60, 4):
        now = at("06:20") + minute * timedelta(minutes=1)
        whats += [one.what for one in machine.tick(now)]
        machine.look(now)
    checks = machine.checks()
    assert whats[:2] == [Did.COMMITTED, Did.NONCE_DRAWN]
    assert whats[2:-1] == [Did.CHECK_WRITTEN] * len(checks)
    assert whats[-1] is Did.REVEALED
    assert [one.key for one in checks] == [one.key for one in machine.planned()]
    assert {one.state for one in checks} == {CheckState.SETTLED}
    with machine.record.make_uow(read_only=True) as uow:
        kinds = [one.kind for one in uow.register.entries()]
    assert kinds[:2] == ["plan_committed", "plan_nonce"]
    assert kinds[2:] == ["check_settled"] * len(checks) + ["plan_revealed"]


def test_killed_at_any_moment_no_check_is_lost_and_none_is_doubled(machine: Machine) -> None:
    chance, now = Random(7), at("06:20")
    while now < at("19:30"):
        now += timedelta(minutes=chance.choice((1, 1, 2, 3, 30)))
        machine.tick(now, commit=chance.random() < 0.5)  # killed before the commit, or not
        if chance.random() < 0.3:
            machine = Machine(machine.record)
        if chance.random() < 0.6:
            machine.look(now)
    machine.tick(at("19:40"))
    machine.look(at("19:40"))
    machine.tick(at("19:41"))
    checks = machine.checks()
    assert [one.key for one in checks] == [one.key for one in machine.planned()]
    assert {one.state for one in checks} <= {CheckState.SETTLED, CheckState.NOT_DONE}
    assert all(one.late_s > 600 for one in checks if one.state is CheckState.NOT_DONE)
    assert any(0 < one.late_s <= 600 for one in checks), "late within grace, and made"
    with machine.record.make_uow(read_only=True) as uow:
        ended = uow.register.find(kind="check_settled") + uow.register.find(kind="check_not_done")
        assert len(ended) == len(checks)
        plan = uow.checks.day(MONDAY)
        assert plan is not None
        assert plan.seed, "and the day was revealed in the end"


@pytest.mark.parametrize(
    ("restart", "state", "reason"),
    [(6, CheckState.DUE, ""), (10, CheckState.DUE, ""), (11, CheckState.NOT_DONE, "not_running")],
)
def test_s27_a_check_due_while_the_process_was_down_is_made_late_or_said_not_done(
    machine: Machine, restart: int, state: CheckState, reason: str
) -> None:
    machine.tick(at("08:00"))
    machine.tick(at("08:26"))
    first = machine.planned()[0]
    now = first.due_at + timedelta(minutes=restart)
    machine = Machine(machine.record)
    machine.tick(now)
    machine.tick(now + timedelta(seconds=5))
    check = machine.checks()[0]
    assert (check.key, check.due_at) == (first.key, first.due_at)
    assert (check.state, check.reason, check.late_s) == (state, reason, restart * 60)
    assert check.written_at == now


def test_after_days_of_standstill_each_missed_day_ends_as_not_done(machine: Machine) -> None:
    machine.tick(at("07:00", FRIDAY - timedelta(days=1)))
    now = at("20:00")  # Thursday was begun, Friday and Monday were never seen
    done = machine.tick(now)
    assert [one.day for one in done if one.what is Did.LATE_COMMIT] == [FRIDAY, MONDAY]
    assert {one.what for one in done} == {
        Did.LATE_COMMIT,
        Did.NONCE_DRAWN,
        Did.CHECK_MISSED,
        Did.REVEALED,
    }
    for day in (FRIDAY - timedelta(days=1), FRIDAY, MONDAY):
        checks = machine.checks(day)
        assert [one.key for one in checks] == [one.key for one in machine.planned(day)]
        assert {one.state for one in checks} == {CheckState.NOT_DONE}
    assert machine.checks(FRIDAY + timedelta(days=1)) == []
    assert machine.tick(now + timedelta(seconds=3)) == []


def test_no_more_days_are_caught_up_with_than_told(machine: Machine) -> None:
    machine.tick(at("07:00", date(2026, 9, 1)))
    done = machine.tick(at("20:00"))
    days = sorted({one.day for one in done})
    assert days[0] == date(2026, 9, 1), "it was committed, so every check of it has to end"
    assert {one.state for one in machine.checks(days[0])} == {CheckState.NOT_DONE}
    assert days[1] == MONDAY - timedelta(days=7)
    with machine.record.make_uow(read_only=True) as uow:
        assert len(uow.checks.days(date(2026, 9, 2), MONDAY)) == 6
        assert uow.checks.unrevealed() == []


def test_on_the_first_day_of_all_nothing_before_the_start_is_missed(machine: Machine) -> None:
    done = machine.tick(at("15:00"))
    assert [one.what for one in done] == [Did.LATE_COMMIT, Did.NONCE_DRAWN]
    machine.tick(at("19:00"))
    assert machine.checks()
    assert min(one.due_at for one in machine.checks()) >= at("15:00")


def test_a_hall_that_closes_after_the_commitment_is_not_done_with_its_reason(
    machine: Machine,
) -> None:
    machine.tick(at("07:00"))
    machine.source.closed_from["h2"] = at("12:00")
    for minute in range(0, 600, 5):
        now = at("08:25") + minute * timedelta(minutes=1)
        machine.tick(now)
        machine.look(now)
    closed = [one for one in machine.checks() if one.reason]
    assert closed
    assert {(one.hall_id, one.reason) for one in closed} == {("h2", "closed_after_plan")}
    assert min(one.due_at for one in closed) >= at("12:00")


def test_a_calendar_that_changes_moves_the_plans_of_days_to_come(machine: Machine) -> None:
    saturday = MONDAY + timedelta(days=5)
    (told,) = machine.tick(at("07:00", saturday))
    assert (told.what, told.said) == (Did.NO_CHECKS, "rest")
    opened = CalendarDay(saturday, DayKind.MAKE_UP, DayStatus.OVERRIDE, name="年底加班")
    machine.source.calendar = machine.source.calendar.with_overrides([opened])
    assert machine.tick(at("07:01", saturday))[0].what is Did.COMMITTED
    machine.source.calendar = WorkCalendar.builtin()
    (changed,) = machine.tick(at("07:02", saturday))
    assert changed.what is Did.INPUTS_CHANGED, "a committed day goes on as committed, and says so"


def test_two_processes_at_once_write_each_check_once(machine: Machine) -> None:
    machine.tick(at("07:00"))
    machine.tick(at("08:26"))
    start = threading.Barrier(2)
    refused: list[OnPostError] = []

    def run() -> None:
        other = Machine(machine.record)
        start.wait(30)
        try:
            other.tick(at("10:00"))
        except OnPostError as error:  # the later one finds the entry there and writes nothing
            refused.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    machine.tick(at("10:00"))
    due = [one.key for one in machine.planned() if one.due_at <= at("10:00")]
    assert [one.key for one in machine.checks()] == due
    with machine.record.make_uow(read_only=True) as uow:
        missed = uow.register.find(kind="check_not_done")
    assert len(missed) == sum(one.state is CheckState.NOT_DONE for one in machine.checks())


def test_a_day_is_not_revealed_while_a_check_of_it_runs(machine: Machine) -> None:
    machine.tick(at("07:00"))
    for minute in range(0, 600, 5):
        machine.tick(at("08:25") + minute * timedelta(minutes=1))
    assert machine.tick(at("18:30")) == []
    with machine.record.make_uow() as uow, pytest.raises(NotYet, match="未结束"):
        reveal_day(uow, MONDAY, Key(), 1, at("18:30"))
    machine.look(at("18:31"))
    assert [one.what for one in machine.tick(at("18:32"))] == [Did.REVEALED]


def test_a_nonce_that_a_person_gave_is_the_one_that_counts(machine: Machine) -> None:
    machine.tick(at("07:00"))
    with machine.record.make_uow() as uow:
        give_nonce(uow, MONDAY, "3 1 6 6 2 5", "jijian", at("07:30"))
        uow.commit()
    assert machine.tick(at("08:26")) == []
    with machine.record.make_uow(read_only=True) as uow:
        plan = uow.checks.day(MONDAY)
    assert plan is not None
    assert (plan.nonce, plan.nonce_by) == ("3 1 6 6 2 5", "jijian")


def campaign(**changes: object) -> Campaign:
    return Campaign(
        **{
            "id": "slack",
            "name": "慵懒散专项治理",
            "first": MONDAY,
            "last": MONDAY + timedelta(days=4),
            "halls": ("h1",),
            "times": (time(9, 45), time(13)),
            "random": 0,
            "leads": ("市纪委", "政务中心"),
            "by": "甲",
            **changes,
        }  # type: ignore[arg-type]
    )


def test_a_campaign_has_its_own_checks_and_an_edit_holds_from_the_next_day(
    machine: Machine,
) -> None:
    halls = {one.id: one for one in HALLS}

    def keep(one: Campaign, now: datetime) -> Campaign:
        with machine.record.make_uow() as uow:
            kept = keep_campaign(uow, one, halls, now.astimezone(ZONE).date(), now)
            uow.commit()
        return kept

    with pytest.raises(InputError, match="须从明天"):
        keep(campaign(), at("10:00"))
    with pytest.raises(InputError, match="h9"):
        keep(campaign(halls=("h9",)), at("10:00", FRIDAY))
    first = keep(campaign(), at("10:00", FRIDAY))
    assert keep(campaign(), at("10:01", FRIDAY)) == first
    machine.tick(at("07:00"))
    with pytest.raises(InputError, match="开始日期不能更改"):
        keep(campaign(first=MONDAY + timedelta(days=1)), at("09:00"))
    with pytest.raises(InputError, match="不能早于今天"):
        keep(campaign(first=MONDAY, last=MONDAY), at("09:00", MONDAY + timedelta(days=2)))
    changed = keep(campaign(times=(time(10, 15),), reason="换时间"), at("09:00"))
    assert changed.version == 2
    assert machine.tick(at("09:01"))[-1].what is not Did.INPUTS_CHANGED
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        for clock in ("08:26", "09:50", "10:20", "18:00"):
            machine.tick(at(clock, day))
        (own,) = [one for one in machine.checks(day) if one.plan.startswith("campaign:slack")]
        assert own.due_at == at("09:45" if day == MONDAY else "10:15", day)
        assert (own.kind, own.hall_id) == (CheckKind.JOINT, "h1")
        assert own.details == {"campaign": "slack", "version": 1 if day == MONDAY else 2}
    ended = keep(
        campaign(times=(time(10, 15),), withdrawn=True), at("19:00", MONDAY + timedelta(1))
    )
    assert ended.version == 3
    wednesday = MONDAY + timedelta(days=2)
    machine.tick(at("18:00", wednesday))
    assert not [one for one in machine.checks(wednesday) if one.plan.startswith("campaign")]


def test_a_visit_is_entered_with_its_results_and_ends_at_once(machine: Machine) -> None:
    seen, now = at("10:00"), at("16:00")
    found = [CheckResult("w-h1", "u1", Result.OFF_POST, "visited")]
    said: dict[str, Any] = {"by": "督查甲", "seen_at": seen, "now": now}
    with machine.record.make_uow() as uow:
        for kind, rows, changes in (
            (CheckKind.RANDOM, found, {}),
            (CheckKind.OPEN_VISIT, [], {}),
            (CheckKind.OPEN_VISIT, found * 2, {}),
            (CheckKind.OPEN_VISIT, [CheckResult("w-h1")], {}),
            (CheckKind.OPEN_VISIT, found, {"seen_at": at("16:01")}),
            (CheckKind.OPEN_VISIT, found, {"by": " "}),
        ):
            with pytest.raises(InputError):
                enter_visit(uow, "v1", "h1", kind, rows, **{**said, **changes})
        check, entry = enter_visit(
            uow, "v1", "h1", CheckKind.SECRET_VISIT, found, note="便民中心", **said
        )
        uow.commit()
    assert (check.state, check.due_at, check.started_at) == (CheckState.SETTLED, seen, seen)
    assert entry.payload["kind"] == "secret_visit"
    assert entry.payload["results"] == {"off_post": 1}
    with machine.record.make_uow() as uow, pytest.raises(InputError, match="已登记"):
        enter_visit(uow, "v1", "h1", CheckKind.SECRET_VISIT, found, **said)
