"""The clockwork (钟表): APScheduler, and the only file that knows it.

It gives ticks in the machine's time to jobs in lanes of threads. Jobs and their next ticks are
kept in the record's own tables, as plain columns and not as pickles; `StoredTicks` holds them
while it runs, and the process writes them with each beat of its lease. What is due is never
worked out from a tick: the record and the `Clock` say it, so a lost tick loses nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job as Ticking
from apscheduler.jobstores.base import BaseJobStore, ConflictingIdError, JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.triggers.interval import IntervalTrigger

from models.domain.errors import OnPostError
from models.domain.lease import LeaseLost
from models.domain.ports_jobs import JobRow, Outcome
from scheduler.timetable import LANES, Job

log = structlog.get_logger("onpost.schedule")

Work = Callable[[], str]
"""What a job does at a tick; what it says of it in a few words, empty where there was nothing."""

LOOK_WITHIN_S: Final = 1.0
"""It looks at the jobs at least so often, whatever the machine's clock is set to."""

_SLACK: Final = timedelta(seconds=1)


class StoredTicks(BaseJobStore):  # type: ignore[misc]  # APScheduler has no types
    """APScheduler's job store: the jobs and their next ticks, as the record keeps them.

    A machine's clock that is set back would leave every next tick ahead for as long as it was
    set back, and one that is set forward would make thousands of ticks due: either way one is
    due now.
    """

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        super().__init__()
        self._jobs: dict[str, Ticking] = {}
        self._lock = threading.RLock()
        self._stopwatch = stopwatch
        self.looked = stopwatch()

    def next_ticks(self) -> dict[str, datetime]:
        """The next tick of every job."""
        with self._lock:
            return {one: job.next_run_time.astimezone(UTC) for one, job in self._jobs.items()}

    def get_due_jobs(self, now: datetime) -> list[Ticking]:
        self.looked = self._stopwatch()
        with self._lock:
            for job in self._jobs.values():
                length = timedelta(seconds=job.trigger.interval_length)
                ahead = job.next_run_time - now
                if ahead > length + _SLACK or -ahead > 2 * length + _SLACK:
                    job.next_run_time = now
            return [job for job in self.get_all_jobs() if job.next_run_time <= now]

    def get_next_run_time(self) -> datetime | None:
        with self._lock:
            return min((job.next_run_time for job in self._jobs.values()), default=None)

    def lookup_job(self, job_id: str) -> Ticking | None:
        return self._jobs.get(job_id)

    def get_all_jobs(self) -> list[Ticking]:
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: job.next_run_time)

    def add_job(self, job: Ticking) -> None:
        with self._lock:
            if job.id in self._jobs:
                raise ConflictingIdError(job.id)
            self._jobs[job.id] = job

    def update_job(self, job: Ticking) -> None:
        with self._lock:
            if job.id not in self._jobs:
                raise JobLookupError(job.id)
            self._jobs[job.id] = job

    def remove_job(self, job_id: str) -> None:
        with self._lock:
            if self._jobs.pop(job_id, None) is None:
                raise JobLookupError(job_id)

    def remove_all_jobs(self) -> None:
        with self._lock:
            self._jobs.clear()


class _Ticker(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """APScheduler that never sleeps long, and does nothing once it was told to stop."""

    def _process_jobs(self) -> float:
        with self._jobstores_lock:
            if self.state == STATE_STOPPED:
                return LOOK_WITHIN_S
            wait = super()._process_jobs()
        return LOOK_WITHIN_S if wait is None else min(float(wait), LOOK_WITHIN_S)


class Clockwork:
    """Runs the jobs of a timetable until it is stopped; it is started once.

    Args:
        jobs: What ticks.
        work: What each does, by id.
        stored: Jobs as the record has them: their ticks go on where they were.
        now: The machine's time; for notes only.
        pace: Ticks of what follows the clock come so many times as often.
        stopwatch: Steady seconds.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        work: Mapping[str, Work],
        stored: Iterable[JobRow] = (),
        *,
        now: Callable[[], datetime],
        pace: float = 1.0,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jobs = {job.id: job for job in jobs}
        self._work = dict(work)
        self._now = now
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._running: dict[str, float] = {}
        self._stopping = threading.Event()
        self._idle = threading.Condition(self._lock)
        self.lost = threading.Event()
        """Set once a job found that the lease is lost."""
        known = {row.id: row for row in stored}
        self.gone = sorted(set(known) - set(self._jobs))
        """Stored jobs that the timetable has no more."""
        at = now()
        self._rows = {
            job.id: _carried_on(known.get(job.id), job.id, job.interval_s(pace), at) for job in jobs
        }
        self._store = StoredTicks(stopwatch)
        self._ticker = self._made()

    def _made(self) -> _Ticker:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # what is left out is counted
        ticker = _Ticker(
            timezone=UTC,
            jobstores={"default": self._store},
            executors={lane: ThreadPoolExecutor(LANES[lane]) for lane in LANES},
        )
        ticker.add_listener(self._left_out, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED)
        for job in self._jobs.values():
            row = self._rows[job.id]
            ticker.add_job(
                self._run,
                IntervalTrigger(seconds=row.every_s, start_date=row.next_at, timezone=UTC),
                args=(job.id,),
                id=job.id,
                name=job.en,
                coalesce=job.coalesce,
                max_instances=job.max_instances,
                misfire_grace_time=job.grace_s,
                next_run_time=row.next_at,
                executor=job.lane,
            )
        return ticker

    def start(self) -> None:
        """Begin to tick."""
        self._ticker.start()

    def stop(self, within_s: float) -> bool:
        """Start nothing more and wait for what runs; False where something still does."""
        self._stopping.set()
        if self._ticker.running:
            self._ticker.shutdown(wait=False)
        deadline = self._stopwatch() + within_s
        with self._idle:
            while self._running and (left := deadline - self._stopwatch()) > 0:
                self._idle.wait(left)
            return not self._running

    def rows(self) -> list[JobRow]:
        """Every job as it is to be stored now."""
        ticks = self._store.next_ticks()
        with self._lock:
            return [
                replace(row, next_at=ticks.get(row.id, row.next_at)) for row in self._rows.values()
            ]

    @property
    def silent_s(self) -> float:
        """Steady seconds since it last looked whether anything is due."""
        return self._stopwatch() - self._store.looked

    def hanging(self) -> list[str]:
        """Jobs whose run lasts longer than the timetable says a run ever does."""
        with self._lock:
            runs = dict(self._running)
        now = self._stopwatch()
        return [one for one, begun in runs.items() if now - begun > self._jobs[one].longest_s]

    def _run(self, job_id: str) -> None:
        if self._stopping.is_set():
            return
        begun, started = self._stopwatch(), self._now()
        with self._lock:
            self._running[job_id] = begun
        outcome, said = Outcome.FAILED, ""
        try:
            said = self._work[job_id]()
            outcome = Outcome.DONE
        except LeaseLost as error:
            said = type(error).__name__
            self.lost.set()
        except OnPostError as error:
            said = type(error).__name__
            tell = log.debug if self._failed_so_before(job_id, said) else log.warning
            tell("job_failed", job=job_id, error=str(error))
        except Exception as error:  # the process outlives any one run; it is tried again
            said = type(error).__name__
            log.exception("job_failed", job=job_id)
        finally:
            took = self._stopwatch() - begun
            with self._idle:
                self._note(job_id, started, took, outcome, said)
                del self._running[job_id]
                self._idle.notify_all()

    def _failed_so_before(self, job_id: str, said: str) -> bool:
        """Whether its last run ended the same way, and so is in the log already."""
        row = self._rows[job_id]
        return row.outcome is Outcome.FAILED and row.said == said

    def _note(
        self, job_id: str, started: datetime, took: float, outcome: Outcome, said: str
    ) -> None:
        row = self._rows[job_id]
        self._rows[job_id] = replace(
            row,
            started_at=started,
            took_s=round(took, 3),
            outcome=outcome,
            said=said,
            runs=row.runs + 1,
            failures=row.failures + (outcome is Outcome.FAILED),
        )

    def _left_out(self, event: JobEvent) -> None:
        with self._lock:
            row = self._rows[event.job_id]
            self._rows[event.job_id] = replace(row, skipped=row.skipped + 1)


def _carried_on(row: JobRow | None, job_id: str, every_s: float, now: datetime) -> JobRow:
    """A job as stored, with the timetable's interval; a tick that makes no sense is due now."""
    every_s = max(0.1, every_s)
    if row is None:
        return JobRow(job_id, every_s, now)
    same = row.every_s == every_s and row.next_at <= now + timedelta(seconds=every_s)
    return row if same else replace(row, every_s=every_s, next_at=now)


__all__ = ["LOOK_WITHIN_S", "Clockwork", "StoredTicks", "Work"]
