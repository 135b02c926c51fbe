"""Where things stand in a camera's picture: counter, windows, staff zones.

A picture is 1280 × 720. Heights are metres above the counter top at the clerks' distance,
widths are pixels; `Stage.at` turns them into picture coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.domain.geometry import Polygon
from vision.sources.rehearsal.chance import chance

WIDTH: Final = 1280
HEIGHT: Final = 720

ZONE_TOP_M: Final = 0.86
ZONE_HALF_M: Final = 0.62
FLOOR_M: Final = -0.78


@dataclass(frozen=True, slots=True)
class Seat:
    """A window (窗口) as one camera sees it.

    Attributes:
        window_id: The window.
        title: What its sign says, e.g. `3号窗口`.
        unit: The unit's name on the sign's second line.
        partial: Only part of the staff zone is in the picture.
    """

    window_id: str
    title: str
    unit: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """A camera of the rehearsal hall and the windows it sees, left to right."""

    id: str
    hall_id: str
    name: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window is: the clerk's middle, in pixels, and pixels to a metre there."""

    seat: Seat
    x: float
    px_per_m: float


@dataclass(frozen=True, slots=True)
class Stage:
    """The geometry of one camera's picture.

    Attributes:
        plan: The camera.
        counter_y: y of the counter top in the middle of the picture.
        scale: Pixels to a metre in the middle.
        turn: Share by which the scale grows from the middle to the right edge.
        places: The windows, left to right.
    """

    plan: CameraPlan
    counter_y: float
    scale: float
    turn: float
    places: tuple[Place, ...]

    def scale_at(self, x: float) -> float:
        """Pixels to a metre at `x`."""
        return _scale_at(self.scale, self.turn, x)

    def at(self, x: float, metres: float) -> tuple[int, int]:
        """Picture coordinates, pixels, of a height above the counter top at `x`."""
        base = self.counter_y + 0.45 * (self.scale_at(x) - self.scale)
        return round(x), round(base - metres * self.scale_at(x))

    def place_of(self, window_id: str) -> Place:
        """Where a window is. Raises KeyError for a window of another camera."""
        for place in self.places:
            if place.seat.window_id == window_id:
                return place
        raise KeyError(window_id)

    def zone(self, place: Place) -> Polygon:
        """The staff zone (工位区域) of a window, 0..1."""
        half = ZONE_HALF_M * place.px_per_m
        left, right = max(0.0, place.x - half), min(WIDTH - 1.0, place.x + half)
        corners = (
            self.at(left, ZONE_TOP_M),
            self.at(right, ZONE_TOP_M),
            self.at(right, 0.0),
            self.at(left, 0.0),
        )
        return Polygon(tuple((x / WIDTH, max(0, y) / HEIGHT) for x, y in corners))


def stage_of(plan: CameraPlan, seed: int) -> Stage:
    """The geometry of a camera's picture, always the same for the same seed."""
    rng = chance(seed, "stage", plan.id)
    count = max(1, len(plan.seats))
    scale = {1: 300.0, 2: 285.0}.get(count, 255.0) * rng.uniform(0.93, 1.07)
    turn = rng.uniform(-0.10, 0.10)
    places = []
    for number, seat in enumerate(plan.seats):
        x = WIDTH * (number + 0.5) / count + rng.uniform(-24, 24)
        if count == 1:
            x = WIDTH / 2 + rng.uniform(-180, 180)
        if seat.partial:
            x = WIDTH - 20.0
        places.append(Place(seat, x, _scale_at(scale, turn, x)))
    counter_y = HEIGHT - rng.uniform(1.14, 1.26) * scale
    return Stage(plan, counter_y, scale, turn, tuple(places))


def _scale_at(scale: float, turn: float, x: float) -> float:
    return scale * (1 + turn * (x - WIDTH / 2) / (WIDTH / 2))
