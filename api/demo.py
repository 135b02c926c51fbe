"""Runs a rehearsal from set-up to report."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from api.demo_cast import Cast, Places
from api.demo_report import (
    Kept,
    Outcome,
    Samples,
    kept_in,
    outcome,
    report_lines,
    staged_lines,
)
from api.metrics import WATCH
from api.settings import load_settings
from api.wiring import make_shelf
from api.wiring_watch import detector_choice
from models.domain.errors import InputError
from models.storage.record import open_existing_record
from vision.detectors.factory import open_detector
from vision.look import Looker
from vision.sources.rehearsal.bodies import cut_out
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.crew import second_of
from vision.sources.rehearsal.day import STARTS, Day, written
from vision.sources.rehearsal.photographs import fetch as fetch_photographs
from vision.sources.rehearsal.recall import Count, measure
from vision.sources.rehearsal.scene import Studio
from vision.weights import DEFAULT_FOLDER
from vision.weights import fetch as fetch_weights

Say = Callable[[str], None]

LAST: Final = 17 * 3600 + 1800 + 600.0
"""With the web the day goes on until 17:40."""
SHORTEST_S: Final = 15 * 60.0
TELL_EVERY_S: Final = 300.0
_LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for.

    Attributes:
        minutes: Real minutes, without the web.
        speed: Simulated seconds per real second.
        web: With the page, until Ctrl-C.
        seed: Seed of the city and its day.
    """

    minutes: float = 8.0
    speed: float = 8.0
    web: bool = True
    seed: int = 2026

    @property
    def until(self) -> float:
        """When it ends, seconds since local midnight.

        Raises:
            InputError: too short for anything to happen, or past the end of the day.
        """
        if self.web:
            return LAST
        until = STARTS + self.minutes * 60 * self.speed
        if not STARTS + SHORTEST_S <= until <= LAST:
            raise InputError(
                f"{self.minutes:g} 分钟 × {self.speed:g} 倍 = "
                f"{self.minutes * self.speed:g} 模拟分钟,"
                f"须在 {SHORTEST_S / 60:g} 与 {(LAST - STARTS) / 60:g} 之间。",
                f"{self.minutes:g} minutes x speed {self.speed:g} = "
                f"{self.minutes * self.speed:g} simulated minutes; keep it between "
                f"{SHORTEST_S / 60:g} and {(LAST - STARTS) / 60:g}.",
                where="--minutes, --speed",
            )
        return until


def run(plan: Plan, say: Say, *, root: Path) -> int:
    """Rehearse and report.

    Args:
        plan: What was asked for.
        say: Told a line at a time.
        root: Folder of everything the demo keeps.

    Returns:
        The exit status: 0 where what was registered is what was staged.

    Raises:
        OnPostError: something needed is missing, or a process ended by itself.
    """
    until = plan.until
    signal.signal(signal.SIGTERM, _stop)
    with Places(root).alone():
        return _rehearse(plan, say, Places(root), until)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds like any other exit, so that every process is stopped."""
    raise SystemExit(128 + signal.SIGTERM)


def _rehearse(plan: Plan, say: Say, places: Places, until: float) -> int:
    day = written(built(plan.seed), until)
    fetch_weights("s", DEFAULT_FOLDER, progress=say)
    photographs = fetch_photographs(places.photographs, progress=say)
    say(f"人像 / bodies: {len(cut_out(photographs, places.cache))}")
    for line in staged_lines(day):
        say(line)
    say("准备 82 路画面 / preparing the pictures of 82 cameras …")
    with Cast(day, plan.speed, places, say) as cast:
        cast.start(web=plan.web)
        say(f"开始 / started: 08:20, x{plan.speed:g}")
        interrupted = _watch(cast, plan, say)
        ended = second_of(cast.clock.now())
        cast.stop_watching()
        settings = load_settings(cast.settings_file)
        shelf = make_shelf(settings)
        samples = Samples.of(shelf.process(WATCH))
        shelf.clear()
    until = min(ended, until)
    recall = None if interrupted else _recall(day, until, cast.settings_file, places)
    result = outcome(day, until, _record(places), samples, recall)
    for line in report_lines(result, day):
        say(line)
    return 0 if interrupted else result.status


def _watch(cast: Cast, plan: Plan, say: Say) -> bool:
    """Until the end of the plan or Ctrl-C; True where it was Ctrl-C."""
    told: set[str] = set()
    following = STARTS + TELL_EVERY_S
    opened = ""
    try:
        while (second := second_of(cast.clock.now())) < plan.until:
            cast.check()
            if not opened and (opened := cast.address):
                say(f"网页 / page: {opened}  (Ctrl-C 结束 / ends)")
            if second >= following:
                following += TELL_EVERY_S
                _tell(cast, second, told, say)
            time.sleep(_LOOK_S)
    except KeyboardInterrupt:
        say("")
        return True
    return False


def _tell(cast: Cast, second: float, told: set[str], say: Say) -> None:
    kept = _record(cast.places)
    minutes = int(second) // 60
    fresh = [row for row in kept.findings if f"{row.key} {row.kind}" not in told]
    told |= {f"{row.key} {row.kind}" for row in kept.findings}
    counts = f"登记 / findings {len(kept.findings)}, 提醒 / alerts {kept.alerts}"
    say(f"{minutes // 60:02}:{minutes % 60:02} {counts}")
    for row in fresh:
        say(f"  + {row.kind} {row.window_id}")


def _record(places: Places) -> Kept:
    if not (places.run / "keys").exists():
        return Kept()  # the watch has not made it yet
    record = open_existing_record(places.run.resolve())
    try:
        return kept_in(record.make_uow)
    finally:
        record.close()


def _recall(day: Day, until: float, settings_file: Path, places: Places) -> Count:
    """One sample of every camera, looked at by the detector of the settings."""
    settings = load_settings(settings_file)
    detector = open_detector(detector_choice(settings))
    try:
        looker = Looker(detector, min_score=settings.detector.min_score)
        cutouts = cut_out(fetch_photographs(places.photographs), places.cache)
        studio = Studio.opened(cutouts, day.city.seed)
        return measure(day, studio, looker, until, moments=2)
    finally:
        detector.close()


__all__ = ["Outcome", "Plan", "run"]
