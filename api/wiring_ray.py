"""The composition root of one shard's process: some halls of an installation, watched on a node.

Every node has the same settings file at the same path; nothing secret travels through the
cluster. The process takes the lease of each hall before it builds the watch that a single
machine has, and whatever it writes is fenced by the epochs of those leases.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import structlog

from api.clock import RealClock
from api.duty_record import WATCH
from api.logs import set_up_logging
from api.settings import Settings, load_settings
from api.steady_clock import steady_clock
from api.watching import AGAIN_S, watch
from api.wiring_record import make_evidence
from api.wiring_watch import Base, Place, WatchParts, detector_choice, parts_around, zone_news
from api.zone_changes import zoned_now
from models.domain.duty_rows import DutyKind
from models.domain.errors import OnPostError, SettingsError, StorageError
from models.domain.lease import hall_lease
from models.domain.ports import UnitOfWork
from models.domain.register import Entry
from models.storage.anchors import Anchors
from models.storage.engine import sqlite_file
from models.storage.record import ANCHORS, KEY, Record
from models.storage.signing import SignedElsewhere
from models.storage.unit_of_work import UnitOfWorkFactory, unit_of_work_factory
from vision.detectors.factory import open_detector
from vision.engine.ray import NoAnswer, Seen, Shown, Word, answer_of
from vision.engine.shards import HallLoad, Shard, shards_of
from vision.frame_shelf import FrameShelf, ShelfMeta
from vision.ports import Detector

log = structlog.get_logger("onpost.watch")

SIGNER: Final = "signer"
"""Name of the actor that signs heads of the register, on the machine with the key."""
SIGNED_WITHIN_S: Final = 10.0


def require_cluster_settings(settings: Settings) -> Path:
    """The settings file, where these settings can be shared by several machines.

    Raises:
        SettingsError: SQLite is the record, or there is no settings file.
    """
    if sqlite_file(settings.database_url) is not None:
        raise SettingsError(
            "集群监看须以 PostgreSQL 为登记数据库:SQLite 文件不能由多台机器共用。"
            "请设置 database: postgresql://用户@主机/库名。",
            "watching on a cluster needs PostgreSQL as the record: an SQLite file cannot be shared "
            "by several machines. Set database: postgresql://user@host/name.",
            where="database",
        )
    if settings.file is None:
        raise SettingsError(
            "集群监看须有设置文件,且各节点在同一路径下有相同的文件;请用 --settings 指定。",
            "watching on a cluster needs a settings file, the same at the same path on every "
            "node; name it with --settings.",
            where="settings",
        )
    return settings.file.resolve()


def tag_of(file: Path) -> str:
    """What tells one settings file from another."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]


def shards_in(settings: Settings) -> list[Shard]:
    """The shards of all halls that have cameras."""
    count = dict.fromkeys(settings.halls, 0)
    for camera in settings.cameras.values():
        count[camera.hall] += 1
    loads = [HallLoad(hall, count[hall], one.place or "") for hall, one in settings.halls.items()]
    return shards_of(loads, settings.watch.shard_cameras)


def part_of(settings: Settings, halls: frozenset[str]) -> Settings:
    """Settings of some halls alone."""
    part = settings.model_copy(
        update={
            "halls": {key: one for key, one in settings.halls.items() if key in halls},
            "cameras": {key: one for key, one in settings.cameras.items() if one.hall in halls},
            "windows": {key: one for key, one in settings.windows.items() if one.hall in halls},
        }
    )
    part._base, part._file = settings._base, settings._file
    return part


class Signer:
    """The actor that signs: the key never leaves its machine."""

    def __init__(self, data: str) -> None:
        self._anchors = Anchors(Path(data) / ANCHORS, Path(data) / KEY)

    def sign(self, first: int, entry: Entry, settled: bool) -> StorageError | None:
        """Sign a head; the error where that failed."""
        try:
            self._anchors.sign(first, entry, settled=settled)
        except StorageError as error:
            return StorageError(error.zh, error.en, where=error.where)
        return None


def sign_there(first: int, entry: Entry, settled: bool) -> None:
    """Have a head signed by the signer.

    Raises:
        StorageError: it does not answer, or could not.
    """
    try:
        refused: StorageError | None = answer_of(
            SIGNER, "sign", first, entry, settled, within_s=SIGNED_WITHIN_S
        )
    except NoAnswer as error:
        raise StorageError(
            "保存签名密钥的机器没有应答,本次未登记任何内容;恢复后自动补登。",
            "the machine with the signing key does not answer; nothing was registered, "
            "it is registered once that is back.",
            where=SIGNER,
        ) from error
    if refused is not None:
        raise refused


@dataclass(frozen=True, slots=True)
class ShardBuild:
    """What makes a shard's watch; sent to its process, holds nothing secret.

    Attributes:
        file: The settings file, on every node.
        tag: What it must be.
        shard: The halls.
        detector: Opens another detector than the settings', for tests.
    """

    file: str
    tag: str
    shard: Shard
    detector: Callable[[], Detector] | None = None

    def __call__(self) -> HallsWatch:
        """The watch, not yet begun."""
        return HallsWatch(self)


class HallsWatch:
    """Watches a shard's halls, and begins again where zones were drawn or something was missing.

    Args:
        build: What it is made from.
    """

    def __init__(self, build: ShardBuild) -> None:
        self._build = build
        self._parts: WatchParts | None = None
        self._detector: Detector | None = None
        self._fault = ""

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set.

        Raises:
            LeaseLost: another process watches these halls now.
        """
        again = True
        while again and not stop.is_set():
            try:
                parts = self._open()
            except OnPostError as error:
                self._fault = str(error)
                log.warning("cannot_watch", shard=self._build.shard.name, error=self._fault)
                stop.wait(AGAIN_S)
                continue
            self._parts, self._fault = parts, ""
            try:
                again = watch(parts, stop)
            finally:
                self._parts = None
                parts.record.close()

    def word(self, seen: Seen) -> Word:
        """How it goes, and what is new on this node's shelf."""
        parts = self._parts
        if parts is None:
            return Word(fault=self._fault)
        values = parts.shelf.process(parts.place.word)
        shown = [
            one
            for camera in parts.settings.cameras
            if (one := shown_of(parts.shelf, camera, seen.get(camera, ("", "")))) is not None
        ]
        return Word(watching=values is not None, values=values or {}, shown=shown)

    def _open(self) -> WatchParts:
        build = self._build
        file, halls = Path(build.file), frozenset(build.shard.halls)
        settings = load_settings(file)
        set_up_logging(settings.log.level, settings.log.format)
        if tag_of(require_cluster_settings(settings)) != build.tag:
            raise SettingsError(
                "本节点的设置文件与启动监看的机器不同;请分发同一份文件。",
                "this node's settings file is not that of the machine that started the watch; "
                "put the same file on every node.",
                where=f"{socket.gethostname()}:{file}",
            )
        if self._detector is None:
            self._detector = (
                build.detector() if build.detector else open_detector(detector_choice(settings))
            )
        make_uow = unit_of_work_factory(
            settings.database_url, SignedElsewhere(sign_there), migrate=False
        )
        try:
            return self._parts_on(make_uow, settings, halls, self._detector)
        except BaseException:
            make_uow.close()
            raise

    def _parts_on(
        self,
        make_uow: UnitOfWorkFactory,
        settings: Settings,
        halls: frozenset[str],
        detector: Detector,
    ) -> WatchParts:
        whole = zoned_now(settings, make_uow)
        part, name = part_of(whole, halls), self._build.shard.name
        held, before = take_halls(make_uow, whole, halls)
        record = Record(
            make_uow.fenced_by(held), make_evidence(settings), SignedElsewhere(sign_there)
        )
        base = Base(
            steady_clock(settings),
            record,
            detector,
            zone_news(record),
            before,
            whole.settings_hash(),
        )
        elsewhere = frozenset(whole.windows.keys() - part.windows.keys())
        place = Place(f"watch-{name}", f"watch@cluster/{name}", elsewhere)
        return parts_around(part, base, place)


def take_halls(
    make_uow: UnitOfWorkFactory, settings: Settings, halls: frozenset[str]
) -> tuple[dict[str, int], dict[str, Any]]:
    """Take the lease of every hall, from whoever has it: he can write nothing from then on.

    Returns:
        The epoch of each lease, and the windows as they were when their memory was kept.

    Raises:
        LeaseLost: another process was quicker.
        StorageError: the database cannot be used.
    """
    now = RealClock().now()
    with make_uow() as uow:
        digest = uow.settings.save(settings.hashed(), now)
        holder = f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(3)}|{digest}"
        held, before = {}, dict[str, Any]()
        for name, hall in sorted((hall_lease(hall), hall) for hall in halls):
            seen = uow.jobs.lease(name)
            before |= _windows_of(uow, hall, seen.holder.rpartition("|")[2] if seen else "")
            held[name] = uow.jobs.take(holder, seen, now, name).epoch
        uow.commit()
    return held, {"windows": before}


def _windows_of(uow: UnitOfWork, hall: str, digest: str) -> Mapping[str, Any]:
    """A hall's windows in kept settings; where it was not watched here before, in those of the
    watch that was one process."""
    row = None if digest else uow.duty.get(DutyKind.SETTINGS, WATCH)
    kept = uow.settings.get(digest or (str(row.content["sha256"]) if row else "")) or {}
    windows: Mapping[str, Any] = kept.get("windows", {})
    return {key: one for key, one in windows.items() if one["hall"] == hall}


def shown_of(shelf: FrameShelf, camera_id: str, seen: tuple[str, str]) -> Shown | None:
    """What a shelf shows of a camera, None where that was seen already."""
    meta = shelf.meta(camera_id)
    if meta is None or meta.noted_at.isoformat() <= seen[0]:
        return None
    if not meta.latest_etag or meta.latest_etag == seen[1]:
        return Shown(meta)
    jpeg, thumbnail = shelf.latest(camera_id), shelf.thumbnail(camera_id)
    if jpeg is None or thumbnail is None:
        return Shown(meta)
    return Shown(replace(meta, latest_etag=jpeg.etag), jpeg.data, thumbnail.data)


def show(shelf: FrameShelf, shown: Shown) -> None:
    """Lay on this machine's shelf what another one's shows, where it is newer.

    Raises:
        StorageError: the shelf cannot be written.
    """
    meta: ShelfMeta = shown.meta
    before = shelf.meta(meta.camera_id)
    if before is not None and before.noted_at >= meta.noted_at:
        return
    if shown.jpeg:
        shelf.put(meta.camera_id, shown.jpeg, shown.thumbnail, meta)
    else:
        shelf.note(meta)
