"""The town's watch with pictures given by hand, minute by minute: monitor and spot checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from api.camera_alerts import in_session
from api.camera_log import CameraLog, camera_log_of
from api.duty_desk import DutyDesk
from api.duty_record import in_force
from api.inspecting import Inspector
from api.settings import Settings
from api.settings.domain import presence_profile_of
from api.wiring_checks import inspector_of
from api.wiring_watch import seen_by_others
from models.domain.inspection import Check, CheckKind, CheckResult, CheckState
from models.domain.presence import Evidence, Look, Reason
from models.domain.records import FindingRecord
from models.storage.record import Record, open_record
from tests.acceptance.town import Town, at
from tests.fakes_detectors import hall
from vision.attention import Attention
from vision.camera_desk import Examined
from vision.entries import Proof
from vision.frame import Frame
from vision.jpeg import encode
from vision.photographer import Photographer
from vision.record_keeper import RecordKeeper, memory_of
from vision.watch_room import WatchRoom

PROOF = Proof("a" * 64, "yolov8s/onnxruntime", "b" * 64)
PICTURE = hall(320, 180)
JPEG = encode(PICTURE)
STEP_S = 10
EMPTY, SEEN = "empty", "seen"
Seen = str | Reason | None
"""EMPTY, SEEN, why the pictures are unusable, or None for a camera that gives none."""


@dataclass
class Watching:
    """One watch, from its start until it is stopped or killed."""

    settings: Settings
    record: Record
    now: datetime
    room: WatchRoom = field(init=False)
    keeper: RecordKeeper = field(init=False)
    inspector: Inspector = field(init=False)
    cameras: CameraLog = field(init=False)
    attention: Attention = field(default_factory=Attention)

    def __post_init__(self) -> None:
        make_uow = self.record.make_uow
        ruled = in_force(self.settings, make_uow, files=False)
        desk = DutyDesk(self.settings, ruled.duty, ruled.calendar)
        profiles = {one: presence_profile_of(self.settings, one) for one in desk.windows}
        since = desk.day_start(self.now)
        self.room = WatchRoom(desk.windows.values(), profiles, memory_of(make_uow, since, self.now))
        self.keeper = RecordKeeper(
            self.room,
            judge=desk.judge,
            day_start=desk.window_day_start,
            duty=desk.duty,
            photograph=Photographer(self.room, self.record.evidence),
            make_uow=make_uow,
            proof=PROOF,
            others=seen_by_others(desk, self.record),
        )
        self.keeper.take_up(since)
        self.inspector = inspector_of(
            self.settings, desk, self.room, self.record, proof=PROOF, attention=self.attention
        )
        self.inspector.take_up(self.now)
        self.cameras = camera_log_of(self.settings, make_uow, in_session(desk))
        self.round()

    def round(self) -> None:
        """One round of the watch, as `api.watching.one_round` does it."""
        self.keeper.keep(self.now)
        self.inspector.round(self.now)
        self.cameras.round(self.room.conditions(), self.now, self.room.hidden())

    def until(self, clock: str, *, sees: Seen = SEEN, every_s: int = STEP_S) -> None:
        """Let time pass: a picture of every window every few seconds, and a round after each."""
        end = at(clock)
        while self.now < end:
            self.now += timedelta(seconds=every_s)
            self.show(sees)
            self.round()

    def show(self, sees: Seen) -> None:
        """One picture of every camera."""
        for camera in sorted({v.camera_id for w in self.room.windows.values() for v in w.views}):
            if sees is None:
                self.room.offline(camera, Reason.OFFLINE)
                continue
            self.room.offline(camera, None)
            evidence = {
                window.id: _evidence(self.now, sees)
                for window in self.room.windows.values()
                if window.view_of(camera)
            }
            fault = sees if isinstance(sees, Reason) else None
            examined = Examined(Frame(camera, PICTURE, self.now), evidence, fault=fault)
            self.room.take(camera, examined, JPEG)
            self.inspector.room.see(examined)

    def check(self, clock: str, number: int = 1, **more: Any) -> Check:
        """A random check that is due and written at a moment."""
        due = at(clock)
        check = Check("random:2026-11-23", "main", number, CheckKind.RANDOM, due, due)
        with self.record.make_uow() as uow:
            kept = uow.checks.put_check(replace(check, **more))
            uow.commit()
        return kept

    def results(self, check: Check) -> dict[str, CheckResult]:
        """What stands of a check, by window."""
        with self.record.make_uow(read_only=True) as uow:
            return {one.window_id: one for one in uow.checks.results(check.id)}

    def state(self, check: Check) -> CheckState:
        with self.record.make_uow(read_only=True) as uow:
            found = uow.checks.get(check.id)
        assert found is not None
        return found.state

    def findings(self) -> list[FindingRecord]:
        with self.record.make_uow(read_only=True) as uow:
            return list(uow.findings.list())

    def kinds(self) -> list[str]:
        """Kinds of the register's entries, in order."""
        with self.record.make_uow(read_only=True) as uow:
            return [entry.kind for entry in uow.register.entries()]


def _evidence(now: datetime, sees: Seen) -> Evidence:
    if isinstance(sees, Reason):
        return Evidence(now, Look.UNUSABLE, reason=sees)
    return Evidence(now, Look.LOOKED, int(sees == SEEN), 0.9 if sees == SEEN else 0.0)


@contextmanager
def watching(town: Town, clock: str, **settings: object) -> Iterator[Watching]:
    """The town's watch, started at a moment; leaving is a kill: nothing more is written."""
    content = json.loads(town.file.read_text("utf-8")) | settings
    chosen = town.settings.model_validate(content)
    record = open_record(town.folder / "data", town.settings.database_url)
    try:
        yield Watching(chosen, record, at(clock))
    finally:
        record.close()
