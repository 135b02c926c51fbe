from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

SUPERVISOR = """
import sys
from api.logs import set_up_logging
from api.supervise import Patience, Supervisor, Task
set_up_logging("info", "json")
codes = enumerate(sys.argv[1:])
tasks = [Task(str(number), [sys.executable, "-c", code]) for number, code in codes]
patience = Patience(first_wait=0.1, longest_wait=0.4, works_after=1.0, stop=1.0)
sys.exit(Supervisor(tasks, patience).run())
"""

Supervise = Callable[..., subprocess.Popen[bytes]]

ROOT = Path(__file__).parents[3]


def child(folder: Path, name: str, body: str) -> str:
    """A child that writes its pid on each start, then does `body`."""
    return textwrap.dedent(f"""
        import os, signal, sys, time
        from pathlib import Path
        with Path({str(folder / name)!r}).open("a") as log:
            log.write(str(os.getpid()) + chr(10))
    """) + textwrap.dedent(body)


def starts(folder: Path, name: str) -> list[int]:
    file = folder / name
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def wait_for(condition: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    begun: list[subprocess.Popen[bytes]] = []

    def start(*codes: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / "log").open("wb")
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SUPERVISOR, *codes], cwd=ROOT, stderr=log, stdout=log
        )
        log.close()
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.wait()


FOREVER = "time.sleep(300)"


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_process_that_ends_is_started_again_with_a_growing_wait(
    tmp_path: Path, supervise: Supervise
) -> None:
    supervise(child(tmp_path, "a", "sys.exit(1)"), child(tmp_path, "b", FOREVER))
    wait_for(lambda: len(starts(tmp_path, "a")) >= 4)
    assert len(starts(tmp_path, "b")) == 1
    waits = [
        line.split(b'"wait_s": ')[1].split(b",")[0].rstrip(b"}")
        for line in (tmp_path / "log").read_bytes().splitlines()
        if b"wait_s" in line
    ]
    assert [float(wait) for wait in waits[:3]] == [0.1, 0.2, 0.4]


def test_a_process_that_is_killed_is_started_again(tmp_path: Path, supervise: Supervise) -> None:
    supervise(child(tmp_path, "a", FOREVER))
    wait_for(lambda: len(starts(tmp_path, "a")) == 1)
    os.kill(starts(tmp_path, "a")[0], signal.SIGKILL)
    wait_for(lambda: len(starts(tmp_path, "a")) == 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_and_lets_them_finish(
    tmp_path: Path, supervise: Supervise, number: signal.Signals
) -> None:
    finish = f"""
        def stop(*_):
            Path({str(tmp_path / "finished")!r}).write_text("yes")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        Path({str(tmp_path / "ready")!r}).write_text("yes")
        time.sleep(300)
    """
    process = supervise(child(tmp_path, "a", finish), child(tmp_path, "b", FOREVER))
    wait_for(lambda: (tmp_path / "ready").exists() and starts(tmp_path, "b"))
    process.send_signal(number)
    assert process.wait(10) == 0
    assert (tmp_path / "finished").read_text() == "yes"
    assert all(gone(pid) for name in "ab" for pid in starts(tmp_path, name))


def test_a_process_that_will_not_stop_is_killed_in_time(
    tmp_path: Path, supervise: Supervise
) -> None:
    deaf = f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Path({str(tmp_path / "ready")!r}).write_text("yes")
        time.sleep(300)
    """
    process = supervise(child(tmp_path, "a", deaf))
    wait_for((tmp_path / "ready").exists)
    process.terminate()
    begun = time.monotonic()
    assert process.wait(10) == 0
    assert time.monotonic() - begun < 5
    assert gone(starts(tmp_path, "a")[0])


def test_no_process_outlives_a_supervisor_that_is_killed(
    tmp_path: Path, supervise: Supervise
) -> None:
    process = supervise(child(tmp_path, "a", FOREVER), child(tmp_path, "b", FOREVER))
    wait_for(lambda: starts(tmp_path, "a") and starts(tmp_path, "b"))
    process.kill()
    process.wait(5)
    wait_for(lambda: all(gone(pid) for name in "ab" for pid in starts(tmp_path, name)))


def test_an_error_that_a_person_must_mend_stops_all(tmp_path: Path, supervise: Supervise) -> None:
    process = supervise(child(tmp_path, "a", FOREVER), child(tmp_path, "b", "sys.exit(2)"))
    assert process.wait(15) == 2
    assert len(starts(tmp_path, "b")) == 1
    assert all(gone(pid) for pid in starts(tmp_path, "a"))


def test_such_an_error_after_it_had_worked_is_tried_again(
    tmp_path: Path, supervise: Supervise
) -> None:
    process = supervise(child(tmp_path, "a", "time.sleep(1.3); sys.exit(2)"))
    wait_for(lambda: len(starts(tmp_path, "a")) >= 2)
    assert process.poll() is None
