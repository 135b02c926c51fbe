"""How hard the rehearsal is for the detector: one-sample recall, measured on its pictures."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable

from vision.look import Looker
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.day import SESSIONS, Day
from vision.sources.rehearsal.scene import Scene, Studio, encode


class Count:
    """Verdicts by kind of pose, and seconds by kind of work."""

    def __init__(self) -> None:
        self.verdicts: Counter[tuple[str, bool]] = Counter()
        self.seconds: dict[str, float] = defaultdict(float)
        self.pictures = 0

    def recall(self) -> float:
        """Share of present clerks found in one sample, 0..1."""
        found = sum(self.verdicts[kind, True] for kind in ("upright", "hidden"))
        missed = sum(self.verdicts[kind, False] for kind in ("upright", "hidden"))
        return found / max(1, found + missed)

    def share(self, right: bool, *kinds: str) -> str:
        """How many of these kinds were called `right`, in words."""
        found = sum(self.verdicts[kind, right] for kind in kinds)
        whole = found + sum(self.verdicts[kind, not right] for kind in kinds)
        return f"{found}/{whole} = {found / max(1, whole):.2%}"

    def ms(self, work: str) -> str:
        """Milliseconds a picture, in words."""
        return f"{1000 * self.seconds[work] / max(1, self.pictures):.1f} ms"


def quiet(_: str) -> None:
    """Tell nobody."""


def measure(
    day: Day,
    studio: Studio,
    looker: Looker,
    until: float,
    *,
    moments: int = 1,
    tell: Callable[[str], None] = quiet,
) -> Count:
    """Look at every camera at a few moments of the day between 08:30 and `until`.

    Args:
        day: Who is where.
        studio: What the scenes are made of.
        looker: The real detector behind the recipe that the watch uses.
        until: Seconds since local midnight.
        moments: How many a camera.
        tell: Told of every wrong verdict that no hard pose explains.
    """
    count = Count()
    for plan in day.city.cameras.values():
        rng = chance(day.city.seed, "moments", plan.id)
        scene = Scene(plan, studio, day)
        zones = {place.seat.window_id: scene.stage.zone(place) for place in scene.stage.places}
        for _ in range(moments):
            second = rng.uniform(SESSIONS[0][0], until)
            began = time.perf_counter()
            image = scene.picture(second)
            drawn = time.perf_counter()
            encode(image)
            coded = time.perf_counter()
            found = looker.look(image, zones)
            count.seconds["look"] += time.perf_counter() - coded
            count.seconds["draw"] += drawn - began
            count.seconds["encode"] += coded - drawn
            count.pictures += 1
            for seat in plan.seats:
                pose = scene.pose(seat.window_id, second)
                kind = "empty" if pose is None else "hidden" if pose.hard else "upright"
                hit = found[seat.window_id].people > 0
                count.verdicts[kind, hit] += 1
                if kind != "hidden" and hit is not (kind == "upright"):
                    tell(f"  {plan.id} {seat.window_id} {second:.0f} {kind} {pose}")
    return count
