"""`onpost watch` as it is, but for the detector: people are red, so that truth is known.

Usage: python -m tests.faults.painted_watch SETTINGS BUSY_S CLOCK_FILE

Some waits are shorter: for a database that another one holds (BUSY_S), and between rounds.
CLOCK_FILE holds the seconds by which somebody has set this machine's clock, for this process
alone; after SIGHUP it is believed at once. SIGUSR1 makes it take all memory that it may have.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

from api import cli
from models.domain.geometry import Box
from vision.detectors.scripted import ScriptedDetector
from vision.frame import Image
from vision.ports import Detection, Size, Thing


def red_people(image: Image, _size: Size) -> Sequence[Detection]:
    """Everybody in red, whatever JPEG made of the edges."""
    blue, green, red = (image[:, :, n].astype(np.int16) for n in range(3))
    mask = ((red > 170) & (green < 90) & (blue < 90)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    height, width = image.shape[:2]
    return [
        Detection(Thing.PERSON, Box(x / width, y / height, (x + w) / width, (y + h) / height), 0.9)
        for x, y, w, h, area in stats[1:].tolist()
        if area > 100
    ]


def _set_by(file: Path) -> None:
    real = time.time

    def told() -> float:
        with suppress(OSError, ValueError):
            return real() + float(file.read_text())
        return real()

    time.time = told


_eaten: list[bytes] = []


def _eat(*_: object) -> None:
    """Take what memory the process may still have."""
    for size in (2**24, 2**20, 2**16, 2**12):
        with suppress(MemoryError):
            while True:
                _eaten.append(bytes(size))


def main() -> None:
    settings, busy_s, clock_file = sys.argv[1:]
    _set_by(Path(clock_file))
    at_once = patch("api.steady_clock.TAKEN_AFTER_S", 0.0)
    signal.signal(signal.SIGHUP, lambda *_: at_once.start())
    signal.signal(signal.SIGUSR1, _eat)
    sys.argv[1:] = ["watch", "--settings", settings]
    with (
        patch("api.wiring_watch.open_detector", lambda *_: ScriptedDetector(red_people)),
        patch("api.watching.ROUND_S", 1.0),
        patch("models.storage.engine.BUSY_S", float(busy_s)),
    ):
        cli.main()


if __name__ == "__main__":
    main()
