"""Staff zones drawn on pages: put over the settings, saved as versions, taken by the watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from api.duty_record import WATCH, put_row
from api.hit_rates import rates_of, with_rates
from api.settings import Settings
from api.settings.domain import presence_profile_of, window_of
from api.settings.sections import ViewSettings, WindowSettings
from models.domain.duty_rows import DutyKind, DutyRow
from models.domain.errors import InputError
from models.domain.hall import View, Window
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.zones import (
    DrawnWindow,
    Wish,
    from_json,
    in_force,
    is_over,
    redrawn,
    to_json,
)
from vision.watch_room import Memory, ViewKey

RESTS_S: Final = 10.0
"""Real seconds without another change before the watch takes zones: who draws saves often."""

Drawn: TypeAlias = Mapping[str, DrawnWindow]


def drawn_of(uow: UnitOfWork) -> dict[str, DrawnWindow]:
    """What was drawn, by window."""
    return {row.key: from_json(row.content) for row in uow.duty.standing(DutyKind.ZONES)}


def zoned(settings: Settings, uow: UnitOfWork) -> Settings:
    """The settings with what was drawn and the hit rates that were accepted put into them."""
    return with_rates(with_zones(settings, drawn_of(uow)), rates_of(uow))


def zoned_now(settings: Settings, make_uow: MakeUnitOfWork) -> Settings:
    """The same, in a transaction of its own.

    Raises:
        StorageError: the database cannot be used.
    """
    with make_uow(read_only=True) as uow:
        return zoned(settings, uow)


def with_zones(settings: Settings, drawn: Drawn) -> Settings:
    """Settings with zones put over the file's; windows that the file does not name are left out."""
    over = {
        window_id: _window(settings, window_id, one)
        for window_id, one in drawn.items()
        if window_id in settings.windows and is_over(_filed(settings, window_id), one)
    }
    if not over:
        return settings
    changed = settings.model_copy(update={"windows": {**settings.windows, **over}})
    changed._base, changed._file = settings._base, settings._file
    return changed


def _filed(settings: Settings, window_id: str) -> tuple[View, ...]:
    return window_of(settings, window_id).views


def _window(settings: Settings, window_id: str, drawn: DrawnWindow) -> WindowSettings:
    held = settings.windows[window_id]
    views = tuple(_view(in_force(view, drawn)) for view in _filed(settings, window_id))
    clues = held.clues and held.clues.model_copy(update={"seats": drawn.seats})
    return held.model_copy(update={"views": views, "required": drawn.required, "clues": clues})


def _view(view: View) -> ViewSettings:
    return ViewSettings(
        camera=view.camera_id,
        polygon=view.polygon.points,
        coverage=view.coverage,
        version=view.version,
    )


def seats_of(settings: Settings, drawn: Drawn, window_id: str) -> int:
    """Seats of a window: as drawn where that stands, else as in the file."""
    one = drawn.get(window_id)
    if one is not None and is_over(_filed(settings, window_id), one):
        return one.seats
    clues = settings.windows[window_id].clues
    return clues.seats if clues else 1


def save_zones(
    uow: UnitOfWork,
    settings: Settings,
    camera_id: str,
    wishes: Iterable[Wish],
    *,
    now: datetime,
    by: str,
) -> list[str]:
    """Save what was drawn on a camera's picture, in the caller's transaction.

    Args:
        settings: As in the file.

    Returns:
        The windows that changed, each by a new version.

    Raises:
        InputError: something cannot be; nothing is to be saved then.
        ForbiddenMove: somebody saved meanwhile.
    """
    drawn = drawn_of(uow)
    force = with_zones(settings, drawn)
    changed: list[str] = []
    for wish in wishes:
        if wish.window_id not in settings.windows:
            raise InputError(
                f"没有窗口“{wish.window_id}”。",
                f"there is no window {wish.window_id!r}.",
                where="window_id",
            )
        window = window_of(force, wish.window_id)
        new = redrawn(window, seats_of(settings, drawn, wish.window_id), camera_id, wish)
        if new is None:
            continue
        _check_judged(with_zones(settings, {wish.window_id: new}), wish.window_id)
        put_row(uow, DutyKind.ZONES, wish.window_id, to_json(new), now=now, by=by)
        changed.append(wish.window_id)
    return changed


def _check_judged(settings: Settings, window_id: str) -> None:
    window_of(settings, window_id)
    presence_profile_of(settings, window_id)


def history_of(uow: UnitOfWork, window_id: str, camera_id: str) -> list[tuple[DutyRow, View]]:
    """What was drawn of one view, newest first, each version once."""
    found: dict[int, tuple[DutyRow, View]] = {}
    for row in uow.duty.history(DutyKind.ZONES, window_id):
        view = None if row.withdrawn else from_json(row.content).view_of(camera_id)
        if view is not None:
            found.setdefault(view.version, (row, view))
    return [found[version] for version in sorted(found, reverse=True)]


def newest(uow: UnitOfWork) -> int:
    """Number of the newest row about zones or hit rates, 0 for none."""
    rows = uow.duty.standing(DutyKind.ZONES, DutyKind.HIT_RATE)
    return max((row.number for row in rows), default=0)


def is_taken(settings: Settings, uow: UnitOfWork) -> bool | None:
    """Whether the watch judges by these settings with the zones that stand now; None where none
    ever started."""
    row = uow.duty.get(DutyKind.SETTINGS, WATCH)
    return None if row is None else row.content["sha256"] == zoned(settings, uow).settings_hash()


@dataclass(slots=True)
class ZoneNews:
    """Notices that zones were drawn while the watch runs.

    Attributes:
        make_uow: The record.
        taken: Newest row that the watch judges by.
    """

    make_uow: MakeUnitOfWork
    taken: int
    _counter: int = -1
    _waiting: int = 0
    _since: float = field(default=0.0)

    def due(self, steady: float) -> bool:
        """Whether zones changed and have rested since.

        Args:
            steady: Real seconds of a steady clock.

        Raises:
            StorageError: the database cannot be used.
        """
        with self.make_uow(read_only=True) as uow:
            counter = uow.duty.counter()
            if counter != self._counter:
                self._counter, found = counter, newest(uow)
                if found != self._waiting:
                    self._waiting, self._since = found, steady
        return self._waiting > self.taken and steady - self._since >= RESTS_S


def kept_memory(memory: Memory, before: Mapping[str, Any], windows: Iterable[Window]) -> Memory:
    """What is taken up of a memory: nothing of a view whose zone is not what it was.

    Args:
        memory: As the record holds it.
        before: `Settings.hashed()` that it was made by; empty where none is known.
        windows: As they are now.
    """
    if not before:
        return memory
    held = before.get("windows", {})
    fresh: set[ViewKey] = {
        (window.id, view.camera_id)
        for window in windows
        for view in window.views
        if window.id in held and _told(window.required, view) not in _views(held[window.id])
    }
    kept = {key: value for key, value in memory.presences.items() if key not in fresh}
    return replace(memory, presences=kept)


def _told(required: int, view: View) -> tuple[Any, ...]:
    points = tuple(tuple(point) for point in view.polygon.points)
    return required, view.camera_id, points, view.coverage.value


def _views(window: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    return [
        (
            window["required"],
            view["camera"],
            tuple(tuple(point) for point in view["polygon"]),
            view["coverage"],
        )
        for view in window["views"]
    ]
