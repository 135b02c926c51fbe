"""Runs the camera desk over clips whose truth is known, as the watch does, and scores it.

Health, gate, looker, presence and spans are the watch's own; only time and pictures come from
the clip.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final, Protocol

import cv2
import numpy as np

from models.domain.errors import InputError
from models.domain.geometry import Polygon
from models.domain.hall import View, Window
from models.domain.pace import ROOM_FOR_ONE, Pace, fastest_allowed, slowest_allowed
from models.domain.presence import Evidence, Look, PresenceProfile, State
from vision.camera_desk import CameraDesk
from vision.camera_health import CameraHealth, HealthLimits
from vision.evaluate_score import Rules, Tally, Verdict, score
from vision.evaluate_truth import Stretch, Truth
from vision.frame import Frame, Image
from vision.gate import Gate
from vision.look import Looker
from vision.pacer import Pacer
from vision.packing import Inputs
from vision.ports import Detection, Detector, Size
from vision.sources.recording import EPOCH, Recording
from vision.watch_room import WatchRoom
from vision.windows_file import read_windows

CAMERA: Final = "clip"
STILLS: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
_PACE_PICTURES: Final = 50


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a clip is looked at.

    Attributes:
        every_s: Seconds between samples, where the truth file does not say.
        profile: How evidence is weighed; None weighs as `onpost replay` does.
        gate: Whether windows that did not change are spared the detector.
        force_after: A window is looked at every so many samples, changed or not.
        quiet_s: Most seconds between samples while sure and quiet; None for a fixed rate.
        min_score: Lowest score that counts inside a zone.
        packing: Whether few windows may be looked at by a packed picture of them.
    """

    every_s: float = 1.0
    profile: PresenceProfile | None = None
    gate: bool = True
    force_after: int = 6
    quiet_s: float | None = None
    min_score: float = 0.10
    packing: bool = True


class Pictures(Protocol):
    """A recording or a still."""

    size: tuple[int, int]
    duration: float | None

    def frames(self, every_s: float) -> Iterator[Frame]:
        """For each due time the first frame at or after it."""
        ...

    def pictures(self) -> Iterator[tuple[float, Any]]:
        """Seconds from the start of every picture."""
        ...


class Still:
    """One picture as if it were a recording.

    Raises:
        InputError: it cannot be read as a picture.
    """

    duration: float | None = 0.0

    def __init__(self, path: Path) -> None:
        try:
            data = np.frombuffer(path.read_bytes(), np.uint8)
        except OSError as error:
            raise _no_picture(path, str(error.strerror)) from None
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        if image is None:
            raise _no_picture(path, "unknown format")
        self._image = np.asarray(image, np.uint8)
        self.size = (int(image.shape[1]), int(image.shape[0]))

    def frames(self, every_s: float) -> Iterator[Frame]:  # noqa: ARG002 - there is only one
        yield Frame(CAMERA, self._image, EPOCH)

    def pictures(self) -> Iterator[tuple[float, Any]]:
        yield 0.0, self._image


def opened(path: Path) -> Pictures:
    """The clip, folder of pictures or still.

    Raises:
        InputError: it is none.
        SourceError: it is cut short.
    """
    if path.suffix.lower() in STILLS:
        return Still(path)
    return Recording(path, CAMERA, started_at=EPOCH)


def _no_picture(path: Path, why: str) -> InputError:
    return InputError(f"无法读取图片:{why}。", f"cannot read the picture: {why}.", where=str(path))


class CountingDetector:
    """Counts what is asked of a detector and what it costs; may answer one kind of look only.

    Args:
        detector: The real one; not closed by this.
        only: The kind of look that is let through; the other finds nobody.
    """

    def __init__(self, detector: Detector, only: Size | None = None) -> None:
        self._detector = detector
        self._only = only
        self.asked: dict[Size, int] = dict.fromkeys(Size, 0)
        self.cpu_s = 0.0

    @property
    def name(self) -> str:
        return self._detector.name

    @property
    def model_hash(self) -> str:
        return self._detector.model_hash

    def detect(self, image: Image, size: Size) -> list[Detection]:
        if self._only not in (None, size):
            return []
        self.asked[size] += 1
        began = time.process_time()
        try:
            return self._detector.detect(image, size)
        finally:
            self.cpu_s += time.process_time() - began

    def close(self) -> None:
        """Nothing: the detector belongs to whoever opened it."""


@dataclass(frozen=True, slots=True)
class ClipResult:
    """One clip under one configuration.

    Attributes:
        clip: The recording's name.
        windows: Scores by window.
        samples: Pictures that were sampled.
        every_s: Seconds between them at the usual rate.
    """

    clip: str
    windows: Mapping[str, Tally]
    samples: int
    every_s: float

    @property
    def tally(self) -> Tally:
        """All windows together."""
        return sum(self.windows.values(), Tally())


@dataclass(slots=True)
class _Run:
    """What is remembered while a clip is run through."""

    room: WatchRoom
    seen: dict[str, bool | None] = field(default_factory=dict)
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    samples: int = 0
    last: datetime = EPOCH


def evaluate(truth: Truth, detector: Detector, sampling: Sampling) -> ClipResult:
    """Run one clip as the watch would, and score it.

    Raises:
        InputError: the truth does not fit the clip.
        SourceError: the clip is damaged.
        DetectorError: an answer was asked of a closed detector.
    """
    footage = opened(truth.recording)
    zones = read_windows(truth.file, footage.size)
    every = truth.every_s or sampling.every_s
    profile = sampling.profile or _profile(max(every, _pace(footage)), sampling.quiet_s)
    settled = replace(sampling, profile=profile, every_s=every)
    run = _through(footage, zones, detector, settled)
    run.room.tick(run.last)
    length = footage.duration or (run.last - EPOCH).total_seconds()
    rules = Rules(truth.tolerance_s, every, noticeable_s(profile, every), length)
    scores = {
        window: score(truth.windows[window], run.verdicts[window], _absences(run, window), rules)
        for window in zones
    }
    return ClipResult(truth.recording.name, scores, run.samples, every)


def noticeable_s(profile: PresenceProfile, every_s: float) -> float:
    """Seconds from the first empty sample to the one that opens an absence, at the usual rate."""
    share = every_s / profile.spacing_s
    weight = 1.0 if share >= 0.9 else share
    return every_s * -(-(profile.looks_to_open - 1) // weight)


def _through(
    footage: Pictures, zones: Mapping[str, Polygon], detector: Detector, sampling: Sampling
) -> _Run:
    """Every sample of the clip, by a sampling whose profile is settled."""
    profile, every = sampling.profile or PresenceProfile(), sampling.every_s
    windows = [Window(one, "hall", one, (View(CAMERA, zone),)) for one, zone in zones.items()]
    run = _Run(WatchRoom(windows, dict.fromkeys(zones, profile)))
    run.verdicts = {window: [] for window in zones}
    desk = CameraDesk(
        zones,
        Looker(
            detector,
            min_score=sampling.min_score,
            packing=Inputs() if sampling.packing else None,
        ),
        CameraHealth(limits=HealthLimits(clock_tolerance_s=None, frozen_s=None)),
        Gate(sampling.force_after) if sampling.gate else None,
    )
    pacer = _pacer(sampling, profile, zones, every)
    due = EPOCH
    for frame in footage.frames(pacer.fastest_s(CAMERA) or every):
        if frame.taken_at < due - timedelta(milliseconds=2):
            continue
        known = run.room.presences_of(CAMERA)
        doubtful = run.room.doubtful(CAMERA) | pacer.overdue(CAMERA, known, frame.taken_at)
        examined = desk.examine(frame, doubtful)
        run.room.take(CAMERA, examined, b"")
        looks = {window: one.look for window, one in examined.evidence.items()}
        pacer.see(CAMERA, looks, run.room.presences_of(CAMERA))
        due = frame.taken_at + timedelta(seconds=pacer.period_s(CAMERA) or 0.0)
        _note(run, examined.evidence, profile.required, frame.taken_at)
    return run


def _pacer(
    sampling: Sampling, profile: PresenceProfile, zones: Mapping[str, Polygon], every: float
) -> Pacer:
    if sampling.quiet_s is None:
        return Pacer()
    pace = Pace(
        fastest_allowed(every, [profile]),
        every,
        slowest_allowed(every, sampling.quiet_s, profile.slowest_period_s),
        sampling.force_after * every,
    )
    return Pacer({CAMERA: pace}, dict.fromkeys(zones, profile))


def _note(run: _Run, evidence: Mapping[str, Evidence], required: int, at: datetime) -> None:
    """Remember what the sample said; an unchanged picture says what its last look said."""
    run.samples, run.last = run.samples + 1, at
    states = run.room.readings()
    for window, one in evidence.items():
        if one.look is Look.LOOKED:
            run.seen[window] = one.people >= required
        elif one.look is Look.UNUSABLE:
            run.seen[window] = None
        state = {State.PRESENT: True, State.ABSENT: False}.get(states[window].state)
        second = (at - EPOCH).total_seconds()
        run.verdicts[window].append(Verdict(second, run.seen.get(window), state))


def _absences(run: _Run, window: str) -> list[Stretch]:
    return [
        ((span.start - EPOCH).total_seconds(), ((span.end or run.last) - EPOCH).total_seconds())
        for span in run.room.spans(window)
        if span.state is State.ABSENT
    ]


def _pace(footage: Pictures) -> float:
    """Usual seconds between the recording's own pictures."""
    times = [second for second, _ in islice(footage.pictures(), _PACE_PICTURES)]
    return median([b - a for a, b in pairwise(times)] or [0.0])


def _profile(spacing_s: float, quiet_s: float | None) -> PresenceProfile:
    """As `onpost replay` weighs: pictures closer than a second are alike."""
    spacing = max(spacing_s, 1.0)
    slowest = max(spacing, (quiet_s or 0.0) / ROOM_FOR_ONE)
    return PresenceProfile(spacing_s=spacing, slowest_period_s=slowest)
