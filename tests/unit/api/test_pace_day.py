"""A morning of the rehearsal, gate and detector played by its script: fixed rate and adaptive."""

from __future__ import annotations

import heapq
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from math import exp

import numpy as np
import pytest

from api.demo_city import Rehearsal, write
from api.duty_desk import DutyDesk
from api.duty_record import in_force
from api.settings import Settings, load_settings
from api.settings.domain import presence_profile_of
from api.wiring_pace import pacer_of, paces_of
from models.domain.hall import Window
from models.domain.presence import Evidence, Look, State
from vision.camera_desk import Examined
from vision.frame import Frame
from vision.pacer import Pacer
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.crew import moment_of
from vision.sources.rehearsal.day import STARTS, Day, written
from vision.sources.rehearsal.logins import Login
from vision.watch_room import WatchRoom

UNTIL = STARTS + 64 * 60
USUAL_S = 10.0
STIRS_PER_S = 0.015
"""A window's picture changes in about every seventh sample although its clerk stays."""
MISSES = 0.05
NOTHING = np.zeros((2, 2, 3), np.uint8)
DAY = written(built(2026), UNTIL)


@dataclass
class Morning:
    """One watch over the script, sample by sample, without pictures."""

    settings: Settings
    desk: DutyDesk
    windows: list[Window]
    pacer: Pacer
    day: Day = DAY
    samples: int = 0
    longest: float = 0.0
    opened: dict[str, float] = field(default_factory=dict)

    def watched(self) -> Morning:
        rng = random.Random(5)
        self.room = WatchRoom(
            self.windows,
            {one.id: presence_profile_of(self.settings, one.id) for one in self.windows},
        )
        cameras = sorted({view.camera_id for one in self.windows for view in one.views})
        known: dict[tuple[str, str], tuple[bool, float]] = {}
        due = [(STARTS + USUAL_S * n / len(cameras), camera) for n, camera in enumerate(cameras)]
        heapq.heapify(due)
        while due[0][0] < UNTIL:
            second, camera = heapq.heappop(due)
            self._sample(camera, second, known, rng)
            wait = self.pacer.period_s(camera) or USUAL_S
            self.longest = max(self.longest, wait)
            heapq.heappush(due, (second + wait, camera))
        self.room.tick(moment_of(UNTIL))
        return self

    def _sample(
        self,
        camera: str,
        second: float,
        known: dict[tuple[str, str], tuple[bool, float]],
        rng: random.Random,
    ) -> None:
        at, evidence = moment_of(second), {}
        before = self.room.presences_of(camera)
        must = self.room.doubtful(camera) | self.pacer.overdue(camera, before, at)
        for window in before:
            there = self.day.is_present(window, second)
            then, looked = known.get((camera, window), (not there, second))
            stirred = rng.random() < 1 - exp(-STIRS_PER_S * (second - looked))
            if then != there or stirred or window in must:
                found = there and rng.random() >= MISSES
                evidence[window] = Evidence(at, Look.LOOKED, int(found), 0.8 * found)
                known[camera, window] = (there, second)
            else:
                evidence[window] = Evidence(at, Look.UNCHANGED)
        self.samples += 1
        self.room.take(camera, Examined(Frame(camera, NOTHING, at), evidence), b"")
        looks = {window: one.look for window, one in evidence.items()}
        self.pacer.see(camera, looks, self.room.presences_of(camera))
        for window, reading in self.room.readings_of(camera).items():
            if reading.state is State.ABSENT:
                self.opened.setdefault(window, second)

    def findings(self) -> Counter[tuple[str, str, str]]:
        now = moment_of(UNTIL)
        return Counter(
            (one.window_id, str(one.kind), str(one.level))
            for window in self.windows
            for one in self.desk.judge(window, self.room.spans(window.id), now)
        )

    def gaps(self) -> int:
        settled = moment_of(STARTS) + timedelta(minutes=5)
        return sum(
            span.state is State.UNKNOWN and span.start > settled
            for window in self.windows
            for span in self.room.spans(window.id)
        )


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Morning, Morning]:
    folder = tmp_path_factory.mktemp("city")
    file = write(folder, Rehearsal(DAY, 1.0, 0.0, 9, Login("viewer", "x")))
    content = json.loads(file.read_text("utf-8"))
    content |= {"sampling": {"period_s": USUAL_S}, "watch": {"adaptive": True}, "clock": {}}
    file.write_text(json.dumps(content), encoding="utf-8")
    settings = load_settings(file)
    ruled = in_force(settings, None)
    desk = DutyDesk(settings, ruled.duty, ruled.calendar)
    windows = _telling(desk)
    fixed = Morning(settings, desk, windows, Pacer())
    return fixed.watched(), Morning(settings, desk, windows, pacer_of(settings)).watched()


def _telling(desk: DutyDesk) -> list[Window]:
    """Windows at which something is staged and no camera is out of order, and a few others."""
    faulty = {one.camera_id for one in DAY.staged if one.fault}
    staged = {one.window_id for one in DAY.staged}
    good = [
        one for one in desk.windows.values() if not faulty & {view.camera_id for view in one.views}
    ]
    return [one for one in good if one.id in staged] + [
        one for one in good if one.id not in staged
    ][:4]


def test_the_adaptive_rate_finds_what_the_fixed_rate_finds(
    mornings: tuple[Morning, Morning],
) -> None:
    fixed, adaptive = mornings
    assert len(fixed.findings()) >= 8
    assert adaptive.findings() == fixed.findings()
    assert adaptive.gaps() == fixed.gaps() == 0


def test_it_takes_fewer_samples_and_none_later_than_allowed(
    mornings: tuple[Morning, Morning],
) -> None:
    fixed, adaptive = mornings
    slowest = max(one.slowest_s for one in paces_of(adaptive.settings).values())
    assert adaptive.samples < 0.85 * fixed.samples
    assert fixed.longest == USUAL_S < adaptive.longest <= slowest == 30


def test_absences_open_within_the_bound_of_the_fixed_rate_and_the_saving(
    mornings: tuple[Morning, Morning],
) -> None:
    fixed, adaptive = mornings
    assert set(adaptive.opened) >= set(fixed.opened)
    for window, opened in fixed.opened.items():
        assert adaptive.opened[window] <= opened + 30 + USUAL_S
