from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.domain.duty import Duty
from models.domain.errors import StorageError
from models.domain.finding import Finding
from models.domain.geometry import Polygon
from models.domain.hall import View, Window
from models.domain.hours import Session
from models.domain.judgement import judge
from models.domain.presence import Evidence, PresenceProfile
from models.domain.profiles import DutyProfile
from models.domain.records import EvidenceKind, EvidencePicture, FindingRecord
from models.domain.roster import Roster, Shift
from models.domain.spans import Span
from models.storage.anchors import Anchors
from models.storage.unit_of_work import UnitOfWorkFactory, unit_of_work_factory
from tests.builders import NINE, at, empty, seen, unusable
from vision.camera_desk import Examined
from vision.entries import Proof
from vision.frame import Frame
from vision.record_keeper import RecordKeeper, memory_of
from vision.watch_room import Memory, WatchRoom

ZONE = Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)))
WINDOW = Window("w1", "h1", "1号窗口", (View("cam1", ZONE, version=3),), unit_id="u1")
PROFILE = PresenceProfile(spacing_s=10, slowest_period_s=60)
MORNING = Session(NINE - timedelta(minutes=30), NINE + timedelta(hours=3))
ROSTER = Roster((Shift("w1", MORNING.start, MORNING.end, "p1", unit_id="u1"),))


def by_the_rules(window: Window, spans: Sequence[Span], now: datetime) -> list[Finding]:
    sessions = [MORNING] if now.date() == MORNING.start.date() else []
    return judge(window, spans, sessions, Duty(ROSTER), profile=DutyProfile(), now=now)


def photograph(window: Window) -> list[EvidencePicture]:
    name = "ab" * 32
    return [
        EvidencePicture(
            sha256=name,
            path=f"2026/11/23/{name}.jpg",
            bytes=10,
            taken_at=NINE,
            camera_id="cam1",
            window_id=window.id,
            kind=EvidenceKind.AT,
            zone_version=3,
            width=2,
            height=2,
        )
    ]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[UnitOfWorkFactory]:
    factory = unit_of_work_factory(
        f"sqlite:///{tmp_path / 'record.sqlite'}", Anchors(tmp_path / "heads", tmp_path / "key")
    )
    yield factory
    factory.close()


class Watch:
    """A watch of one window, fed by hand."""

    def __init__(self, record: UnitOfWorkFactory, memory: Memory | None = None) -> None:
        self.room = WatchRoom([WINDOW], {"w1": PROFILE}, memory)
        self.keeper = RecordKeeper(
            self.room,
            judge=by_the_rules,
            day_start=lambda _window, now: now.replace(hour=0, minute=0, second=0, microsecond=0),
            duty=Duty(ROSTER),
            photograph=photograph,
            make_uow=record,
            proof=Proof("m" * 64, "yolov8s/onnxruntime", "s" * 64),
        )

    def show(self, *row: Evidence) -> None:
        for evidence in row:
            frame = Frame("cam1", np.zeros((2, 2, 3), np.uint8), evidence.at)
            self.room.take("cam1", Examined(frame, {"w1": evidence}), b"jpeg")

    def empty_from(self, first: int, last: int, every: int = 60) -> None:
        for second in range(first, last + 1, every):
            self.show(empty(second))
            self.keeper.keep(at(second))


def kinds(record: UnitOfWorkFactory) -> list[str]:
    with record(read_only=True) as uow:
        return [entry.kind for entry in uow.register.entries()]


def findings(record: UnitOfWorkFactory) -> list[FindingRecord]:
    with record(read_only=True) as uow:
        return list(uow.findings.list())


def test_fifteen_proven_minutes_are_registered_once_with_pictures_and_proof(
    record: UnitOfWorkFactory,
) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 14 * 60)
    assert kinds(record) == []
    watch.empty_from(60 + 15 * 60, 60 + 20 * 60)
    assert kinds(record) == ["finding_opened"]
    with record(read_only=True) as uow:
        (entry,) = uow.register.entries()
        assert uow.evidence.get("ab" * 32) is not None
    said = entry.payload
    assert (said["kind"], said["window"], said["unit"]) == ("off_post", "w1", "u1")
    assert (said["since"], said["at_least_s"]) == (at(60).isoformat(), 900.0)
    assert (said["model_hash"], said["settings_hash"]) == ("m" * 64, "s" * 64)
    assert (said["zones"], said["roster_version"]) == ({"cam1": 3}, ROSTER.version)
    assert said["evidence"][0]["sha256"] == "ab" * 32
    assert "p1" not in entry.body, "a person's name has no place in the register"


def test_the_end_of_an_absence_is_entered_once_with_both_bounds(record: UnitOfWorkFactory) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 16 * 60)
    watch.show(seen(1080))
    for second in (1080, 1090, 1100):
        watch.keeper.keep(at(second))
    assert kinds(record) == ["finding_opened", "finding_ended"]
    (finding,) = findings(record)
    assert finding.ended
    assert (finding.proven_s, finding.possible_s) == (960.0, 1080.0)
    assert finding.until_at_least == at(60 + 16 * 60)


def test_an_alert_rises_at_five_minutes_and_clears_when_somebody_is_back(
    record: UnitOfWorkFactory,
) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 6 * 60)
    with record(read_only=True) as uow:
        (alert,) = uow.alerts.open()
    assert (alert.window_id, alert.since) == ("w1", at(60))
    watch.show(seen(480))
    watch.keeper.keep(at(480))
    with record(read_only=True) as uow:
        assert not uow.alerts.open()
        assert len(uow.alerts.recent()) == 1
    assert findings(record) == []


def test_a_restart_in_the_middle_registers_nothing_twice(record: UnitOfWorkFactory) -> None:
    first = Watch(record)
    first.show(seen(0))
    first.empty_from(60, 60 + 16 * 60)
    # the process dies here; another starts within two slowest periods
    now = at(60 + 17 * 60)
    second = Watch(record, memory_of(record, MORNING.start, now))
    second.keeper.take_up(MORNING.start)
    second.empty_from(60 + 17 * 60, 60 + 30 * 60)
    assert kinds(record) == ["finding_opened"]
    (finding,) = findings(record)
    assert finding.proven_s == 30 * 60 - 0.0


def test_a_restart_after_a_long_gap_ends_the_finding_at_what_was_proven(
    record: UnitOfWorkFactory,
) -> None:
    first = Watch(record)
    first.show(seen(0))
    first.empty_from(60, 60 + 16 * 60)
    now = at(3600)
    second = Watch(record, memory_of(record, MORNING.start, now))
    second.keeper.take_up(MORNING.start)
    second.keeper.keep(now)
    second.empty_from(3600, 3600 + 10 * 60)
    assert kinds(record) == ["finding_opened", "finding_ended"]
    (finding,) = findings(record)
    assert finding.until_at_least == at(60 + 16 * 60), "the gap is unknown and accuses nobody"


def test_a_blind_camera_never_lets_an_absence_grow(record: UnitOfWorkFactory) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 10 * 60)
    for second in range(720, 3600, 60):
        watch.show(unusable(second))
        watch.keeper.keep(at(second))
    assert findings(record) == []


def test_a_round_that_fails_is_told_again_and_then_stands_once(
    record: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 14 * 60)
    commit = type(record()).commit
    broken = StorageError("磁盘已满。", "the disk is full.")

    def fail(self: object) -> None:
        raise broken

    watch.show(empty(60 + 15 * 60))
    monkeypatch.setattr(type(record()), "commit", fail)
    with pytest.raises(StorageError):
        watch.keeper.keep(at(60 + 15 * 60))
    assert kinds(record) == []
    monkeypatch.setattr(type(record()), "commit", commit)
    watch.keeper.keep(at(60 + 15 * 60))
    watch.keeper.keep(at(60 + 15 * 60 + 5))
    assert kinds(record) == ["finding_opened"]
    with record(read_only=True) as uow:
        states = [span.state.value for span in uow.spans.between("w1", NINE, at(7200))]
    assert states == ["present", "absent"]


def test_the_next_day_leaves_yesterdays_findings_as_they_are(record: UnitOfWorkFactory) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 16 * 60)
    watch.show(seen(1080))
    watch.keeper.keep(at(1080))
    before = kinds(record)
    tomorrow = NINE + timedelta(days=1)
    watch.keeper.keep(tomorrow)
    watch.keeper.keep(tomorrow + timedelta(minutes=1))
    assert kinds(record) == before
    again = Watch(record, memory_of(record, MORNING.start, tomorrow))
    again.keeper.take_up(tomorrow.replace(hour=0))
    again.keeper.keep(tomorrow)
    assert kinds(record) == before


def test_a_finding_waits_for_its_first_picture_after_a_restart(
    record: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(record)
    watch.show(seen(0))
    watch.empty_from(60, 60 + 14 * 60)
    no_pictures: list[EvidencePicture] = []
    monkeypatch.setattr(watch.keeper, "_photograph", lambda _window: no_pictures)
    watch.empty_from(60 + 15 * 60, 60 + 16 * 60)
    assert kinds(record) == []
    monkeypatch.setattr(watch.keeper, "_photograph", photograph)
    watch.empty_from(60 + 17 * 60, 60 + 17 * 60)
    assert kinds(record) == ["finding_opened"]
    (finding,) = findings(record)
    assert finding.started_at == at(60)
