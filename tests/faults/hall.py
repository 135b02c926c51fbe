"""The hall of the station of faults: its clock, its camera over HTTP, and who is there in truth.

Three windows: the left one is always staffed, the right one never, the middle one by turns.
A minute lasts two real seconds and a session four minutes, so that there is always another
absence to be registered.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import cv2

from api.clock import SimulatedClock
from tests.servers.pictures import empty_room, serving
from vision.frame import Image

START: Final = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai, a workday."""
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
SPEED: Final = 30.0
SESSION: Final = timedelta(minutes=4)
EVERY: Final = timedelta(minutes=5)
SESSIONS: Final = 60
TURN: Final = timedelta(minutes=3)
"""So long the middle window is staffed, and then as long empty."""
SAMPLE_S: Final = 10.0
NEAR: Final = timedelta(seconds=30)
"""A picture may be so much older than the moment that it was asked for, on a loaded machine."""
LEFT, MIDDLE, RIGHT = "left", "middle", "right"


class HallClock(SimulatedClock):
    """The time in the hall, which can be set."""

    _on = timedelta()

    def set_on(self, seconds: float) -> None:
        self._on += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._on


def staffed(window: str, at: datetime) -> bool:
    """The truth."""
    return window == LEFT or (window == MIDDLE and (at - START) // TURN % 2 == 0)


def _zone(left: float) -> list[list[float]]:
    return [[left, 0.2], [left + 0.25, 0.2], [left + 0.25, 0.85], [left, 0.85]]


PLACES: Final = {LEFT: 0.05, MIDDLE: 0.37, RIGHT: 0.69}


def _picture(number: int, at: datetime) -> Image:
    room = empty_room(number)
    for window, left in PLACES.items():
        if staffed(window, at):
            x, shift = round((left + 0.06) * 640), number % 3
            cv2.rectangle(room, (x + shift, 110), (x + 70 + shift, 280), (20, 20, 230), -1)
    return room


def hall_camera(clock: SimulatedClock) -> AbstractContextManager[str]:
    """The hall's camera over HTTP; its address."""
    return serving(clock.now, _picture)


def settings_of(address: str, data: Path, anchored_at: float) -> dict[str, object]:
    opens = [START.astimezone(SHANGHAI) + n * EVERY for n in range(SESSIONS)]
    sessions = [f"{one:%H:%M}-{one + SESSION:%H:%M}" for one in opens]
    views = {name: [{"camera": "cam", "polygon": _zone(left)}] for name, left in PLACES.items()}
    return {
        "data_dir": str(data),
        "shelf_dir": "shelf",
        "sampling": {"period_s": SAMPLE_S, "slowest_period_s": 60},
        "clock": {
            "kind": "simulated",
            "start": START.isoformat(),
            "speed": SPEED,
            "anchored_at": anchored_at,
        },
        "duty": {"alert": {"minutes": 0.25}, "off_post": {"minutes": 0.5}},
        "watch": {"workers": 1},
        "log": {"format": "json"},
        "halls": {"h1": {"name": "大厅", "hours": [{"sessions": sessions}]}},
        "cameras": {"cam": {"hall": "h1", "name": "一号机", "source": address}},
        "windows": {
            name: {"hall": "h1", "name": name, "unit": "户籍", "views": view}
            for name, view in views.items()
        },
        "roster": {"shifts": "shifts.csv"},
    }


def staffed_within(window: str, start: datetime, end: datetime) -> bool:
    at = start + NEAR
    while at < end - NEAR:
        if staffed(window, at):
            return True
        at += timedelta(seconds=5)
    return False
