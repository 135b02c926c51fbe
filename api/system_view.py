"""How every part is at one moment, for the page of those who keep it running."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from api.auth.visitor import Visitor
from api.camera_alerts import KINDS, standing
from api.clock import RealClock
from api.facts import MEASURED
from api.privacy_notice import hints_wanted
from api.schemas.system import (
    AboutOut,
    CameraAlertOut,
    CameraStateOut,
    DiskOut,
    FactOut,
    ProcessOut,
    SystemOut,
    ThresholdOut,
)
from api.settings.sections import DutySettings
from api.sight import CameraSight
from api.wiring import WebParts
from api.wording_faults import MENDS
from api.zone_changes import is_taken
from models.domain.camera_alerts import Alert
from models.domain.errors import StorageError
from models.domain.records import CameraEvent
from vision.frame_shelf import SHOWN_S
from vision.weights import DEFAULT_FOLDER, KNOWN

GOOD = frozenset({"live", "resting"})


def own_version() -> str:
    """Of the installed package."""
    try:
        return version("onpost")
    except PackageNotFoundError:
        return ""


def system_of(parts: WebParts, visitor: Visitor) -> SystemOut:
    """Everything at this moment; cameras of the caller's halls only."""
    sight, settings = parts.board.sight, parts.settings
    cameras = [one for one in sight.cameras if visitor.sees_camera(one.hall_id)]
    events, alerts, entries, fault, judged = _recorded(parts)
    seen = {one.id: one for one in cameras}
    word = parts.shelf.process("watch") or {}
    weights = settings.detector.weights
    file = (
        settings.path(weights)
        if weights
        else DEFAULT_FOLDER / KNOWN[settings.detector.size].file_name
    )
    return SystemOut(
        at=parts.teller.local(parts.clock.now()),
        version=own_version(),
        processes=_processes(parts, word),
        cameras=len(cameras),
        camera_links=dict(Counter(one.link for one in cameras)),
        troubled=[
            _camera(parts, one, events.get(one.id))
            for one in cameras
            if one.link not in GOOD or (one.reason is not None and one.link == "live")
        ],
        alerts=[
            _told(parts, seen[one.fault.camera_id], one)
            for one in alerts
            if one.fault.camera_id in seen
        ],
        samples_due=word.get("samples_due"),
        samples_missed=word.get("samples_missed"),
        detector=f"{settings.detector.kind}/{weights or 'yolov8' + settings.detector.size}",
        weights_present=file.is_file(),
        disks=_disks(parts),
        database=settings.database_url.partition(":")[0].partition("+")[0],
        database_fault=fault,
        register_entries=entries,
        signed_at=_signed_at(parts),
        settings_hash=settings.settings_hash(),
        settings_in_watch=judged,
    )


def _recorded(
    parts: WebParts,
) -> tuple[dict[str, CameraEvent], list[Alert], int, str, bool | None]:
    try:
        with parts.make_uow(read_only=True) as uow:
            taken = is_taken(parts.settings, uow)
            alerts = standing(uow.outbox.of_kinds(KINDS))
            return uow.cameras.current(), alerts, uow.register.head().seq, "", taken
    except StorageError as error:
        return {}, [], 0, f"{error.zh} / {error.en}", None


def _processes(parts: WebParts, word: dict[str, object]) -> list[ProcessOut]:
    sight = parts.board.sight
    told = float(str(word.get("real", 0.0)))
    age = max(0.0, RealClock().now().timestamp() - told) if told else None
    board = time.monotonic() - parts.board.refreshed
    rows = (
        ("watch", sight.watching, age, "监测:读取摄像头并登记", "reads cameras, registers"),
        (
            "schedule",
            sight.scheduling,
            sight.schedule_age_s,
            "调度:抽查、通报、通知按时进行",
            "checks, circulars and notices in time",
        ),
        ("serve", True, board, "网页与接口", "pages and API"),
    )
    return [
        ProcessOut(
            name=name,
            alive=alive,
            age_s=None if seconds is None else round(seconds, 1),
            zh=zh,
            en=en,
        )
        for name, alive, seconds, zh, en in rows
    ]


def _camera(parts: WebParts, sight: CameraSight, event: CameraEvent | None) -> CameraStateOut:
    zone = parts.teller.zone(sight.hall_id)
    return CameraStateOut(
        camera_id=sight.id,
        camera=sight.name,
        hall_id=sight.hall_id,
        hall=parts.teller.hall_name(sight.hall_id),
        link=sight.link,
        reason=sight.reason.value if sight.reason else "",
        since=event.at.astimezone(zone) if event else None,
        frame_age_s=sight.frame_age_s,
    )


def _told(parts: WebParts, sight: CameraSight, alert: Alert) -> CameraAlertOut:
    fault = alert.fault
    window = parts.settings.windows.get(fault.window_id)
    mend_zh, mend_en = MENDS.get(fault.reason.value, ("", ""))
    return CameraAlertOut(
        camera_id=sight.id,
        camera=sight.name,
        hall_id=sight.hall_id,
        hall=parts.teller.hall_name(sight.hall_id),
        window=window.name if window else fault.window_id,
        reason=fault.reason.value,
        since=alert.since.astimezone(parts.teller.zone(sight.hall_id)),
        mend_zh=mend_zh,
        mend_en=mend_en,
    )


def _disks(parts: WebParts) -> list[DiskOut]:
    settings = parts.settings
    places = {"data": settings.data_path, "evidence": settings.evidence_path}
    found = []
    for what, path in places.items():
        usage = shutil.disk_usage(_existing(path))
        found.append(DiskOut(what=what, path=str(path), free=usage.free, total=usage.total))
    return found


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _signed_at(parts: WebParts) -> datetime | None:
    folder = parts.settings.data_path / "anchors"
    files = [one.stat().st_mtime for one in folder.glob("*")] if folder.is_dir() else []
    return parts.teller.local(datetime.fromtimestamp(max(files), UTC)) if files else None


def about_of(parts: WebParts) -> AboutOut:
    """What anybody signed in may know of how they are watched."""
    settings = parts.settings
    own = sum(settings.duty_of(window_id) != settings.duty for window_id in settings.windows)
    limits = [
        ThresholdOut(
            name=name,
            operator=getattr(settings.duty, name).operator,
            minutes=getattr(settings.duty, name).minutes,
        )
        for name in DutySettings.model_fields
    ]
    return AboutOut(
        version=own_version(),
        thresholds=limits,
        windows_with_own_thresholds=own,
        sampling_s=settings.sampling.period_s,
        retention=settings.retention.model_dump(),
        shown_min=SHOWN_S / 60,
        hints=hints_wanted(settings),
        facts=[FactOut(value=one.value, zh=one.zh, en=one.en) for one in MEASURED],
    )
