"""One camera's desk: from a picture to evidence for each of its windows.

Health first (an unusable picture says nothing), then the gate (a window whose picture did
not change needs no second answer), then the detector for what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from models.domain.errors import DetectorError
from models.domain.geometry import Polygon
from models.domain.presence import Evidence, Look, Reason
from vision.frame import Frame, Image
from vision.look import Looker, Order
from vision.people import Sighting


class Health(Protocol):
    """Says whether a picture can be used (摄像头健康)."""

    def check(self, frame: Frame) -> Reason | None:
        """None where the picture is usable, otherwise why not."""
        ...


class Sight(Protocol):
    """Says what the picture of each zone is worth (工位画面)."""

    def placed(self, zones: Mapping[str, Polygon]) -> Mapping[str, Polygon]:
        """The zones where they are in the picture that was checked last."""
        ...

    def hidden(
        self, frame: Frame, zones: Mapping[str, Polygon], empty: frozenset[str]
    ) -> Mapping[str, Reason]:
        """Windows, of those that seem empty, of which that look proves nothing; and why."""
        ...


class ChangeGate(Protocol):
    """Says which windows' pictures changed since they were last looked at."""

    def judge(self, image: Image, zones: Mapping[str, Polygon]) -> dict[str, Look]:
        """LOOKED for a window that must be looked at, UNCHANGED for one that need not."""
        ...

    def looked(self, image: Image, zones: Mapping[str, Polygon]) -> None:
        """Remember these windows as they are now: they have just been looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Examined:
    """What one picture of one camera says.

    Attributes:
        frame: The picture.
        evidence: By window.
        sightings: What the detector found, by window that was looked at.
        fault: Why the whole picture is unusable, None where it is not.
    """

    frame: Frame
    evidence: Mapping[str, Evidence]
    sightings: Mapping[str, Sighting] = field(default_factory=dict)
    fault: Reason | None = None


class CameraDesk:
    """Examines one camera's pictures, one at a time.

    Args:
        zones: Staff zones by window, 0..1 of the camera's picture.
        looker: Finds people; shared by all cameras.
        health: This camera's health.
        gate: This camera's gate, None to look at every picture.
        required: People needed by window, 1 where not named.
        sight: This camera's sight of its zones, None to take them as they were drawn.
    """

    def __init__(
        self,
        zones: Mapping[str, Polygon],
        looker: Looker,
        health: Health,
        gate: ChangeGate | None,
        required: Mapping[str, int] | None = None,
        *,
        sight: Sight | None = None,
    ) -> None:
        self._sight = sight
        self._required = dict(required or {})
        self._zones = dict(zones)
        self._looker = looker
        self._health = health
        self._gate = gate
        self._staffed: set[str] = set()

    @property
    def windows(self) -> frozenset[str]:
        """The windows that it answers for."""
        return frozenset(self._zones)

    def examine(self, frame: Frame, doubtful: Collection[str]) -> Examined:
        """Evidence for every window of this camera.

        Args:
            frame: The picture.
            doubtful: Windows whose state is not settled; always looked at.
        """
        fault = self._health.check(frame)
        if fault is not None:
            return self._unusable(frame, fault)
        zones = self._sight.placed(self._zones) if self._sight else self._zones
        looks = self._gate.judge(frame.image, zones) if self._gate else {}
        wanted = [
            window
            for window in zones
            if window in doubtful or looks.get(window, Look.LOOKED) is Look.LOOKED
        ]
        try:
            sightings = self._look(frame.image, zones, wanted)
        except DetectorError:
            return self._unusable(frame, Reason.DETECTOR_FAILED)
        if self._gate and wanted:
            self._gate.looked(frame.image, {window: zones[window] for window in wanted})
        return Examined(frame, self._evidence(frame, wanted, sightings), sightings)

    def _look(
        self, image: Image, zones: Mapping[str, Polygon], wanted: Collection[str]
    ) -> dict[str, Sighting]:
        if not wanted:
            return {}
        found = self._looker.look(
            image,
            zones,
            wanted,
            required=self._required,
            order=Order.CHEAPEST,
            staffed=self._staffed,
        )
        for window, sighting in found.items():
            (self._staffed.add if self._has_enough(window, sighting) else self._staffed.discard)(
                window
            )
        return found

    def _has_enough(self, window: str, sighting: Sighting) -> bool:
        return sighting.people >= self._required.get(window, 1)

    def _evidence(
        self, frame: Frame, wanted: Collection[str], sightings: Mapping[str, Sighting]
    ) -> dict[str, Evidence]:
        found = {
            window: Evidence(
                frame.taken_at, Look.LOOKED, sightings[window].people, sightings[window].score
            )
            for window in wanted
        }
        rest = (window for window in self._zones if window not in found)
        found |= {window: Evidence(frame.taken_at, Look.UNCHANGED) for window in rest}
        return found | self._hidden(frame, wanted, sightings)

    def _hidden(
        self, frame: Frame, wanted: Collection[str], sightings: Mapping[str, Sighting]
    ) -> dict[str, Evidence]:
        """Windows that seem empty and may only be hidden: of them nothing can be said."""
        if self._sight is None:
            return {}
        empty = frozenset(one for one in wanted if not self._has_enough(one, sightings[one]))
        hidden = self._sight.hidden(frame, self._zones, empty)
        return {
            window: Evidence(frame.taken_at, Look.UNUSABLE, reason=why)
            for window, why in hidden.items()
        }

    def _unusable(self, frame: Frame, fault: Reason) -> Examined:
        evidence = {
            window: Evidence(frame.taken_at, Look.UNUSABLE, reason=fault) for window in self._zones
        }
        return Examined(frame, evidence, fault=fault)
