"""The clockwork in real time, with short intervals and work that only counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.job import Job as Ticking
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from models.domain.errors import InputError
from models.domain.lease import lease_lost
from models.domain.ports_jobs import JobRow, Outcome
from scheduler.clockwork import Clockwork, StoredTicks, Work
from scheduler.timetable import TIMETABLE, Job, Lane, chosen
from tests.unit.scheduler.waiting import wait_for

Make = Callable[..., Clockwork]


def job(name: str = "a", every_s: float = 0.1, lane: Lane = Lane.CHECKS) -> Job:
    return Job(name, "数数", "counts", every_s, lane)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Clockwork] = []

    def build(
        jobs: list[Job], work: dict[str, Work], stored: list[JobRow] | None = None
    ) -> Clockwork:
        clockwork = Clockwork(jobs, work, stored or [], now=now)
        clockwork.start()
        made.append(clockwork)
        return clockwork

    yield build
    for clockwork in made:
        clockwork.stop(5)


def row(clockwork: Clockwork, name: str = "a") -> JobRow:
    return next(one for one in clockwork.rows() if one.id == name)


def test_it_ticks_and_notes_each_run(make: Make) -> None:
    clockwork = make([job()], {"a": lambda: "7 written"})
    wait_for(lambda: row(clockwork).runs >= 3)
    noted = row(clockwork)
    assert (noted.outcome, noted.said, noted.failures) == (Outcome.DONE, "7 written", 0)
    assert noted.started_at is not None
    assert abs(noted.started_at - now()) < timedelta(seconds=20)
    assert noted.next_at > noted.started_at
    assert clockwork.silent_s < 20


def test_a_run_that_fails_is_noted_and_the_next_one_comes(make: Make) -> None:
    def fail() -> str:
        failed.append(1)
        raise InputError("坏", "bad", where="x") if len(failed) % 2 else ValueError("worse")

    failed: list[int] = []
    clockwork = make([job()], {"a": fail})
    wait_for(lambda: row(clockwork).failures >= 3)
    assert row(clockwork).outcome is Outcome.FAILED
    assert row(clockwork).said in {"InputError", "ValueError"}
    assert not clockwork.lost.is_set()


def test_a_job_that_finds_the_lease_lost_says_so(make: Make) -> None:
    def lose() -> str:
        raise lease_lost(1)

    clockwork = make([job()], {"a": lose})
    assert clockwork.lost.wait(20)


def test_a_job_longer_than_its_interval_never_runs_twice_at_once(make: Make) -> None:
    at_once: list[int] = []
    running = threading.Semaphore(9)

    def slow() -> str:
        with running:
            at_once.append(9 - running._value)
            time.sleep(0.35)
        return ""

    clockwork = make([job()], {"a": slow})
    wait_for(lambda: len(at_once) >= 4 and row(clockwork).skipped >= 3)
    assert set(at_once) == {1}


def test_one_that_hangs_holds_up_its_own_lane_only_and_is_told(make: Make) -> None:
    release = threading.Event()

    def hang() -> str:
        release.wait(60)
        return ""

    jobs = [replace(job("slow", lane=Lane.POST), longest_s=0.2), job("quick")]
    clockwork = make(jobs, {"slow": hang, "quick": lambda: ""})
    wait_for(lambda: clockwork.hanging() == ["slow"])
    runs = row(clockwork, "quick").runs
    wait_for(lambda: row(clockwork, "quick").runs > runs + 2)
    assert not clockwork.stop(0.1)
    release.set()


def test_nothing_runs_after_it_stopped(make: Make) -> None:
    ran: list[int] = []

    def run() -> str:
        ran.append(1)
        return ""

    clockwork = make([job()], {"a": run})
    wait_for(lambda: len(ran) >= 2)
    assert clockwork.stop(20)
    counted = len(ran)
    time.sleep(0.4)
    assert len(ran) == counted


def test_stored_ticks_go_on_and_what_the_timetable_changed_or_dropped_shows(make: Make) -> None:
    later = now() + timedelta(seconds=40)
    kept = JobRow("kept", 60.0, later, runs=7)
    stored = [kept, JobRow("changed", 5.0, later, runs=3), JobRow("dropped", 5.0, later)]
    stored.append(JobRow("ahead", 60.0, now() + timedelta(hours=1)))
    jobs = [job("kept", 60.0), job("changed", 50.0), job("new", 60.0), job("ahead", 60.0)]
    clockwork = make(jobs, dict.fromkeys(["kept", "changed", "new", "ahead"], lambda: "ok"), stored)
    assert clockwork.gone == ["dropped"]
    wait_for(lambda: [one.runs for one in clockwork.rows()] == [7, 4, 1, 1])
    assert row(clockwork, "kept") == kept
    assert row(clockwork, "changed").every_s == 50.0


def test_a_pace_makes_ticks_come_more_often() -> None:
    jobs = [job(every_s=2.0), job("post", 2.0, Lane.POST)]
    work = dict.fromkeys(["a", "post"], lambda: "")
    clockwork = Clockwork(jobs, work, now=now, pace=8)
    assert row(clockwork).every_s == 0.25
    assert row(clockwork, "post").every_s == 2.0


@pytest.fixture
def ticks() -> StoredTicks:
    return StoredTicks(time.monotonic)


def ticking(store: StoredTicks, next_at: datetime, every_s: float = 5.0) -> Ticking:
    trigger = IntervalTrigger(seconds=every_s, start_date=next_at, timezone=UTC)
    made = Ticking(
        BackgroundScheduler(timezone=UTC),
        id="a",
        func=print,
        args=(),
        kwargs={},
        trigger=trigger,
        executor="default",
        misfire_grace_time=1,
        coalesce=True,
        max_instances=1,
        next_run_time=next_at,
    )
    store.add_job(made)
    return made


@pytest.mark.parametrize("moved", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=400)])
def test_a_machine_s_clock_that_is_set_makes_a_tick_due_once(
    ticks: StoredTicks, moved: timedelta
) -> None:
    before = now()
    ticking(ticks, before + timedelta(seconds=3))
    after = before + moved
    (due,) = ticks.get_due_jobs(after)
    assert due._get_run_times(after) == [after]
    due.next_run_time = after + timedelta(seconds=5)
    assert ticks.get_due_jobs(after + timedelta(seconds=1)) == []
    assert ticks.next_ticks() == {"a": after + timedelta(seconds=5)}


def test_a_tick_that_is_not_due_stays(ticks: StoredTicks) -> None:
    moment = now()
    ticking(ticks, moment + timedelta(seconds=5))
    assert ticks.get_due_jobs(moment) == []
    assert [one.id for one in ticks.get_due_jobs(moment + timedelta(seconds=5))] == ["a"]


def test_every_job_of_the_timetable_has_its_own_name_and_sound_numbers() -> None:
    assert chosen(TIMETABLE, [one.id for one in TIMETABLE]) == list(TIMETABLE)
    for one in TIMETABLE:
        assert one.coalesce
        assert one.max_instances == 1
        assert one.grace_s >= 1
        assert one.every_s > 0
        assert one.longest_s > one.every_s
        assert one.zh
        assert one.en


def test_work_without_a_place_in_the_timetable_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        chosen(TIMETABLE, ["unheard-of"])
    with pytest.raises(ValueError, match="do not fit"):
        chosen([job(), job()], ["a"])
