"""Part A: one camera's session on real pixels, through the real detector and the real rules."""

from __future__ import annotations

import tempfile
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import cv2

import models.domain
import vision
from api.clock import RealClock
from api.wiring_cameras import CameraWiring
from api.wiring_watch import detector_choice
from benchmarks._long_scene import LongScene
from benchmarks._long_script import Script, written
from benchmarks._long_watch import REFERENCE, Watching, margins, settings_of
from models.domain.presence import Evidence, Look
from vision.camera_desk import CameraDesk
from vision.detectors.factory import open_detector
from vision.frame import Frame
from vision.look import Looker
from vision.packing import Inputs
from vision.ports import Detector
from vision.sources.pictures import decode_jpeg
from vision.sources.rehearsal.actors import Stretch
from vision.sources.rehearsal.bodies import Cutout, cut_out
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import City, built
from vision.sources.rehearsal.crew import moment_of
from vision.sources.rehearsal.day import SESSIONS
from vision.sources.rehearsal.photographs import fetch
from vision.sources.rehearsal.scene import Studio, encode
from vision.sources.rehearsal.stage import CameraPlan, stage_of

HOURS: Final = ("08:30-12:00", "14:30-17:30")
SET_UP: Final = 7 * 3600.0
ALONE: Final = 8
"""Of the cameras with a single window every so many takes part: they cost twice as much."""


@dataclass(frozen=True, slots=True)
class Job:
    """One camera's session."""

    seed: int
    camera: str
    session: int

    @property
    def key(self) -> str:
        """What a checkpoint is known by."""
        return f"{self.seed}/{self.camera}/{self.session}"


def jobs(seed: int, hours: float) -> list[Job]:
    """Sessions of cameras, one city after another, until so many window-hours are together."""
    found: list[Job] = []
    for number in count():
        city = built(seed + number)
        plans = cameras(city)
        chance(seed, "order", number).shuffle(plans)
        for session, (start, end) in enumerate(SESSIONS):
            for plan in plans:
                if hours <= 0:
                    return found
                found.append(Job(city.seed, plan.id, session))
                hours -= len(plan.seats) * (end - start) / 3600
    raise AssertionError


def cameras(city: City) -> list[CameraPlan]:
    """Cameras whose windows no other sees; of those with one window every eighth."""
    plain = [
        plan
        for plan in city.cameras.values()
        if all(len(city.cameras_of(seat.window_id)) == 1 for seat in plan.seats)
    ]
    alone = [plan for plan in plain if len(plan.seats) == 1]
    return [*(plan for plan in plain if len(plan.seats) > 1), *islice(alone, 0, None, ALONE)]


class Rehearser:
    """Runs jobs; one a process. The photographs and the network are opened once.

    Args:
        var: Folder of photographs and masks.
        every_s: Seconds between samples.
    """

    def __init__(self, var: Path, every_s: int, detector: Detector | None = None) -> None:
        cv2.setNumThreads(1)
        self._every_s = every_s
        self._detector = detector
        photographs = fetch(var / "photographs", progress=lambda _: None)
        self._cutouts: dict[str, Cutout] = cut_out(photographs, var / "rehearsal")
        self._studio: Studio | None = None
        self._code = code_hash()

    def run(self, job: Job) -> dict[str, Any]:
        """One job, as a checkpoint's line."""
        city = built(job.seed)
        if self._studio is None or self._studio.seed != job.seed:
            self._studio = Studio.opened(self._cutouts, job.seed)
        session, plan = SESSIONS[job.session], city.cameras[job.camera]
        script = written(plan, job.seed, session)
        began = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            scene = LongScene(script, self._studio)
            reference = encode(scene.picture(SET_UP), quality=92)
            (Path(folder) / REFERENCE).write_bytes(reference)
            settings = settings_of(stage_of(plan, job.seed), self._every_s, Path(folder), HOURS)
            if self._detector is None:
                self._detector = open_detector(detector_choice(settings))
            watching = Watching(settings, session)
            packing = Inputs() if settings.watch.packing else None
            looker = Looker(self._detector, min_score=settings.detector.min_score, packing=packing)
            (post,) = CameraWiring(settings, watching.desk, looker, RealClock()).posts()
        phase = chance(job.seed, "phase", job.camera, job.session).uniform(0, self._every_s)
        run = _Run(script, scene, watching, post.desk)
        pictures = run.through(phase, self._every_s)
        return {
            "key": job.key,
            "every_s": self._every_s,
            "detector": self._detector.name,
            "code": self._code,
            "begin": margins(session)[0] + phase,
            "session": session,
            "pictures": pictures,
            "cpu_s": round(time.process_time() - began, 2),
            "windows": {one: run.said(one) for one in script.posts},
        }


def code_hash() -> str:
    """Of what is measured: the files that see and judge."""
    files = (file for room in (vision, models.domain) for file in _sources(room))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def _sources(room: ModuleType) -> list[Path]:
    return sorted(Path(str(room.__file__)).parent.rglob("*.py"))


class _Run:
    """One session, picture by picture."""

    def __init__(
        self, script: Script, scene: LongScene, watching: Watching, desk: CameraDesk
    ) -> None:
        self._script, self._scene = script, scene
        self._watching, self._desk = watching, desk
        self._notes: dict[str, list[str]] = {window: [] for window in script.posts}
        self._until = 0.0

    def through(self, phase: float, every_s: float) -> int:
        """Every sample of the session; how many there were."""
        begin, end = margins(self._script.session)
        seconds = list(_steps((begin + phase, end), every_s))
        for second in seconds:
            self._sample(second)
        self._until = seconds[-1]
        return len(seconds)

    def _sample(self, second: float) -> None:
        camera, taken_at = self._script.plan.id, moment_of(second)
        label = f"{taken_at:%Y-%m-%d %H:%M:%S}  {camera.upper()}"
        jpeg = encode(self._scene.picture(second, label=label))
        frame = Frame(camera, decode_jpeg(jpeg, camera), taken_at, taken_at, jpeg)
        examined = self._desk.examine(frame, self._watching.room.doubtful(camera))
        self._watching.take(examined, jpeg)
        self._watching.judge(second)
        for window, evidence in examined.evidence.items():
            script = self._script
            posture, cover = script.posture(window, second), script.cover(window, second)
            self._notes[window].append(posture + cover + script.light(second) + letter(evidence))

    def said(self, window: str) -> dict[str, Any]:
        """What was true and what was told of one window."""
        return {
            "absent": self._script.posts[window].absent,
            "hidden": self._script.hidden(window),
            "told": [asdict(one) for one in self._watching.told(window)],
            "spans": self._watching.absences(window, self._until),
            "samples": " ".join(self._notes[window]),
        }


def letter(evidence: Evidence) -> str:
    """`m` nobody seen, `u` unchanged, `x…` unusable and why; seen: the score in hundredths."""
    if evidence.look is Look.UNUSABLE:
        return f"x{evidence.reason}"
    if evidence.look is Look.UNCHANGED:
        return "u"
    return f"{min(99, round(100 * evidence.score)):02}" if evidence.people else "m"


def _steps(between: Stretch, every_s: float) -> list[float]:
    return [
        between[0] + every_s * number
        for number in range(int((between[1] - between[0]) // every_s) + 1)
    ]
