"""The real rules around one camera's windows: watch room, spans, duty desk; told in seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.demo_city import FORCE_AFTER, PERIOD_S, SLOWEST_S
from api.duty_desk import DutyDesk
from api.settings import Settings
from api.settings.domain import presence_profile_of
from api.settings.load import parse_settings
from api.settings.sections import SamplingSettings
from models.domain.duty import Duty
from models.domain.finding import Finding, Level
from models.domain.presence import State
from models.domain.roster import Roster, Shift
from vision.camera_desk import Examined
from vision.sources.rehearsal.actors import Stretch
from vision.sources.rehearsal.crew import moment_of, second_of
from vision.sources.rehearsal.stage import HEIGHT, WIDTH, Stage
from vision.watch_room import WatchRoom

REFERENCE: Final = "reference.jpg"
PROFILES: Final[Mapping[int, Mapping[str, float]]] = {
    60: {"period_s": PERIOD_S, "slowest_period_s": SLOWEST_S, "force_after": FORCE_AFTER},
    30: {"period_s": 30},
    10: {"period_s": 10},
}
"""Sampling by its period: the rehearsal's own of a minute; the others with all defaults."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert or finding that was told at any moment. Seconds since local midnight."""

    kind: str
    level: str
    since: float
    until: float


def settings_of(stage: Stage, every_s: int, folder: Path, sessions: Sequence[str]) -> Settings:
    """One camera as an installation with every default, but for its sampling and hours."""
    camera = stage.plan.id
    document: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "data_dir": ".",
        "sampling": PROFILES[every_s],
        "hours": [{"sessions": list(sessions)}],
        "halls": {"hall": {"name": "演练大厅"}},
        "cameras": {
            camera: {
                "hall": "hall",
                "name": stage.plan.name,
                "source": "http://127.0.0.1/snapshot.jpg",
                "width": WIDTH,
                "height": HEIGHT,
                "reference": REFERENCE,
            }
        },
        "windows": {
            place.seat.window_id: {
                "hall": "hall",
                "name": place.seat.title,
                "unit": place.seat.unit,
                "views": [{"camera": camera, "polygon": [list(p) for p in zone.points]}],
            }
            for place in stage.places
            for zone in [stage.zone(place)]
        },
    }
    return parse_settings(json.dumps(document), folder / "onpost.yaml", {})


class Watching:
    """Everything from evidence to findings, as the watch has it.

    Args:
        settings: The installation.
        session: The shift that everybody is on the roster for.
    """

    def __init__(self, settings: Settings, session: Stretch) -> None:
        start, end = (moment_of(second) for second in session)
        shifts = [Shift(window, start, end, f"p-{window}") for window in settings.windows]
        self.desk = DutyDesk(settings, Duty(Roster(tuple(shifts))))
        profiles = {one: presence_profile_of(settings, one) for one in self.desk.windows}
        self.room = WatchRoom(self.desk.windows.values(), profiles)
        self._told: dict[str, dict[str, Told]] = {window: {} for window in profiles}

    def take(self, examined: Examined, jpeg: bytes = b"") -> None:
        """One picture's evidence."""
        self.room.take(examined.frame.camera_id, examined, jpeg)
        self.room.tick(examined.frame.taken_at)

    def judge(self, second: float) -> None:
        """What is told at a moment; what was told once was told, whatever is told later."""
        now = moment_of(second)
        for window in self.desk.windows.values():
            for one in self.desk.judge(window, self.room.spans(window.id), now):
                if one.level is not Level.NOTE:
                    known = self._told[window.id]
                    known[one.key] = _graver(known.get(one.key), _told(one))

    def told(self, window_id: str) -> list[Told]:
        """Everything that was told of a window, oldest first."""
        return sorted(self._told[window_id].values(), key=lambda one: one.since)

    def absences(self, window_id: str, until: float) -> list[Stretch]:
        """Its ABSENT spans."""
        return [
            (second_of(span.start), second_of(span.end) if span.end else until)
            for span in self.room.spans(window_id)
            if span.state is State.ABSENT
        ]


def _told(finding: Finding) -> Told:
    since, until = second_of(finding.since), second_of(finding.until_at_least)
    return Told(finding.kind.value, finding.level.value, since, until)


def _graver(before: Told | None, now: Told) -> Told:
    """A finding that later is none, or is shorter, was told all the same."""
    if before is None:
        return now
    if before.level == Level.FINDING.value and now.level != before.level:
        return before
    return now if now.until >= before.until else before


def margins(session: Stretch) -> Stretch:
    """From when until when a session is looked at here; the watch itself does ten minutes."""
    return session[0] - 300.0, session[1] + 300.0


def force_after(every_s: int) -> int:
    """A window is looked at every so many samples, changed or not."""
    return int(PROFILES[every_s].get("force_after", SamplingSettings().force_after))
