"""The town's watch with pixels: cameras' pictures through health, gate and a painted detector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from models.domain.geometry import Box
from models.domain.presence import Reason
from models.domain.records import EvidencePicture, FindingRecord
from models.domain.spans import Reading
from tests.acceptance.checked_town import Watching, watching
from tests.acceptance.town import Town, at
from tests.fakes_detectors import painted, stand
from tests.servers.pictures import empty_room
from vision.camera_desk import CameraDesk
from vision.camera_health import CameraHealth
from vision.detectors.scripted import ScriptedDetector
from vision.frame import Frame, Image
from vision.jpeg import encode
from vision.look import Looker

CLERK = Box(0.42, 0.3, 0.56, 0.8)
SIZE = (320, 180)
ROOMS = 5
"""No two pictures that follow each other have the same noise."""


@cache
def room(number: int) -> Image:
    """The empty hall, with the noise of its number."""
    return empty_room(number, *SIZE)


@cache
def crewed(number: int) -> Image:
    return stand(room(number), CLERK)


@dataclass(frozen=True)
class Shot:
    """One picture of a camera, and how far its clock is from ours."""

    image: Image
    clock_off_s: float = 0.0


Cameras = Mapping[str, Shot | None]
"""What each camera gives at a moment; None for one that is offline."""


@dataclass
class Pixels:
    """What the cameras show, taken into the watch as its process does it."""

    watch: Watching
    desks: dict[str, CameraDesk] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        cameras = {v.camera_id for w in self.watch.room.windows.values() for v in w.views}
        for camera in cameras:
            zones = {
                name: view.polygon
                for name, window in self.watch.room.windows.items()
                if (view := window.view_of(camera)) is not None
            }
            looker = Looker(ScriptedDetector(painted()))
            self.desks[camera] = CameraDesk(zones, looker, CameraHealth(room(0)), None)

    def next(self) -> int:
        self.number = self.number % ROOMS + 1
        return self.number

    def empty(self) -> Shot:
        return Shot(room(self.next()))

    def staffed(self) -> Shot:
        return Shot(crewed(self.next()))

    def take(self, cameras: Cameras) -> None:
        """One picture of each camera, at the watch's moment, and a round after them."""
        watch = self.watch
        for camera, shot in cameras.items():
            if shot is None:
                watch.room.offline(camera, Reason.OFFLINE)
                continue
            said = watch.now + timedelta(seconds=shot.clock_off_s)
            frame = Frame(camera, shot.image, watch.now, said)
            doubtful = watch.room.doubtful(camera)
            examined = self.desks[camera].examine(frame, doubtful)
            watch.room.take(camera, examined, encode(shot.image))
            watch.inspector.room.see(examined)
        watch.round()

    def until(self, clock: str, every_s: int = 20, **cameras: Any) -> None:
        """Let time pass; each camera is named with what gives its pictures, or None."""
        end = at(clock)
        while self.watch.now < end:
            self.watch.now += timedelta(seconds=every_s)
            self.take({name: give() if give else None for name, give in cameras.items()})

    def reading(self, window_id: str) -> Reading:
        return self.watch.room.readings()[window_id]

    def pictures(self, finding: FindingRecord) -> list[EvidencePicture]:
        """The pictures that a finding rests on."""
        with self.watch.record.make_uow(read_only=True) as uow:
            found = [uow.evidence.get(sha) for sha in finding.evidence]
        return [one for one in found if one is not None]


@contextmanager
def pixels(town: Town, clock: str, **settings: object) -> Iterator[Pixels]:
    """The town's watch on pixels, started at a moment."""
    with watching(town, clock, **settings) as watch:
        yield Pixels(watch)
