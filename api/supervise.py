"""Keeps processes running: starts them, starts them again with a growing wait, stops them all.

A child dies with its supervisor, whatever way that goes: the kernel is asked for it
(`PR_SET_PDEATHSIG`). SIGKILL is safe, because every process writes so that a cut loses nothing
that was registered.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

import structlog

log = structlog.get_logger("onpost.up")

_PR_SET_PDEATHSIG: Final = 1
_LOOK_EVERY_S: Final = 0.2
_NOT_MENDED_BY_STARTING_AGAIN: Final = frozenset({2})
"""Exit status of an error that a person has to mend (settings, weights, database)."""


@dataclass(frozen=True, slots=True)
class Task:
    """A process to keep running."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes:
        first_wait: Before the first new start; doubles each time.
        longest_wait: It never waits longer.
        works_after: A process that once ran so long is set up right; if it ends with an error
            that a person has to mend, it starts again all the same (the database may be back).
        healthy_after: A process that ran so long starts again after `first_wait`.
        stop: What a process gets to stop by itself before it is killed.
    """

    first_wait: float = 1.0
    longest_wait: float = 30.0
    works_after: float = 60.0
    healthy_after: float = 60.0
    stop: float = 10.0


@dataclass(slots=True)
class _Running:
    task: Task
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = 0.0
    due: float = 0.0
    worked: bool = False


class Supervisor:
    """Runs tasks until it is told to stop; used from the main thread alone.

    Args:
        tasks: What to run, in the order of starting.
        patience: How long to wait.
        stopwatch: Steady seconds.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        patience: Patience | None = None,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._running = [_Running(task) for task in tasks]
        self._patience = patience or Patience()
        self._stopwatch = stopwatch
        self._asked_to_stop = False
        self._status = 0

    def run(self) -> int:
        """Start everything and keep it running until SIGTERM or SIGINT.

        Returns:
            0 after a stop that was asked for; a child's status where starting it again would
            not help, after everything else was stopped.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        try:
            while not self._asked_to_stop:
                for item in self._running:
                    self._look_after(item)
                time.sleep(_LOOK_EVERY_S)
        finally:
            self._stop_all()
        return self._status

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _look_after(self, item: _Running) -> None:
        now = self._stopwatch()
        if item.process is None:
            if now >= item.due and not self._asked_to_stop:
                self._start(item, now)
            return
        status = item.process.poll()
        if status is None:
            return
        item.process = None
        ran = now - item.started
        item.worked = item.worked or ran >= self._patience.works_after
        if not item.worked and status in _NOT_MENDED_BY_STARTING_AGAIN:
            log.error("a process cannot run; stopping", task=item.task.name, status=status)
            self._status = status
            self._asked_to_stop = True
            return
        healthy = ran >= self._patience.healthy_after
        longer = min(self._patience.longest_wait, 2 * item.wait)
        item.wait = self._patience.first_wait if healthy or not item.wait else longer
        item.due = now + item.wait
        log.warning(
            "a process ended; it starts again",
            task=item.task.name,
            status=status,
            ran_s=round(ran, 1),
            wait_s=item.wait,
        )

    def _start(self, item: _Running, now: float) -> None:
        item.started = now
        item.process = subprocess.Popen(  # noqa: S603  our own command line, no shell
            list(item.task.argv),
            env={**os.environ, **item.task.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops in order
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509  one thread only, nothing locks
        )
        log.info("started", task=item.task.name, pid=item.process.pid)

    def _stop_all(self) -> None:
        """Ask all to stop, the last started first; kill what does not in time."""
        alive = [item for item in reversed(self._running) if item.process is not None]
        for item in alive:
            if item.process is not None and item.process.poll() is None:
                item.process.terminate()
        deadline = self._stopwatch() + self._patience.stop
        for item in alive:
            self._await_end(item, deadline)

    def _await_end(self, item: _Running, deadline: float) -> None:
        process = item.process
        if process is None:
            return
        try:
            process.wait(max(0.1, deadline - self._stopwatch()))
        except subprocess.TimeoutExpired:
            log.warning("did not stop in time; killed", task=item.task.name, pid=process.pid)
            process.kill()
            process.wait()
        log.info("stopped", task=item.task.name, status=process.returncode)
        item.process = None


_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does between fork and exec: ask to be killed when its parent ends."""

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended while we were forking
            os._exit(1)

    return ask
