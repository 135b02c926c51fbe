"""The picture server's process: `python -m api.demo_pictures`, driven through its pipes.

It reads one line of JSON (`Order`), prepares all scenes, writes `ready PORT`, reads a second
line (`{"anchored_at": …, "speed": …}`) and serves until its standard input ends, which also
happens when whoever started it dies. The password is never on a command line or a disk.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, TextIO

import cv2

from api.clock import SimulatedClock
from vision.sources.rehearsal.bodies import cut_out
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.crew import Crew, moment_of
from vision.sources.rehearsal.day import STARTS, written
from vision.sources.rehearsal.logins import Login
from vision.sources.rehearsal.photographs import fetch
from vision.sources.rehearsal.scene import Studio
from vision.sources.rehearsal.server import PictureServer

READY: Final = "ready"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be served.

    Attributes:
        seed: The city's seed.
        until: End of the script, seconds since local midnight.
        user: User of every camera that asks for one.
        password: Its password.
        photographs: Folder of the photographs.
        cache: Folder of the masks.
        references: Folder that gets each camera's picture from its set-up.
    """

    seed: int
    until: float
    user: str
    password: str = field(repr=False)
    photographs: str
    cache: str
    references: str

    def line(self) -> str:
        """As one line for the process."""
        return json.dumps(asdict(self)) + "\n"


def run(given: TextIO, told: TextIO) -> None:
    """Prepare, say so, serve until `given` ends."""
    order = Order(**json.loads(given.readline()))
    cv2.setNumThreads(1)  # the detector needs the cores more
    crew = _crew(order)
    clock = _Later()
    with PictureServer(crew, clock, Login(order.user, order.password)) as server:
        told.write(f"{READY} {server.port}\n")
        told.flush()
        line = given.readline()
        if not line:
            return
        clock.set(**json.loads(line))
        threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()
        while given.readline():
            pass  # nothing more is said; the end of the pipe is the end of the process
        server.shutdown()


def _crew(order: Order) -> Crew:
    city = built(order.seed)
    cutouts = cut_out(fetch(Path(order.photographs)), Path(order.cache))
    crew = Crew(city, written(city, order.until), Studio.opened(cutouts, order.seed))
    folder = Path(order.references)
    folder.mkdir(parents=True, exist_ok=True)
    for plan in crew.plans():
        (folder / f"{plan.id}.jpg").write_bytes(crew.reference(plan.id))
    return crew


class _Later(SimulatedClock):
    """The rehearsal's clock, whose anchor is told when everything is ready."""

    def __init__(self) -> None:
        super().__init__(moment_of(STARTS), 1.0)

    def set(self, anchored_at: float, speed: float) -> None:
        super().__init__(moment_of(STARTS), speed, anchored_at)


if __name__ == "__main__":
    run(sys.stdin, sys.stdout)
