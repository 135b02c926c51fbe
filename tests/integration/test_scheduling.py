"""How the process holds its lease: on a real record, with jobs that hang or find it lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from api.clock import RealClock
from api.scheduling import Scheduling, Stuck
from api.settings import Settings, load_settings
from api.settings.errors import SettingsProblems
from api.wiring_schedule import ScheduleParts, pace_of
from models.domain.lease import Lease
from models.domain.ports_jobs import JobRow
from models.storage.record import Record
from scheduler.clockwork import Clockwork
from scheduler.timetable import Job
from tests.schedule_town import write_settings
from tests.unit.scheduler.waiting import wait_for

QUICK = {"heartbeat_s": 0.1, "takeover_s": 0.5}


@dataclass
class Parts:
    """Parts of a process with one job, whose work the test gives."""

    settings: Settings
    record: Record
    work: Callable[[], str]
    longest_s: float = 30.0
    epochs: list[int] = field(default_factory=list)

    def clockwork(self, epoch: int, stored: Sequence[JobRow]) -> Clockwork:
        self.epochs.append(epoch)
        job = Job("one", "一", "one", 0.1, longest_s=self.longest_s)
        return Clockwork([job], {"one": self.work}, stored, now=RealClock().now)


class Running:
    """A process's part on a thread of this one."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self.ended: bool | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.ended = Scheduling(cast(ScheduleParts, self.parts)).run(self.stop)
        except Stuck as error:
            self.error = error

    def end(self) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()

    def lease(self) -> Lease | None:
        with self.parts.record.make_uow(read_only=True) as uow:
            return uow.jobs.lease()

    def holds(self, epoch: int) -> bool:
        lease = self.lease()
        return lease is not None and not lease.free and lease.epoch == epoch

    def runs(self) -> int:
        with self.parts.record.make_uow(read_only=True) as uow:
            return sum(row.runs for row in uow.jobs.jobs())


Begin = Callable[..., Running]


@pytest.fixture
def begin(record: Record, tmp_path: Path) -> Iterator[Begin]:
    begun: list[Running] = []
    settings = load_settings(write_settings(tmp_path, schedule=QUICK))

    def start(work: Callable[[], str], longest_s: float = 30.0) -> Running:
        running = Running(Parts(settings, record, work, longest_s))
        begun.append(running)
        return running

    yield start
    for running in begun:
        running.end()


def test_it_takes_the_lease_runs_its_jobs_and_gives_it_back(begin: Begin) -> None:
    running = begin(lambda: "did it")
    wait_for(lambda: running.runs() >= 3)
    assert running.holds(1)
    running.end()
    lease = running.lease()
    assert lease is not None
    assert lease.free
    assert running.ended


def test_a_stored_job_that_the_timetable_has_no_more_is_removed(
    begin: Begin, record: Record
) -> None:
    with record.make_uow() as uow:
        uow.jobs.save([JobRow("old", 1.0, RealClock().now())])
        uow.commit()
    running = begin(lambda: "")
    wait_for(lambda: running.runs() >= 1)
    with record.make_uow(read_only=True) as uow:
        assert [row.id for row in uow.jobs.jobs()] == ["one"]


def test_one_whose_lease_was_taken_waits_and_takes_it_again_when_it_is_free(
    begin: Begin, record: Record
) -> None:
    running = begin(lambda: "")
    wait_for(lambda: running.runs() >= 1)
    with record.make_uow() as uow:
        other = uow.jobs.take("another", uow.jobs.lease(), RealClock().now())
        uow.commit()
    assert other.epoch == 2
    wait_for(lambda: running.holds(3) and running.parts.epochs == [1, 3])


def test_a_job_that_hangs_ends_the_process_which_gives_the_lease_back(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.scheduling.STOP_WITHIN_S", 0.2)
    release = threading.Event()

    def hang() -> str:
        release.wait(60)
        return ""

    running = begin(hang, longest_s=0.3)
    wait_for(lambda: running.error is not None)
    release.set()
    lease = running.lease()
    assert lease is not None
    assert lease.free


def test_ticks_follow_a_fast_clock_within_reason_or_what_is_set(tmp_path: Path) -> None:
    def pace(speed: float, **schedule: float) -> float:
        clock = {"kind": "simulated", "start": "2026-11-23T08:00:00+08:00", "speed": speed}
        return pace_of(load_settings(write_settings(tmp_path, clock=clock, schedule=schedule)))

    assert (pace(0.5), pace(8), pace(600)) == (1, 8, 20)
    assert pace(8, pace=2) == 2


def test_a_takeover_sooner_than_three_beats_is_refused(tmp_path: Path) -> None:
    file = write_settings(tmp_path, schedule={"heartbeat_s": 5, "takeover_s": 14})
    with pytest.raises(SettingsProblems, match=r"schedule\.takeover_s.*3"):
        load_settings(file)
