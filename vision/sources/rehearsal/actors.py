"""Who does what when: clerks' poses, citizens at the counter, people walking by.

Everything is drawn by chance from the seed, once for the whole day, so that the same
moment always shows the same scene. Moments are seconds since local midnight.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from vision.sources.rehearsal.bodies import Look
from vision.sources.rehearsal.chance import chance

Value = TypeVar("Value")
Stretch = tuple[float, float]
"""From, until: seconds since local midnight, the end not included."""

OPENS: Final = 8 * 3600.0
CLOSES: Final = 18 * 3600.0
PUBLIC_FROM: Final = 8 * 3600.0 + 27 * 60
"""Citizens come in from here on."""

HARD_SHARE: Final = 0.22
"""Share of a clerk's changes of pose that end in one the detector hardly finds."""

HARD_S: Final = (60.0, 180.0)
EASY_S: Final = (120.0, 840.0)


@dataclass(frozen=True, slots=True)
class Pose:
    """How a clerk sits.

    Attributes:
        name: For reading.
        tilt: Degrees.
        aside_m: Metres to the right of the window's middle.
        down_m: Metres lower than upright.
        squash: Height against width.
        hard: Mostly hidden: bent down, or behind the monitor.
    """

    name: str
    tilt: float = 0.0
    aside_m: float = 0.0
    down_m: float = 0.0
    squash: float = 1.0
    hard: bool = False


EASY: Final = (
    Pose("upright"),
    Pose("left", tilt=4, aside_m=-0.06),
    Pose("right", tilt=-4, aside_m=0.06),
    Pose("reading", tilt=2, down_m=0.05, squash=0.96),
    Pose("typing", aside_m=0.03, down_m=0.03),
)
HARD: Final = (
    Pose("bent down", tilt=24, aside_m=0.05, down_m=0.43, squash=0.85, hard=True),
    Pose("in the drawer", tilt=-30, aside_m=-0.12, down_m=0.47, squash=0.8, hard=True),
    Pose("under the counter", tilt=16, aside_m=0.16, down_m=0.52, squash=0.9, hard=True),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A citizen at a window.

    Attributes:
        start: From.
        end: Until.
        manner: `sits`, `leans` or `stands`.
        choice: Chance number that picks the body.
        look: How the body is varied.
        aside_m: Metres to the right of the window's middle.
        top_m: Height of the head's top above the counter top as it shows in the picture.
    """

    start: float
    end: float
    manner: str
    choice: int
    look: Look
    aside_m: float
    top_m: float


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody who crosses the hall in front of the counter."""

    start: float
    end: float
    rightwards: bool
    choice: int
    look: Look
    top_m: float
    size: float


class Timeline(Generic[Value]):
    """A value that changes at known moments."""

    def __init__(self, starts: Sequence[float], values: Sequence[Value]) -> None:
        self._starts = list(starts)
        self._values = list(values)

    def at(self, second: float) -> Value:
        """The value at a moment; the first one before the first change."""
        return self._values[max(0, bisect_right(self._starts, second) - 1)]

    def items(self) -> list[tuple[float, Value]]:
        """Each change: when, and to what."""
        return list(zip(self._starts, self._values, strict=True))


def poses(seed: int, window_id: str, calm: Sequence[Stretch]) -> Timeline[Pose]:
    """A clerk's poses over the day.

    Args:
        seed: The rehearsal's seed.
        window_id: The window.
        calm: Stretches in which the clerk is never in a hard pose (around coming and going,
            where a missed sample would lengthen what is staged).
    """
    rng = chance(seed, "poses", window_id)
    second, starts, values = OPENS, [], []
    while second < CLOSES:
        hard = rng.random() < HARD_SHARE
        lasts = rng.uniform(*(HARD_S if hard else EASY_S))
        drawn = rng.choice(HARD), rng.choice(EASY)
        free = all(second + lasts <= start or second >= end for start, end in calm)
        starts.append(second)
        values.append(drawn[0] if hard and free else drawn[1])
        second += lasts
    return Timeline(starts, values)


def visits(seed: int, camera_id: str, window_id: str) -> list[Visit]:
    """Citizens at a window over the day, as one camera sees them."""
    rng = chance(seed, "visits", camera_id, window_id)
    second = PUBLIC_FROM + rng.uniform(0, 400)
    out = []
    while second < CLOSES:
        lasts = rng.uniform(150, 540)
        manner = rng.choices(("sits", "leans", "stands"), (5, 2, 3))[0]
        side = rng.choice((-1, 1))
        aside = side * (rng.uniform(0.22, 0.5) if rng.random() < 0.85 else rng.uniform(0, 0.2))
        top = {"sits": (-0.05, 0.06), "leans": (0.05, 0.13), "stands": (0.24, 0.42)}[manner]
        out.append(
            Visit(
                second,
                second + lasts,
                manner,
                rng.randrange(1000),
                Look.drawn(rng),
                aside,
                rng.uniform(*top),
            )
        )
        second += lasts + rng.uniform(180, 900)
    return out


def passings(seed: int, camera_id: str) -> list[Passing]:
    """People who walk by one camera over the day."""
    rng = chance(seed, "passings", camera_id)
    second = PUBLIC_FROM + rng.uniform(0, 100)
    out = []
    while second < CLOSES:
        lasts = rng.uniform(5, 9)
        out.append(
            Passing(
                second,
                second + lasts,
                rng.random() < 0.5,
                rng.randrange(1000),
                Look.drawn(rng),
                rng.uniform(0.2, 0.42),
                rng.uniform(1.26, 1.38),
            )
        )
        second += lasts + rng.expovariate(1 / 150)
    return out
