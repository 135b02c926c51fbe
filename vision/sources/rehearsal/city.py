"""The rehearsal city: exactly 82 cameras in 39 halls, 129 windows, and who works there.

Source: domain.md §1.6: main hall 30 cameras, seven branches of three, 31 townships of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from models.domain.hall import Coverage, HallKind
from vision.sources.rehearsal import names
from vision.sources.rehearsal.stage import CameraPlan, Seat, Stage, stage_of

MAIN_CAMERAS: Final = 30
BRANCH_CAMERAS: Final = 3

_MAIN_PATTERN: Final = (2, 2, 2, 3, 1)
_SHARED_AT: Final = (3, 11, 19)
"""Main-hall cameras whose last window is also the first of the next camera."""
_PARTIAL_AT: Final = 7
"""Main-hall camera whose picture also shows part of the next camera's first window."""


@dataclass(frozen=True, slots=True)
class CityHall:
    """A hall of the city."""

    id: str
    name: str
    kind: HallKind


@dataclass(frozen=True, slots=True)
class CityWindow:
    """A window and who works there.

    Attributes:
        clerk: The A post's person.
        cover: The B post's person.
    """

    id: str
    hall_id: str
    name: str
    unit: str
    clerk: str
    cover: str


@dataclass(frozen=True, slots=True)
class City:
    """Halls, windows and cameras, each in a fixed order."""

    seed: int
    halls: tuple[CityHall, ...]
    windows: Mapping[str, CityWindow]
    cameras: Mapping[str, CameraPlan]

    def views(self, window_id: str) -> Iterator[tuple[Stage, Coverage]]:
        """The cameras that see a window, and how much of it."""
        for plan in self.cameras.values():
            for seat in plan.seats:
                if seat.window_id == window_id:
                    coverage = Coverage.PARTIAL if seat.partial else Coverage.FULL
                    yield stage_of(plan, self.seed), coverage

    def cameras_of(self, window_id: str) -> list[str]:
        """Ids of the cameras that see a window."""
        return [
            plan.id
            for plan in self.cameras.values()
            if any(seat.window_id == window_id for seat in plan.seats)
        ]


def built(seed: int = 2026) -> City:
    """The city, always the same for the same seed."""
    halls = list(_halls())
    raw: list[tuple[str, list[list[str]]]] = []
    for hall in halls:
        raw.append((hall.id, list(_windows_by_camera(hall))))
    windows = _staffed(halls, raw, seed)
    cameras = {}
    for hall, (_, by_camera) in zip(halls, raw, strict=True):
        for number, ids in enumerate(by_camera, 1):
            plan = _camera(hall, number, ids, by_camera, windows)
            cameras[plan.id] = plan
    return City(seed, tuple(halls), windows, cameras)


def _halls() -> Iterator[CityHall]:
    yield CityHall("main", f"{names.CITY}政务服务中心", HallKind.MAIN)
    for number, name in enumerate(names.BRANCHES, 1):
        yield CityHall(f"b{number}", f"{names.CITY}{name}", HallKind.BRANCH)
    for number, name in enumerate(names.TOWNSHIPS, 1):
        yield CityHall(f"t{number:02}", f"{name}便民服务中心", HallKind.TOWNSHIP)


def _windows_by_camera(hall: CityHall) -> Iterator[list[str]]:
    """Window ids of each camera of a hall, left to right."""
    if hall.kind is HallKind.TOWNSHIP:
        yield [f"{hall.id}-w1"]
        return
    if hall.kind is HallKind.BRANCH:
        for number in range(BRANCH_CAMERAS):
            yield [f"{hall.id}-w{2 * number + 1}", f"{hall.id}-w{2 * number + 2}"]
        return
    following, last = 1, ""
    for number, count in enumerate(islice(cycle(_MAIN_PATTERN), MAIN_CAMERAS)):
        ids = [last] if number - 1 in _SHARED_AT else []
        while len(ids) < count:
            ids.append(f"{hall.id}-w{following:02}")
            following += 1
        last = ids[-1]
        yield ids


def _staffed(
    halls: list[CityHall], raw: list[tuple[str, list[list[str]]]], seed: int
) -> dict[str, CityWindow]:
    kinds = {hall.id: hall for hall in halls}
    ids = [(hall, one) for hall, cameras in raw for camera in cameras for one in camera]
    ids = list(dict.fromkeys(ids))
    staff = names.people(2 * len(ids), seed)
    windows = {}
    for index, (hall_id, window_id) in enumerate(ids):
        hall = kinds[hall_id]
        number = int(window_id.rpartition("w")[2])
        windows[window_id] = CityWindow(
            window_id,
            hall_id,
            f"{number}号窗口",
            _unit(hall, number),
            staff[2 * index],
            staff[2 * index + 1],
        )
    return windows


def _unit(hall: CityHall, number: int) -> str:
    if hall.kind is HallKind.MAIN:
        return names.CITY + names.UNITS[(number - 1) % len(names.UNITS)]
    if hall.kind is HallKind.BRANCH:
        return hall.name.removesuffix("分中心")
    return hall.name.removesuffix("便民服务中心") + "人民政府"


def _camera(
    hall: CityHall,
    number: int,
    ids: list[str],
    by_camera: list[list[str]],
    windows: Mapping[str, CityWindow],
) -> CameraPlan:
    seats = [Seat(one, windows[one].name, windows[one].unit) for one in ids]
    if hall.kind is HallKind.MAIN and number - 1 == _PARTIAL_AT:
        beyond = windows[by_camera[number][0]]
        seats.append(Seat(beyond.id, beyond.name, beyond.unit, partial=True))
    place = f"{number}号机位" if hall.kind is not HallKind.TOWNSHIP else "全景"
    width = 2 if hall.kind is HallKind.MAIN else 1
    return CameraPlan(f"{hall.id}-c{number:0{width}}", hall.id, place, tuple(seats))
