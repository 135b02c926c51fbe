"""Truth of absences over long time: the rehearsal hall for thousands of window-hours, resumable.

    python -m benchmarks.long_truth --hours 4000 --workers 2      real pixels, real detector
    python -m benchmarks.long_truth --month --workers 2       a month of misses as measured
    python -m benchmarks.long_truth --report                      the figures so far, in Markdown

Every camera's session is one line of `var/long_truth/*.jsonl`, known by seed, camera and session;
what stands there is not run again. The same arguments give the same lines. What the figures mean:
docs/truth.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from benchmarks import _long_month as month
from benchmarks import _long_pixels as pixels
from benchmarks._long_misses import Process, measured
from benchmarks._long_report import told_of
from benchmarks._long_watch import PROFILES, force_after

TELL_S: Final = 60.0

Line = dict[str, Any]
Say = Callable[[str], None]


class Lines:
    """A file of checkpoints; a line that a crash cut short is left out and run again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.known: dict[str, Line] = {one["key"]: one for one in self._read()}

    def add(self, line: Line) -> None:
        """Keep one; it is on the disk when this returns."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab+") as out:
            if out.tell() and self._is_torn():
                out.write(b"\n")
            out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        self.known[line["key"]] = line

    def _is_torn(self) -> bool:
        with self._file.open("rb") as data:
            data.seek(-1, os.SEEK_END)
            return data.read(1) != b"\n"

    def _read(self) -> Iterator[Line]:
        if not self._file.exists():
            return
        for text in self._file.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(text)
            except json.JSONDecodeError:
                continue


class _Worker:
    """What a worker process keeps between jobs."""

    rehearser: pixels.Rehearser | None = None
    process: Process | None = None
    every_s = 60

    @classmethod
    def open(cls, var: Path, every_s: int, process: Process | None) -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:  # none outlives the run, whatever ends it
            threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        cls.every_s, cls.process = every_s, process
        cls.rehearser = pixels.Rehearser(var, every_s) if process is None else None

    @classmethod
    def run(cls, job: pixels.Job | month.Job) -> Line:
        if isinstance(job, month.Job):
            assert cls.process is not None
            return month.run(job, cls.process, cls.every_s)
        assert cls.rehearser is not None
        return cls.rehearser.run(job)


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def work(
    wanted: Sequence[pixels.Job | month.Job],
    lines: Lines,
    given: argparse.Namespace,
    say: Say,
    process: Process | None = None,
) -> None:
    """Run what is not there yet in worker processes, and keep each line as it comes."""
    missing = [job for job in wanted if job.key not in lines.known]
    say(f"{len(wanted)} sessions of cameras, {len(missing)} to run")
    if not missing:
        return
    context = multiprocessing.get_context("spawn")
    began = told = time.monotonic()
    with context.Pool(given.workers, _Worker.open, (given.var, given.every, process)) as pool:
        for number, line in enumerate(pool.imap_unordered(_Worker.run, missing), 1):
            lines.add(line)
            now = time.monotonic()
            if now - told >= TELL_S or number == len(missing):
                told = now
                left = (now - began) / number * (len(missing) - number) / 60
                at = time.strftime("%H:%M:%S")
                say(f"{at} {number}/{len(missing)}, {left:.0f} min left; {told_of(lines.known)[0]}")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--hours", type=float, default=8.0, help="window-hours on real pixels")
    asked.add_argument("--month", action="store_true", help="replay a month instead")
    asked.add_argument("--days", type=int, default=month.DAYS, help="with --month")
    asked.add_argument("--report", action="store_true", help="run nothing")
    asked.add_argument("--every", type=int, default=60, choices=sorted(PROFILES))
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--var", type=Path, default=Path("var"))
    given = asked.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    name = f"{given.every}s-{given.seed}"
    folder = given.var / "long_truth"
    seen = Lines(folder / f"pixels-{name}.jsonl")
    if not given.month:
        if not given.report:
            work(pixels.jobs(given.seed, given.hours), seen, given, _say)
        _say("\n".join(told_of(seen.known)))
        return 0
    process = measured(
        (one["samples"] for line in seen.known.values() for one in line["windows"].values()),
        force_after(given.every),
    )
    replayed = Lines(folder / f"month-{name}-{process.key}.jsonl")
    if not given.report:
        _keep(folder / f"misses-{name}-{process.key}.json", process)
        work(list(month.jobs(given.seed, given.days)), replayed, given, _say, process)
    _say("\n".join(told_of(replayed.known)))
    return 0


def _keep(file: Path, process: Process) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(process.as_json()), encoding="utf-8")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds like any other exit, so that the workers are stopped."""
    raise SystemExit(128 + signal.SIGTERM)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
