"""Stills for what a person registers: from a file, the wall, or a recorder; masked and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from api.duty_doors import contents_of
from api.settings import Settings
from api.settings.domain import window_of
from api.wiring import make_shelf
from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.ports import EvidenceStore
from models.domain.records import EvidencePicture
from vision.sources.address import parse_address
from vision.sources.pictures import decode_jpeg
from vision.sources.playback import playback_address, stills
from vision.still import keep_still


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where stills are to come from; several ways together are fine.

    Attributes:
        picture: A JPEG file.
        live: The camera's newest picture.
        recorder: The camera's recorder.
    """

    picture: Path | None = None
    live: bool = False
    recorder: bool = False


def stills_of(
    settings: Settings,
    store: EvidenceStore,
    wanted: Wanted,
    *,
    window_id: str,
    camera_id: str = "",
    at: datetime,
) -> list[EvidencePicture]:
    """The stills that are wanted, of a window at a moment.

    Raises:
        InputError: the window has no such camera, or what is wanted is not there.
        SourceError: a picture is broken, or there is no recording of that time.
    """
    shots: list[EvidencePicture] = []
    place = {"window_id": window_id, "camera_id": camera_id}
    if wanted.recorder:
        shots += recorded_stills(settings, store, **place, at=at)[1]
    if wanted.live:
        shots.append(live_still(settings, store, **place)[1])
    if wanted.picture is not None:
        shots.append(still_of(settings, store, wanted.picture, **place, taken_at=at)[1])
    return shots


def still_of(
    settings: Settings,
    store: EvidenceStore,
    file: Path,
    *,
    window_id: str,
    camera_id: str = "",
    taken_at: datetime,
) -> tuple[Window, EvidencePicture]:
    """A picture file kept as evidence of a window, masked outside its staff zone.

    Raises:
        InputError: the window has no such camera, or the file cannot be read.
        SourceError: it is no whole JPEG.
    """
    ((name, data),) = contents_of([file])
    return still_in(
        settings, store, data, name, window_id=window_id, camera_id=camera_id, taken_at=taken_at
    )


def still_in(
    settings: Settings,
    store: EvidenceStore,
    data: bytes,
    name: str,
    *,
    window_id: str,
    camera_id: str = "",
    taken_at: datetime,
) -> tuple[Window, EvidencePicture]:
    """The same of a picture in memory, which touches no disk before it is masked.

    Raises:
        InputError: the window has no such camera.
        SourceError: it is no whole JPEG; `name` says of what.
    """
    window, camera = _seen_by(settings, window_id, camera_id)
    image = decode_jpeg(data, name)
    return window, keep_still(store, image, window, camera, taken_at)


def live_still(
    settings: Settings, store: EvidenceStore, *, window_id: str, camera_id: str = ""
) -> tuple[Window, EvidencePicture]:
    """The camera's newest picture, as the wall shows it, kept as evidence of a window.

    Raises:
        InputError: the window has no such camera, or no picture of it came yet.
        SourceError: the picture is broken.
    """
    window, camera = _seen_by(settings, window_id, camera_id)
    shelf = make_shelf(settings)
    shown, meta = shelf.latest(camera), shelf.meta(camera)
    if shown is None or meta is None or meta.taken_at is None:
        raise InputError(
            f"摄像头 {camera} 还没有画面;请确认 onpost watch 正在运行。",
            f"there is no picture of camera {camera} yet; is `onpost watch` running?",
            where="--live",
        )
    image = decode_jpeg(shown.data, camera)
    return window, keep_still(store, image, window, camera, meta.taken_at)


def recorded_stills(
    settings: Settings,
    store: EvidenceStore,
    *,
    window_id: str,
    camera_id: str = "",
    at: datetime,
) -> tuple[Window, list[EvidencePicture]]:
    """Three stills around a moment, two seconds apart, out of the camera's recorder (回放).

    Raises:
        InputError: the window has no such camera, or its recorder cannot be asked.
        SourceError: there is no recording of that time.
    """
    window, camera = _seen_by(settings, window_id, camera_id)
    live = parse_address(settings.source_of(camera), where=f"cameras.{camera}.source")
    zone = ZoneInfo(settings.time_zone_of(window.hall_id))
    start, end = at - timedelta(seconds=2), at + timedelta(seconds=3)
    address = playback_address(live, start, end, zone)
    shots = [
        keep_still(store, still.image, window, camera, still.taken_at)
        for still in stills(address, start, end, every_s=2.0)
    ]
    return window, shots


def _seen_by(settings: Settings, window_id: str, camera_id: str) -> tuple[Window, str]:
    window = window_of(settings, window_id)
    camera = camera_id or window.views[0].camera_id
    if window.view_of(camera) is None:
        raise InputError(
            f"摄像头“{camera}”看不到窗口 {window_id}。",
            f"camera {camera!r} does not see window {window_id}.",
            where="--camera",
        )
    return window, camera
