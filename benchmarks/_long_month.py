"""Part B: a month of the measured miss process, through the real presence and duty rules."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks._long_misses import Misses, Process
from benchmarks._long_pixels import cameras
from benchmarks._long_script import Script, written
from benchmarks._long_watch import Watching, margins, settings_of
from models.domain.presence import Evidence, Look, Reason
from vision.camera_desk import Examined
from vision.frame import Frame
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import City, built
from vision.sources.rehearsal.crew import moment_of
from vision.sources.rehearsal.stage import CameraPlan, stage_of

DAYS: Final = 22
WINDOWS: Final = 123
HOURS: Final = ("08:30-12:00", "13:30-18:00")
SESSIONS: Final = ((8.5 * 3600, 12 * 3600.0), (13.5 * 3600, 18 * 3600.0))
JUDGE_EVERY: Final = 3
"""Samples from one judgement to the next."""
_NOTHING: Final = np.zeros((1, 1, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Job:
    """One camera's session of one day."""

    seed: int
    day: int
    camera: str
    session: int

    @property
    def key(self) -> str:
        """What a checkpoint is known by."""
        return f"{self.seed}/{self.day}/{self.camera}/{self.session}"


def jobs(seed: int, days: int = DAYS, windows: int = WINDOWS) -> Iterator[Job]:
    """Every session of every camera of the month."""
    plans = _plans(built(seed), windows)
    for day in range(days):
        for plan in plans:
            for session in range(len(SESSIONS)):
                yield Job(seed, day, plan.id, session)


def _plans(city: City, windows: int) -> list[CameraPlan]:
    """Cameras with so many windows together; the last may be one too many."""
    found, left = [], windows
    plain = cameras(city)
    others = [plan for plan in city.cameras.values() if plan not in plain]
    for plan in (*plain, *others):
        if left > 0 and not any(seat.partial for seat in plan.seats):
            found.append(plan)
            left -= len(plan.seats)
    return found


def run(job: Job, process: Process, every_s: int) -> dict[str, Any]:
    """One job, as a checkpoint's line."""
    plan, session = built(job.seed).cameras[job.camera], SESSIONS[job.session]
    script = written(plan, 1000 * job.seed + job.day, session)
    settings = settings_of(stage_of(plan, job.seed), every_s, Path(tempfile.gettempdir()), HOURS)
    force_after = settings.sampling_of(plan.id).force_after
    watching = Watching(settings, session)
    drawn = {
        window: Misses(process, chance(job.seed, "misses", job.key, window), force_after)
        for window in script.posts
    }
    phase = chance(job.seed, "phase", job.key).uniform(0, every_s)
    last = _through(script, watching, drawn, phase, every_s)
    return {
        "key": job.key,
        "every_s": every_s,
        "session": session,
        "windows": {
            window: {
                "absent": post.absent,
                "hidden": script.hidden(window),
                "told": [asdict(one) for one in watching.told(window)],
                "spans": watching.absences(window, last),
            }
            for window, post in script.posts.items()
        },
    }


def _through(
    script: Script, watching: Watching, drawn: dict[str, Misses], phase: float, every_s: int
) -> float:
    """Every sample of a session; the moment of the last."""
    begin, end = margins(script.session)
    camera, number = script.plan.id, 0
    second = begin + phase
    while second <= end:
        at = moment_of(second)
        doubtful = watching.room.doubtful(camera)
        evidence = {}
        for window, misses in drawn.items():
            condition = (
                script.posture(window, second) + script.cover(window, second) + script.light(second)
            )
            score = misses.look(condition, doubtful=window in doubtful)
            if score is Look.UNUSABLE:
                evidence[window] = Evidence(at, score, reason=Reason.OCCLUDED)
            elif isinstance(score, Look):
                evidence[window] = Evidence(at, score)
            else:
                evidence[window] = Evidence(at, Look.LOOKED, int(score > 0), score)
        watching.take(Examined(Frame(camera, _NOTHING, at), evidence))
        if number % JUDGE_EVERY == 0 or second + every_s > end:
            watching.judge(second)
        number += 1
        second += every_s
    return second - every_s
