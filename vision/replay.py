"""Detector and presence over a recording (录像回放): what each window looked like, when.

Every sample is looked at; no gate spares the detector here, and no roster judges the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from statistics import median
from typing import Any, Final, Protocol

import numpy as np

from models.domain.errors import DetectorError, InputError
from models.domain.geometry import Polygon
from models.domain.presence import Evidence, Look, Presence, PresenceProfile, Reason, step
from vision.frame import Frame, Image
from vision.look import Looker
from vision.overlay import Marking, draw
from vision.people import Sighting

CLOSEST_LOOKS_S: Final = 1.0
"""Pictures closer together than this are alike, and count in proportion."""
BLACK_LEVEL: Final = 16
"""No brighter than video black: the camera shows nothing at all."""
FLAT_RANGE: Final = 4
"""All pixels of one grey: nothing could be seen in it."""
_PACE_PICTURES: Final = 50


class Footage(Protocol):
    """What replay needs of a recording (see vision/sources/recording.py)."""

    def frames(self, every_s: float) -> Iterator[Frame]:
        """For each due time the first frame at or after it."""
        ...

    def pictures(self) -> Iterator[tuple[float, Any]]:
        """Seconds from the start of every picture."""
        ...

    def time_of(self, frame: Frame) -> float | str:
        """Seconds from the start, or ISO time."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One window at one moment.

    Attributes:
        t: Seconds from the recording's start, or ISO time where it tells the date.
        at: The same as a datetime.
        window: The window's id.
        sighting: What the look found, None where the picture was unusable.
        presence: The filter's answer after this sample.
        reason: Why the picture was unusable, otherwise why the state is what it is.
    """

    t: float | str
    at: datetime
    window: str
    sighting: Sighting | None
    presence: Presence
    reason: Reason

    @property
    def seen(self) -> bool | None:
        """The one-sample verdict; None where the picture was unusable."""
        return None if self.sighting is None else self.sighting.people >= 1

    def as_json(self) -> dict[str, object]:
        """The line that `onpost replay` writes."""
        seen = self.sighting
        return {
            "t": self.t,
            "window": self.window,
            "people": None if seen is None else seen.people,
            "score": None if seen is None else round(seen.score, 4),
            "seen": self.seen,
            "state": self.presence.state.value,
            "p": round(self.presence.p, 4),
            "reason": self.reason.value,
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture and what it says of every window."""

    frame: Frame
    zones: Mapping[str, Polygon]
    samples: tuple[Sample, ...]


def replay(
    footage: Footage, zones: Mapping[str, Polygon], looker: Looker, every_s: float
) -> Iterator[Moment]:
    """Look at one picture every `every_s` seconds.

    Args:
        footage: The recording.
        zones: Staff zones by window, 0..1 of its picture.
        looker: Finds people.
        every_s: Seconds between samples.

    Raises:
        InputError: `every_s` is not a positive number.
        SourceError: the recording is cut short or damaged.
        DetectorError: the detector failed.
    """
    require_interval(every_s)
    profile = profile_for(max(every_s, pace(footage)))
    presences = dict.fromkeys(zones, Presence())
    for frame in footage.frames(every_s):
        fault = unusable(frame.image)
        sightings = {} if fault else looker.look(frame.image, zones)
        for window in zones:
            evidence = _evidence(frame, sightings.get(window), fault)
            presences[window] = step(presences[window], evidence, profile)
        t = footage.time_of(frame)
        yield Moment(
            frame,
            zones,
            tuple(
                Sample(
                    t,
                    frame.taken_at,
                    window,
                    sightings.get(window),
                    presences[window],
                    fault or presences[window].reason,
                )
                for window in zones
            ),
        )


def require_interval(every_s: float) -> None:
    """Refuse a sampling interval that is none.

    Raises:
        InputError: `every_s` is not a positive number.
    """
    if not (math.isfinite(every_s) and every_s > 0):
        raise InputError(
            f"采样间隔须为正数(秒),现为 {every_s:g}。",
            f"the sampling interval must be a positive number of seconds, not {every_s:g}.",
            where="--every",
        )


def _evidence(frame: Frame, sighting: Sighting | None, fault: Reason | None) -> Evidence:
    if fault is not None:
        return Evidence(frame.taken_at, Look.UNUSABLE, reason=fault)
    if sighting is None:
        raise DetectorError("检测器没有给出答案。", "the detector left a window unanswered.")
    return Evidence(frame.taken_at, Look.LOOKED, sighting.people, sighting.score)


def pace(footage: Footage) -> float:
    """Usual seconds between the recording's own pictures; 0 where it has only one."""
    times = [seconds for seconds, _ in islice(footage.pictures(), _PACE_PICTURES)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return median(gaps) if gaps else 0.0


def profile_for(spacing_s: float) -> PresenceProfile:
    """How evidence is weighed when samples come every `spacing_s` seconds."""
    return PresenceProfile(spacing_s=max(spacing_s, CLOSEST_LOOKS_S), slowest_period_s=spacing_s)


def unusable(image: Image) -> Reason | None:
    """BLACK or COVERED where the picture shows nothing at all, else None.

    Only what cannot be mistaken: a recording comes without a reference picture.
    """
    darkest, brightest = (float(np.percentile(image, share)) for share in (0.5, 99.5))
    if brightest <= BLACK_LEVEL:
        return Reason.BLACK
    return Reason.COVERED if brightest - darkest <= FLAT_RANGE else None


def drawn(moment: Moment) -> Image:
    """The moment's picture with zones, people and states on it."""
    markings = [
        Marking(
            sample.window,
            moment.zones[sample.window],
            sample.presence.state,
            f"p={sample.presence.p:.2f}" if sample.sighting else sample.reason.value,
            sample.sighting.boxes if sample.sighting else (),
        )
        for sample in moment.samples
    ]
    t = moment.samples[0].t if moment.samples else ""
    return draw(moment.frame.image, markings, f"t = {t}" + (" s" if isinstance(t, float) else ""))


@dataclass(frozen=True, slots=True)
class Change:
    """A window's state from one moment on."""

    t: float | str
    window: str
    before: str
    after: str


def changes(samples: Iterable[Sample]) -> Iterator[Change]:
    """Where a window's state differs from its state one sample before."""
    last: dict[str, str] = {}
    for sample in samples:
        state = sample.presence.state.value
        before = last.get(sample.window, state)
        if state != before:
            yield Change(sample.t, sample.window, before, state)
        last[sample.window] = state
