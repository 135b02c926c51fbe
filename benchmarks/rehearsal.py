"""How hard the rehearsal hall is for the real detector: one-sample recall, measured.

    python -m benchmarks.rehearsal [--moments 2] [--seed 2026] [--list]

Every camera is looked at at a few moments, as the demo's day has it and once more with every
clerk gone. Of the people present 90 to 97 % should be found, of the empty windows at least
99.5 % be called empty, and a picture should cost about 12 ms.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from vision.detectors.factory import DetectorChoice, open_detector
from vision.look import Looker
from vision.sources.rehearsal.bodies import cut_out
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.day import STARTS, written
from vision.sources.rehearsal.photographs import fetch
from vision.sources.rehearsal.recall import measure, quiet
from vision.sources.rehearsal.scene import Studio

UNTIL = STARTS + 64 * 60


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--moments", type=int, default=2)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--list", action="store_true", help="name every wrong verdict")
    given = asked.parse_args()
    city = built(given.seed)
    day = written(city, UNTIL)
    gone: Mapping[str, tuple[tuple[float, float], ...]] = dict.fromkeys(city.windows, ())
    cutouts = cut_out(fetch(Path("var/photographs"), progress=print), Path("var/rehearsal"))
    studio = Studio.opened(cutouts, given.seed)
    looker = Looker(open_detector(DetectorChoice(), print))
    tell = print if given.list else quiet
    staffed = measure(day, studio, looker, UNTIL, moments=given.moments, tell=tell)
    empty = measure(
        replace(day, present=gone), studio, looker, UNTIL, moments=given.moments, tell=tell
    )
    print(f"bodies: {len(cutouts)}")
    print(
        f"present: {staffed.share(True, 'upright', 'hidden')} found "
        f"(upright {staffed.share(True, 'upright')}, hidden {staffed.share(True, 'hidden')})"
    )
    print(f"empty:   {empty.share(False, 'empty')} called empty")
    print(
        f"a picture: {staffed.ms('draw')} + JPEG {staffed.ms('encode')}; "
        f"a look: {staffed.ms('look')}"
    )


if __name__ == "__main__":
    main()
