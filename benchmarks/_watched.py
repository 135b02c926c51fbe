"""A watch under measurement, as a process of its own.

    echo '{"settings": FILE, "warm_s": 25, "seconds": 30, …}' | python -m benchmarks._watched

What `onpost watch` runs runs here, with `_split` around its parts. `begin` and `end` lines come
on standard output around what is measured, then a line of JSON: a `_figures.Run`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

import vision.engine.local
from api.logs import set_up_logging
from api.settings import load_settings
from api.watching import watch
from api.wiring_watch import WatchParts, detector_choice, watch_parts
from benchmarks._figures import split
from benchmarks._simulator import memory_mb
from benchmarks._split import Seen, Split, decoding_threads, spent_by, tids
from models.storage.unit_of_work import SqlUnitOfWork
from vision.camera_health import CameraHealth
from vision.clue_desk import ClueDesk
from vision.detectors.factory import open_detector
from vision.engine.newest import NewestQueue
from vision.frame_shelf import FrameShelf
from vision.gate import Gate
from vision.look import Looker
from vision.photographer import Photographer
from vision.ports import Size
from vision.record_keeper import RecordKeeper
from vision.shelf_clerk import ShelfClerk
from vision.watch_room import WatchRoom


def wrapped(counted: Split) -> None:
    """Put the profiler around the classes that work."""
    for owner, names, part in (
        (CameraHealth, ("check",), "gate"),
        (Gate, ("judge", "looked"), "gate"),
        (Looker, ("look",), "detect"),
        (WatchRoom, ("take", "doubtful", "tick", "forget_before"), "decide"),
        (RecordKeeper, ("keep",), "decide"),
        (ClueDesk, ("see",), "decide"),
        (vision.engine.local, ("encode",), "store"),
        (ShelfClerk, ("show", "refresh"), "store"),
        (FrameShelf, ("note_process",), "store"),
        (Photographer, ("__call__",), "store"),
    ):
        for name in names:
            counted.around(owner, name, part)
    counted.between(SqlUnitOfWork, "__enter__", "__exit__", "store")


def noted(seen: Seen) -> None:
    """Have every picture's coming and every decision noted."""
    put, take = NewestQueue.put, WatchRoom.take

    def noted_put(queue: NewestQueue, frame: Any) -> bool:
        seen.came(frame)
        return put(queue, frame)

    def noted_take(room: WatchRoom, camera_id: str, examined: Any, jpeg: bytes) -> list[str]:
        refused = take(room, camera_id, examined, jpeg)
        seen.decided(examined.frame, examined.evidence)
        return refused

    setattr(NewestQueue, "put", noted_put)  # noqa: B010  mypy forbids assigning to a method
    setattr(WatchRoom, "take", noted_take)  # noqa: B010


def stored(parts: WatchParts) -> int:
    """Bytes of database and evidence."""
    folder = parts.settings.data_path
    total = 0
    for file in folder.rglob("*"):
        if file.suffix in {".db", ".sqlite", ".sqlite3"}:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                pages = connection.execute("PRAGMA page_count").fetchone()[0]
                free = connection.execute("PRAGMA freelist_count").fetchone()[0]
                size = connection.execute("PRAGMA page_size").fetchone()[0]
            total += (pages - free) * size
        elif "evidence" in file.parts and file.is_file():
            total += file.stat().st_size
    return total


class Measured:
    """Measures a running watch and ends it."""

    def __init__(self, parts: WatchParts, counted: Split, seen: Seen, engine: frozenset[int]):
        self._parts, self._counted, self._seen, self._engine = parts, counted, seen, engine

    def _now(self) -> dict[str, float]:
        """Every counter that only grows."""
        parts = self._parts
        spent = self._counted.totals()
        spent["detect"] = spent.get("detect", 0.0) + spent_by(self._engine)
        spent["decode"] = spent_by(decoding_threads())
        spent["all"] = time.process_time()
        spent["due"], spent["missed"] = parts.engine.samples_due, parts.engine.samples_missed
        spent["stored"] = stored(parts)
        return spent

    def over(self, seconds: float) -> dict[str, Any]:
        """So many seconds."""
        self._seen.begin()
        before, began = self._now(), time.monotonic()
        print("begin", flush=True)
        time.sleep(seconds)
        print("end", flush=True)
        after, passed = self._now(), time.monotonic() - began
        grown = {name: value - before.get(name, 0.0) for name, value in after.items()}
        seen = self._seen
        return {
            "seconds": passed,
            "cpu_s": split(grown, grown["all"]),
            "due": int(grown["due"]),
            "missed": int(grown["missed"]),
            "frames": seen.frames,
            "windows": seen.windows,
            "looked": seen.looked,
            "decision_s": sorted(seen.decision_s),
            "queue_s": sorted(seen.queue_s),
            "rss_mb": memory_mb(os.getpid()),
            "stored": int(grown["stored"]),
        }


def main() -> None:
    given = json.loads(sys.stdin.readline())
    settings = load_settings(Path(given["settings"]))
    set_up_logging(settings.log.level, settings.log.format)
    before = tids()
    detector = open_detector(detector_choice(settings), lambda line: print("engine", line))
    detector.detect(np.full((1080, 1920, 3), 120, np.uint8), Size.FRAME)
    engine = tids() - before
    counted = Split()
    parts = watch_parts(settings, detector)
    base_mb = memory_mb(os.getpid())
    seen = Seen(lambda: parts.clock.now().timestamp())
    if given.get("profile", True):
        wrapped(counted)
    noted(seen)
    stop, found = threading.Event(), dict[str, Any]()

    def measure() -> None:
        try:
            stop.wait(given["warm_s"])
            measured = Measured(parts, counted, seen, engine)
            found.update(measured.over(given["seconds"]), base_mb=base_mb, detector=detector.name)
        finally:
            stop.set()

    threading.Thread(target=measure, name="measure").start()
    watch(parts, stop)
    parts.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
