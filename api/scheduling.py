"""The scheduling process: waits for its lease, holds it while its clockwork ticks, gives it back.

The holder beats only while its clockwork looks at its jobs and none of them hangs, so that what
stands still is taken over like what was killed.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from api.clock import RealClock
from api.logs import set_up_logging
from api.settings import Settings
from api.wiring_schedule import ScheduleParts, schedule_parts
from models.domain.errors import StorageError
from models.domain.lease import Lease, LeaseLost, Vigil
from models.domain.ports_jobs import JobRow
from scheduler.clockwork import Clockwork

log = structlog.get_logger("onpost.schedule")

STOP_WITHIN_S: Final = 7.0
"""What running jobs get; `onpost up` kills after ten seconds."""

SET_BY_S: Final = 2.0
"""A machine's clock that moves against the steady one by more between two beats was set."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that is held, and the clockwork that runs under it."""

    lease: Lease
    clockwork: Clockwork


class Stuck(Exception):
    """The clockwork stands still or a job hangs; only a new process mends that."""


def run(settings: Settings) -> None:
    """Schedule until SIGTERM or SIGINT; whatever ends it, the lease is given back.

    Raises:
        OnPostError: something needed is missing or wrong.
    """
    set_up_logging(settings.log.level, settings.log.format)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    parts = schedule_parts(settings)
    try:
        ended = Scheduling(parts).run(stop)
    except Stuck:  # its thread would keep the process; a cut loses nothing
        os._exit(1)
    finally:
        parts.close()
    log.info("stopped")
    if not ended:
        log.warning("threads_left", what="a job did not end in time")
        os._exit(0)


def name_of_this_process() -> str:
    """Who holds the lease, for people to read: host, process, and a word of its own."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(3)}"


class Scheduling:
    """One process's part in it; used from one thread.

    Args:
        parts: What it is made of.
        stopwatch: Steady seconds.
    """

    def __init__(
        self, parts: ScheduleParts, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        self._parts = parts
        self._settings = parts.settings.schedule
        self._stopwatch = stopwatch
        self._name = name_of_this_process()
        self._machine = RealClock()
        self._ended = True
        self._offset: float | None = None
        self._fault = ""

    def run(self, stop: threading.Event) -> bool:
        """Wait, hold, and wait again where the lease was lost.

        Returns:
            Whether every job's thread has ended.

        Raises:
            Stuck: the clockwork stands still or a job hangs.
        """
        while not stop.is_set():
            lease = self._wait_for_lease(stop)
            if lease is not None:
                self._hold(lease, stop)
        return self._ended

    def _wait_for_lease(self, stop: threading.Event) -> Lease | None:
        vigil, told = Vigil(self._settings.takeover_s), ""
        while not stop.is_set():
            try:
                with self._parts.record.make_uow(read_only=True) as uow:
                    seen = uow.jobs.lease()
                if vigil.may_take(seen, self._stopwatch()):
                    return self._take(seen)
                if seen is not None and seen.holder != told:
                    told = seen.holder
                    log.info("waiting", holder=told, epoch=seen.epoch)
            except LeaseLost:
                continue  # another waiter was quicker; its beats are watched from now on
            except StorageError as error:
                self._tell(error)
            stop.wait(min(1.0, self._settings.heartbeat_s))
        return None

    def _take(self, seen: Lease | None) -> Lease:
        with self._parts.record.make_uow() as uow:
            lease = uow.jobs.take(self._name, seen, self._machine.now())
            uow.commit()
        log.info("lease_taken", epoch=lease.epoch, from_holder=seen.holder if seen else "")
        return lease

    def _hold(self, lease: Lease, stop: threading.Event) -> None:
        try:
            clockwork = self._begun(lease)
        except LeaseLost as error:
            log.warning("lease_lost", error=str(error))
            return
        except StorageError as error:  # the next one that waits takes it from this very process
            self._tell(error)
            return
        held = Held(lease, clockwork)
        try:
            self._beat_until(held, stop)
        finally:
            self._ended = clockwork.stop(STOP_WITHIN_S) and self._ended
            self._give_back(held)

    def _begun(self, lease: Lease) -> Clockwork:
        with self._parts.record.make_uow(read_only=True) as uow:
            stored = uow.jobs.jobs()
        clockwork = self._parts.clockwork(lease.epoch, stored)
        self._save(lease, clockwork.rows(), clockwork.gone)
        clockwork.start()
        return clockwork

    def _beat_until(self, held: Held, stop: threading.Event) -> None:
        while not stop.wait(self._settings.heartbeat_s):
            if held.clockwork.lost.is_set() or not self._beat(held):
                log.warning("lease_lost", epoch=held.lease.epoch)
                return

    def _beat(self, held: Held) -> bool:
        """A beat, and with it what the jobs did since; False where the lease is lost."""
        self._look_at_clock()
        silent, hanging = held.clockwork.silent_s, held.clockwork.hanging()
        if silent > self._settings.takeover_s or hanging:
            log.error("stuck", silent_s=round(silent, 1), jobs=hanging)
            raise Stuck(", ".join(hanging) or "clockwork")
        try:
            self._save(held.lease, held.clockwork.rows())
        except LeaseLost:
            return False
        except StorageError as error:  # jobs fail likewise and are tried again
            self._tell(error)
        else:
            self._fault = ""
        return True

    def _tell(self, error: StorageError) -> None:
        """Once for as long as it lasts."""
        if str(error) != self._fault:
            log.warning("record_cannot_be_used", error=str(error))
        self._fault = str(error)

    def _save(self, lease: Lease, rows: list[JobRow], gone: list[str] | None = None) -> None:
        with self._parts.record.make_uow() as uow:
            uow.jobs.beat(lease.epoch, self._machine.now())
            uow.jobs.save(rows)
            for job_id in gone or ():
                uow.jobs.remove(job_id)
            uow.commit()

    def _give_back(self, held: Held) -> None:
        try:
            with self._parts.record.make_uow() as uow:
                uow.jobs.save(held.clockwork.rows())
                uow.jobs.give_back(held.lease.epoch, self._machine.now())
                uow.commit()
        except LeaseLost:
            return
        except StorageError as error:
            log.warning("lease_not_given_back", error=str(error))
        else:
            log.info("lease_given_back", epoch=held.lease.epoch)

    def _look_at_clock(self) -> None:
        """Tell where somebody set the machine's clock; what is due follows the new time."""
        offset = self._machine.now().timestamp() - self._stopwatch()
        if self._offset is not None and abs(offset - self._offset) > SET_BY_S:
            log.warning("machine_clock_was_set", by_s=round(offset - self._offset, 1))
        self._offset = offset
