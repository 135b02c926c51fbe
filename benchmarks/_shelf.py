"""A watch's place at the frame shelf: lays 82 pictures every ten seconds until it is ended.

python -m benchmarks._shelf SETTINGS
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from api.settings import load_settings
from api.wiring import make_clock, make_shelf
from tests.fakes_web import lay

PERIOD_S = 10.0


def main(file: str) -> None:
    settings = load_settings(Path(file))
    shelf, clock = make_shelf(settings), make_clock(settings)
    cameras = list(settings.cameras)
    due, turn = time.monotonic(), 0
    while True:
        lay(shelf, settings, cameras[turn % len(cameras)], clock.now(), shade=turn // len(cameras))
        turn += 1
        due += PERIOD_S / len(cameras)
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1])
