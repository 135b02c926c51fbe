"""The composition root of the process that watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from api.camera_alerts import in_session
from api.camera_log import CameraLog, camera_log_of
from api.clock import RealClock
from api.duty_desk import DutyDesk
from api.duty_record import WATCH, Mark, in_force, mark_of, take_files
from api.inspecting import Inspector
from api.metrics import WATCH as WORD
from api.metrics import WatchMeter
from api.settings import Settings
from api.settings.domain import hint_rules_of, presence_profile_of
from api.steady_clock import steady_clock
from api.wiring import make_record, make_shelf
from api.wiring_cameras import CameraWiring
from api.wiring_checks import inspector_of
from api.wiring_pace import pacer_of
from api.zone_changes import ZoneNews, kept_memory, newest, zoned_now
from models.domain.clue_rows import EARLY_S, clues_of
from models.domain.clues import Clue
from models.domain.duty_rows import DutyKind
from models.domain.ports import Clock
from models.storage.record import Record
from vision.attention import Attention
from vision.camera_desk import Examined
from vision.clue_desk import ClueDesk
from vision.detectors.device import device_named
from vision.detectors.factory import (
    DetectorChoice,
    EngineChoice,
    Kind,
    Precision,
    open_detector,
)
from vision.engine.local import LocalEngine
from vision.entries import Proof
from vision.frame_shelf import FrameShelf
from vision.look import Looker
from vision.packing import Inputs
from vision.photographer import Photographer
from vision.ports import Detector
from vision.record_keeper import RecordKeeper, memory_of
from vision.shelf_clerk import ShelfClerk
from vision.watch_room import Memory, WatchRoom
from vision.weights import DEFAULT_FOLDER, KNOWN

log = structlog.get_logger("onpost.watch")


@dataclass(frozen=True, slots=True)
class Place:
    """What part of an installation a watch is: all of it, or some halls on a cluster.

    Attributes:
        word: Name under which it leaves word on the shelf.
        me: Name under which it claims checks, empty for the installation's.
        elsewhere: Windows that other watches keep.
    """

    word: str = WORD
    me: str = ""
    elsewhere: frozenset[str] = frozenset()


@dataclass(slots=True)
class DutyNews:
    """Notices what was imported, registered or corrected while the watch runs."""

    settings: Settings
    record: Record
    desk: DutyDesk
    keeper: RecordKeeper
    mark: Mark

    def take(self) -> bool:
        """Judge by what is new, where anything is; the next round registers what it changes.

        Raises:
            StorageError: the database cannot be used; the old duty holds on.
        """
        with self.record.make_uow(read_only=True) as uow:
            mark = mark_of(uow)
        if mark == self.mark:
            return False
        ruled = in_force(self.settings, self.record.make_uow, files=False)
        self.desk.renew(ruled.duty, ruled.calendar)
        self.keeper.ruled_by(ruled.duty)
        self.mark = ruled.mark
        return True


@dataclass(frozen=True, slots=True)
class WatchParts:
    """What the watching process is made of."""

    settings: Settings
    clock: Clock
    record: Record
    shelf: FrameShelf
    meter: WatchMeter
    detector: Detector
    desk: DutyDesk
    room: WatchRoom
    clerk: ShelfClerk
    keeper: RecordKeeper
    engine: LocalEngine
    news: DutyNews
    clues: ClueDesk
    proof: Proof
    inspector: Inspector
    cameras: CameraLog
    zones: ZoneNews
    place: Place = field(default_factory=Place)

    def close(self) -> None:
        """Release the detector and the record; the engine must have been stopped."""
        self.detector.close()
        self.record.close()


def detector_choice(settings: Settings) -> DetectorChoice:
    """What the settings say about the detector, for its factory."""
    chosen = settings.detector
    own = chosen.weights
    return DetectorChoice(
        kind=Kind(chosen.kind),
        engine=EngineChoice(chosen.engine),
        weights=settings.path(own) if own else DEFAULT_FOLDER / KNOWN[chosen.size].file_name,
        own_weights=own is not None,
        threads=chosen.threads,
        precision=Precision(chosen.precision),
        device=device_named(chosen.device),
    )


def watch_parts(settings: Settings, detector: Detector | None = None) -> WatchParts:
    """Open everything the watch needs.

    Args:
        settings: As in the file; zones that were drawn are put over it.
        detector: One that is open already.

    Raises:
        OnPostError: whatever is missing or wrong; nothing was registered.
    """
    clock = steady_clock(settings)
    in_force(settings, None)  # a wrong roster file is told before anything is opened
    detector = detector or open_detector(
        detector_choice(settings), lambda line: log.info("engine", what=line)
    )
    record = make_record(settings)
    now = clock.now()
    take_files(settings, record.make_uow, now)
    zones = zone_news(record)
    settings = zoned_now(settings, record.make_uow)
    before = note_start(settings, record, now)
    base = Base(clock, record, detector, zones, before, settings.settings_hash())
    return parts_around(settings, base, Place())


@dataclass(frozen=True, slots=True)
class Base:
    """What a watch is built on.

    Attributes:
        before: Hashed settings that the kept memory was made by; empty where none is known.
        settings_hash: Of the whole installation's settings, which entries name.
    """

    clock: Clock
    record: Record
    detector: Detector
    zones: ZoneNews
    before: Mapping[str, Any]
    settings_hash: str


def parts_around(settings: Settings, base: Base, place: Place) -> WatchParts:
    """The parts that watch the cameras of settings.

    Args:
        settings: With the drawn zones; the halls that are watched here, no others.
        base: What is open already.
        place: Which part of the installation this is.

    Raises:
        OnPostError: whatever is missing or wrong; nothing was registered.
    """
    clock, record, detector = base.clock, base.record, base.detector
    now = clock.now()
    ruled = in_force(settings, record.make_uow, files=False)
    desk = DutyDesk(settings, ruled.duty, ruled.calendar)
    since = desk.day_start(now)
    memory = kept_memory(memory_of(record.make_uow, since, now), base.before, desk.windows.values())
    room = _room(settings, desk, memory)
    shelf = make_shelf(settings)
    clerk = ShelfClerk(shelf, room)
    meter = WatchMeter()
    clues = ClueDesk(hint_rules_of(settings))
    proof = Proof(detector.model_hash, detector.name, base.settings_hash)
    keeper = _keeper(room, desk, record, proof, place.elsewhere)
    keeper.take_up(since)
    packing = Inputs() if settings.watch.packing else None
    looker = Looker(detector, min_score=settings.detector.min_score, packing=packing)
    attention = Attention()
    inspector = inspector_of(
        settings,
        desk,
        room,
        record,
        proof=proof,
        attention=attention,
        speed=clock.speed,
        me=place.me,
    )
    cameras = CameraWiring(settings, desk, looker, clock, attention, pacer_of(settings))
    engine = _engine(cameras, room, clerk, meter, _witness(clues, inspector))
    return WatchParts(
        settings,
        clock,
        record,
        shelf,
        meter,
        detector,
        desk,
        room,
        clerk,
        keeper,
        engine,
        DutyNews(settings, record, desk, keeper, ruled.mark),
        clues,
        proof,
        inspector,
        camera_log_of(settings, record.make_uow, in_session(desk)),
        base.zones,
        place,
    )


def _room(settings: Settings, desk: DutyDesk, memory: Memory) -> WatchRoom:
    profiles = {one: presence_profile_of(settings, one) for one in desk.windows}
    return WatchRoom(desk.windows.values(), profiles, memory)


def _witness(clues: ClueDesk, inspector: Inspector) -> Callable[[Examined, bytes], None]:
    """Shows every examined picture to whoever watches for hints, and to the checks."""

    def witness(examined: Examined, jpeg: bytes) -> None:
        clues.see(examined, jpeg)
        inspector.room.see(examined)

    return witness


def _engine(
    cameras: CameraWiring,
    room: WatchRoom,
    shelf: ShelfClerk,
    meter: WatchMeter,
    witness: Callable[[Examined, bytes], None],
) -> LocalEngine:
    return LocalEngine(
        cameras.posts(),
        room,
        shelf=shelf,
        meter=meter,
        clock=cameras.clock,
        stopwatch=time.monotonic,
        watched=cameras.watched(),
        workers=cameras.settings.watch.workers,
        witness=witness,
        attention=cameras.attention,
        pacer=cameras.pacer,
    )


def _keeper(
    room: WatchRoom, desk: DutyDesk, record: Record, proof: Proof, elsewhere: frozenset[str]
) -> RecordKeeper:
    return RecordKeeper(
        room,
        judge=desk.judge,
        day_start=desk.window_day_start,
        duty=desk.duty,
        photograph=Photographer(room, record.evidence),
        make_uow=record.make_uow,
        proof=proof,
        others=seen_by_others(desk, record),
        elsewhere=elsewhere,
    )


def seen_by_others(desk: DutyDesk, record: Record) -> Callable[[datetime], list[Clue]]:
    """What spot checks and webhooks saw empty on the day that is judged at a moment."""

    def seen(now: datetime) -> list[Clue]:
        with record.make_uow(read_only=True) as uow:
            rows = uow.clues.empty(desk.day_start(now), now + timedelta(seconds=EARLY_S))
        return clues_of(rows)

    return seen


def zone_news(record: Record) -> ZoneNews:
    """Notices zones that are drawn from now on."""
    with record.make_uow(read_only=True) as uow:
        return ZoneNews(record.make_uow, newest(uow))


def note_start(settings: Settings, record: Record, now: datetime) -> Mapping[str, Any]:
    """Keep the settings, so that what an entry names can be looked up; tidy the store.

    Returns:
        The settings that the watch before this one judged by; empty where there was none.
    """
    for fault in record.faults:
        log.error("record_fault", what=str(fault))
    with record.make_uow() as uow:
        row = uow.duty.get(DutyKind.SETTINGS, WATCH)
        before = uow.settings.get(str(row.content["sha256"])) if row else None
        digest = uow.settings.save(settings.hashed(), now)
        uow.duty.put(DutyKind.SETTINGS, WATCH, {"sha256": digest}, at=now, by=WATCH)
        uow.commit()
    swept = record.sweep(RealClock().now() - timedelta(days=1))
    if swept:
        log.info("orphans_swept", pictures=swept)
    return before or {}
