"""The composition root: from settings to the parts that processes share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from api.auth.audit_groups import AuditDesk
from api.board import Board, OpenNow
from api.clock import RealClock, SimulatedClock
from api.events import Broadcaster
from api.hours import open_now
from api.queries import Teller
from api.settings import Settings
from api.settings.sections import ClockKind
from api.wall import Wall
from models.domain.errors import SettingsError
from models.domain.ports import Clock, EvidenceStore, MakeUnitOfWork
from models.storage.evidence_store import FileEvidenceStore
from models.storage.record import Record, open_record
from vision.frame_shelf import FrameShelf


def make_clock(settings: Settings) -> Clock:
    """The clock that the settings choose.

    Raises:
        SettingsError: a simulated clock without a start.
    """
    chosen = settings.clock
    if chosen.kind is ClockKind.REAL:
        return RealClock()
    if chosen.start is None:
        raise SettingsError(
            "模拟时钟须给出 start(开始时间)。",
            "a simulated clock needs `start`.",
            where="clock.start",
        )
    start = chosen.start
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(settings.time_zone))
    return SimulatedClock(start, chosen.speed, chosen.anchored_at)


def make_shelf(settings: Settings) -> FrameShelf:
    """The frame shelf in the folder that the settings choose."""
    return FrameShelf(settings.shelf_path)


def make_record(settings: Settings) -> Record:
    """The record: database, evidence, signed heads. Close it at the end.

    Raises:
        StorageError: the database or a folder cannot be used.
    """
    url = "" if settings.database is None else settings.database_url
    record = open_record(settings.data_path, url)
    return replace(record, evidence=FileEvidenceStore(settings.evidence_path))


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the web is made of; routes get it through `api.deps`."""

    settings: Settings
    clock: Clock
    shelf: FrameShelf
    make_uow: MakeUnitOfWork
    evidence: EvidenceStore
    teller: Teller
    board: Board
    broadcaster: Broadcaster
    wall: Wall
    audit: AuditDesk


def web_parts(
    settings: Settings,
    clock: Clock,
    shelf: FrameShelf,
    make_uow: MakeUnitOfWork,
    evidence: EvidenceStore,
    *,
    is_open: OpenNow | None = None,
) -> WebParts:
    """The web's parts around a record that is open already."""
    board = Board(settings, clock, shelf, make_uow, is_open or open_now(settings, make_uow))
    teller = Teller(settings)
    return WebParts(
        settings,
        clock,
        shelf,
        make_uow,
        evidence,
        teller,
        board,
        Broadcaster(),
        Wall(settings, teller),
        AuditDesk(make_uow, clock),
    )


@contextmanager
def opened_web(settings: Settings) -> Iterator[WebParts]:
    """The web's parts with the record opened, and closed at the end.

    Raises:
        StorageError: the database or a folder cannot be used.
    """
    record = make_record(settings)
    try:
        yield web_parts(
            settings,
            make_clock(settings),
            make_shelf(settings),
            record.make_uow,
            record.evidence,
        )
    finally:
        record.close()
