"""Faults of cameras and their streams accuse nobody, lose nothing, and end within a minute.

One watch over many cameras, each with another fault at the same time, real servers behind them
and the real detector before them. Ordinarily up to eight times as fast, half of the drills on each
database; with FAULT_SPEED=real, all on each, by the clock of the wall and OnPost's own periods.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from api.wording import REASONS
from models.domain.presence import Reason, State
from tests.faults.cameras import Drill, Scene, scene
from tests.faults.report import Seen
from tests.faults.watched import EMPTY, KNOWN, REAL, SMALL, STAFFED, Pace, Watch, window
from tests.storage_fixtures import postgres_database

FULL: Final = os.environ.get("FAULT_SPEED") == "real"
DOWN, CALM = (20, 45) if FULL else (3, 2)
BOTH: Final = ("SQLite", "PostgreSQL")
RUNS: Final = [(one,) for one in BOTH] if FULL else [BOTH]
BEGINS_WITHIN_S, BLIND_WITHIN_S = 400.0, 400.0
BACK_WITHIN_S: Final = 60.0
LOOKS: Final = 3
"""What it takes to call a window empty, fault or none."""
PATIENCE_S: Final = 150.0
HOLDS_S: Final = 90.0 if FULL else 4.0
"""Real seconds that a fault goes on when all are blind: the waits between attempts are longest."""

pytestmark = [
    pytest.mark.weights,
    pytest.mark.rtsp,
    pytest.mark.http,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(1500 if FULL else 900),
]


@dataclass
class Course:
    """How one watch went through its drills.

    Attributes:
        begun_at: When the faults began, by the watch's clock.
        ended_at: When they ended.
        lines: Lines of each camera's link in the log before.
        back_s: Real seconds until each camera's staffed window was seen staffed again.
        known_s: The same for its empty window, which by rule takes three looks.
        blind_s: Real seconds until both were UNKNOWN.
    """

    watch: Watch
    drills: list[Drill]
    calm: list[str]
    begun_at: datetime = field(init=False)
    ended_at: datetime = field(init=False)
    lines: dict[str, int] = field(default_factory=dict)
    back_s: dict[str, float] = field(default_factory=dict)
    known_s: dict[str, float] = field(default_factory=dict)
    blind_s: dict[str, float] = field(default_factory=dict)

    @property
    def touched(self) -> list[str]:
        return [camera for drill in self.drills for camera in drill.cameras]


def pace_under(load: float) -> Pace:
    """The pace that a machine keeps up with which is so busy."""
    speed = max(1.0, SMALL.speed / load)
    return REAL if FULL else replace(SMALL, speed=speed, period_s=max(10.0, 2.5 * speed))


def courses(stack: ExitStack, tmp_path: Path, of: Scene, names: tuple[str, ...]) -> list[Course]:
    """A watch for each database; together they have every drill, alone each has all."""
    made = []
    for number, name in enumerate(names):
        url = stack.enter_context(postgres_database()) if name == "PostgreSQL" else ""
        drills = list(of.drills[number :: len(names)])
        calm = list(of.calm[number :: len(names)])
        mine = {camera for drill in drills for camera in drill.cameras} | set(calm)
        sources = {camera: of.sources[camera] for camera in of.sources if camera in mine}
        watch = Watch.made(name, tmp_path / name, url, sources, pace_under(of.load))
        stack.callback(watch.kill)
        watch.start()
        made.append(Course(watch, drills, calm))
    return made


@contextmanager
def patience(within_s: float, what: Callable[[], str]) -> Iterator[Callable[[], None]]:
    """A wait that ends."""
    end = time.monotonic() + within_s

    def wait() -> None:
        assert time.monotonic() < end, what()
        time.sleep(0.2)

    yield wait


def begun(course: Course) -> None:
    """Until every window is known and every empty one has its finding."""
    watch = course.watch
    opening = watch.clock.now()
    empties = {window(EMPTY, camera) for camera in watch.cameras}

    def lacking() -> list[str]:
        found = {row.window_id for row in watch.findings()}
        unknown = set(watch.cameras) - watch.known(watch.cameras, opening)
        return sorted((empties - found) | unknown)

    with patience(
        BEGINS_WITHIN_S, lambda: f"{lacking()}\n{watch.log.read_text('utf-8')[-3000:]}"
    ) as wait:
        while lacking():
            wait()


def fall_blind(course: Course, began: float) -> None:
    """Until every window that must be UNKNOWN is."""
    must = {camera for drill in course.drills if drill.blinds for camera in drill.cameras}
    with patience(BLIND_WITHIN_S, lambda: f"still told: {sorted(must - set(course.blind_s))}") as w:
        while must - set(course.blind_s):
            for camera in course.watch.unable(must - set(course.blind_s)):
                course.blind_s[camera] = time.monotonic() - began
            w()


def come_back(all_courses: list[Course], ended: float) -> None:
    """Until all are told rightly again; whoever does not come back is left out of `back_s`."""
    while time.monotonic() - ended < PATIENCE_S:
        for course in all_courses:
            for kind, reached in ((STAFFED, course.back_s), (EMPTY, course.known_s)):
                waiting = set(course.touched) - set(reached)
                for camera in course.watch.known(waiting, course.ended_at, (kind,)):
                    reached[camera] = time.monotonic() - ended
        if all(len(one.back_s) == len(one.known_s) == len(one.touched) for one in all_courses):
            return
        time.sleep(0.2)


def reasons(course: Course, camera: str) -> list[Reason]:
    """Why its windows were UNKNOWN while the fault went on, the first first."""
    spans = [
        span
        for kind in KNOWN
        for span in course.watch.spans(window(kind, camera), course.begun_at)
        if span.state is State.UNKNOWN and span.start < course.ended_at
    ]
    return list(dict.fromkeys(span.reason for span in spans))


def told_of(course: Course, drill: Drill) -> Seen:
    """What was seen of one drill."""
    watch = course.watch
    wrong = [one for camera in drill.cameras for one in watch.wrongs_of(camera)]
    accused = sum(watch.accused(camera) for camera in drill.cameras)
    why = list(dict.fromkeys(one for camera in drill.cameras for one in reasons(course, camera)))
    said = watch.said_of(drill.cameras[0], course.lines[drill.cameras[0]])
    back = max(course.back_s.get(camera, PATIENCE_S) for camera in drill.cameras)
    known = max(course.known_s.get(camera, PATIENCE_S) for camera in drill.cameras)
    looks_s = LOOKS * watch.pace.period_s / watch.pace.speed
    wrong += [f"told as {one}" for one in why if one not in drill.reasons | EASING]
    wrong += [f"no words for {one}" for one in why if not all(REASONS.get(one, ("", "")))]
    wrong += ["never told as UNKNOWN"] if drill.blinds and not why else []
    wrong += [f"back after {back:.0f} s"] if back > BACK_WITHIN_S else []
    wrong += [f"empty after {known:.0f} s"] if known > BACK_WITHIN_S + looks_s else []
    wrong += [f"{accused} findings about staffed windows"] if accused else []
    words = "; ".join(" / ".join(REASONS[one]) for one in why) or "seen in between, never UNKNOWN"
    found = sum(row.window_id == window(EMPTY, drill.cameras[0]) for row in watch.findings())
    link = _bare(said[0]) if said else "stayed."
    blind = max((course.blind_s.get(camera, 0.0) for camera in drill.cameras), default=0.0)
    after = f" after {blind:.0f} s" if blind else ""
    seen = (
        f"{words}{after}. Link: {link} The empty window told empty again after {known:.0f} s; "
        f"its findings: {found}."
    )
    return Seen(
        f"{drill.name} ({watch.name})",
        drill.done,
        seen,
        back,
        accused,
        "; ".join(wrong) or "held",
    )


EASING: Final = frozenset({Reason.TOO_FEW_LOOKS, Reason.NO_SAMPLE})
"""On the way back: it is looked at again, but not often enough yet."""


def _bare(said: str) -> str:
    """Without the address before the first words."""
    return said.partition(": ")[2] or said


def told_calm(course: Course) -> Seen:
    """What was seen of the cameras that nobody touched, and of the record."""
    watch = course.watch
    wrong = watch.wrongs() + [one for camera in course.calm for one in watch.wrongs_of(camera)]
    accused = sum(watch.accused(camera) for camera in course.calm)
    unsure = sum(bool(reasons(course, camera)) for camera in course.calm)
    entries = len(watch.findings())
    return Seen(
        f"All of these at once: the others ({watch.name})",
        f"{len(course.touched)} of {len(watch.cameras)} cameras fail together",
        f"{len(course.calm)} untouched cameras, {unsure} of them UNKNOWN at any time; "
        f"{entries} findings registered, chain verified",
        None,
        accused,
        "; ".join(wrong) or "held",
    )


@pytest.mark.parametrize("names", RUNS, ids="+".join)
def test_faults_of_cameras_accuse_nobody_and_are_over_within_a_minute(
    names: tuple[str, ...], tmp_path: Path, told: Callable[[Seen], None]
) -> None:
    with ExitStack() as stack:
        of = stack.enter_context(scene(tmp_path, DOWN, CALM))
        everyone = courses(stack, tmp_path, of, names)
        for course in everyone:
            begun(course)
        lines = {one.watch.name: _lines(one.watch) for one in everyone}
        began = time.monotonic()
        for course in everyone:
            course.lines = {
                camera: lines[course.watch.name].get(camera, 0) for camera in course.watch.cameras
            }
            course.begun_at = course.watch.clock.now()
        for drill in of.drills:
            drill.begin()
        for course in everyone:
            fall_blind(course, began)
        time.sleep(HOLDS_S)
        for course in everyone:
            course.ended_at = course.watch.clock.now()
        for drill in of.drills:
            drill.end()
        come_back(everyone, time.monotonic())
        time.sleep(max(one.watch.pace.finding_s for one in everyone))  # one that is doubled comes
        ends = [course.watch.stop() for course in everyone]
        seen = [told_of(course, drill) for course in everyone for drill in course.drills]
        seen += [told_calm(course) for course in everyone]
    for one in seen:
        told(one)
    assert ends == [0] * len(everyone)
    assert [one for one in seen if one.verdict != "held"] == []


def _lines(watch: Watch) -> Mapping[str, int]:
    """How many lines the log has of each camera's link."""
    counted: dict[str, int] = {}
    for row in watch.events("camera_link"):
        counted[str(row["camera"])] = counted.get(str(row["camera"]), 0) + 1
    return counted
