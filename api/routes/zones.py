"""Staff zones (工位区域): drawn on a camera's newest picture, tried, saved as versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import page_of
from api.schemas.fields import Paged
from api.schemas.zone import (
    BoxOut,
    CameraZonesOut,
    CameraZonesPage,
    TriedOut,
    TriedWindow,
    VersionOut,
    VersionsOut,
    ZoneIn,
    ZoneOut,
    ZonesIn,
    ZonesOut,
)
from api.settings import Settings
from api.settings.domain import window_of
from api.wiring import WebParts
from api.zone_changes import (
    Drawn,
    drawn_of,
    history_of,
    is_taken,
    save_zones,
    seats_of,
    with_zones,
)
from api.zone_trial import ZoneTrial, zone_trial_of
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.duty_rows import DutyKind
from models.domain.errors import GeometryError
from models.domain.geometry import Polygon
from models.domain.hall import Coverage
from models.domain.ports import UnitOfWork
from models.domain.zones import Wish, from_json
from vision.sources.pictures import decode_jpeg

router = APIRouter(tags=["zones"])
DRAW = needs(Permission.SET_UP_CAMERAS)
LOOK = needs(Permission.SET_UP_CAMERAS, audit=Audit.EACH)
SAVE = needs(Permission.CHANGE_SETTINGS, audit=Audit.CHANGE)


@router.get("/zones", dependencies=[DRAW], summary="Cameras with their zones")
def list_zones(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]
) -> CameraZonesPage:
    """Every camera of the caller's halls with how many zones are on its picture."""
    cameras = {
        camera_id: f"{number:06}"
        for number, (camera_id, camera) in enumerate(parts.settings.cameras.items())
        if visitor.sees_camera(camera.hall)
    }
    page, following = page_of(cameras, lambda one: (cameras[one],), wanted.after, wanted.limit)
    with parts.make_uow(read_only=True) as uow:
        drawn = drawn_of(uow)
    force = with_zones(parts.settings, drawn)
    return CameraZonesPage(
        items=[_row(parts, force, one) for one in page],
        total=len(cameras),
        next_after=following,
        limit=wanted.limit,
    )


@router.get("/cameras/{camera_id}/zones", dependencies=[DRAW], summary="A camera's zones")
def camera_zones(camera_id: str, parts: PartsDep, visitor: VisitorDep) -> ZonesOut:
    """The zones in force on a camera's picture."""
    _known(parts, visitor, camera_id)
    with parts.make_uow(read_only=True) as uow:
        return _told(parts, uow, camera_id)


@router.put("/cameras/{camera_id}/zones", dependencies=[SAVE], summary="Save zones")
def save(camera_id: str, parts: PartsDep, visitor: VisitorDep, wanted: ZonesIn) -> ZonesOut:
    """Saves what was drawn, each changed zone under its next version; all of it or nothing. The
    watch judges by it within half a minute."""
    _known(parts, visitor, camera_id)
    wishes, now = [_wish(one) for one in wanted.zones], parts.clock.now()
    with parts.make_uow() as uow:
        changed = save_zones(uow, parts.settings, camera_id, wishes, now=now, by=visitor.name)
        note(
            uow,
            visitor,
            Action.SETTINGS_CHANGED,
            f"zones:{camera_id}",
            now,
            windows=changed,
        )
        told = _told(parts, uow, camera_id)
        uow.commit()
    return told.model_copy(update={"changed": changed})


@router.get(
    "/cameras/{camera_id}/zones/picture.jpg",
    dependencies=[LOOK],
    response_class=Response,
    summary="The picture to draw on",
)
def picture(camera_id: str, parts: PartsDep, visitor: VisitorDep) -> Response:
    """The newest picture, for whoever draws."""
    _known(parts, visitor, camera_id)
    return Response(
        _newest(parts, camera_id),
        media_type="image/jpeg",
        headers={"Cache-Control": "private, no-store"},
    )


@router.get("/cameras/{camera_id}/zones/versions", dependencies=[DRAW], summary="Versions")
def versions(camera_id: str, parts: PartsDep, visitor: VisitorDep) -> VersionsOut:
    """Every version of a camera's zones: who drew it and when; the settings file's last."""
    _known(parts, visitor, camera_id)
    items: list[VersionOut] = []
    with parts.make_uow(read_only=True) as uow:
        for window_id in _windows_of(parts.settings, camera_id):
            items += _history(parts, uow, window_id, camera_id)
    return VersionsOut(items=items, total=len(items))


@router.post("/cameras/{camera_id}/zones/try", dependencies=[LOOK], summary="Try zones")
def try_zones(
    camera_id: str, request: Request, parts: PartsDep, visitor: VisitorDep, wanted: ZonesIn
) -> TriedOut:
    """Runs the detector on the newest picture with these zones; nothing is saved. One at a time;
    503 where the weights are missing."""
    _known(parts, visitor, camera_id)
    wishes = [_wish(one) for one in wanted.zones]
    for one in wishes:
        if one.window_id not in _windows_of(parts.settings, camera_id):
            raise missing("窗口", "window", one.window_id)
    data = _newest(parts, camera_id)
    meta = parts.shelf.meta(camera_id)
    zones = {one.window_id: one.polygon for one in wishes if one.coverage is not Coverage.NONE}
    required = {one.window_id: one.required for one in wishes}
    tried = _trial(request, parts).look(decode_jpeg(data, camera_id), zones, required)
    taken_at = meta.taken_at if meta and meta.taken_at else parts.clock.now()
    return TriedOut(
        taken_at=parts.teller.local(taken_at),
        detector=tried.detector,
        seconds=round(tried.seconds, 3),
        boxes=[
            BoxOut(
                box=(one.box.x1, one.box.y1, one.box.x2, one.box.y2),
                score=round(one.score, 3),
                window_id=one.window_id,
            )
            for one in tried.people
        ],
        windows=[
            TriedWindow(
                window_id=window_id,
                people=people,
                required=required[window_id],
                staffed=people >= required[window_id],
            )
            for window_id, people in tried.counts.items()
        ],
    )


def _trial(request: Request, parts: WebParts) -> ZoneTrial:
    held = request.app.state.__dict__["_state"]
    trial: ZoneTrial = held.setdefault("zone_trial", zone_trial_of(parts.settings))
    return trial


def _known(parts: WebParts, visitor: Visitor, camera_id: str) -> None:
    camera = parts.settings.cameras.get(camera_id)
    if camera is None or not visitor.sees_camera(camera.hall):
        raise missing("摄像头", "camera", camera_id)


def _newest(parts: WebParts, camera_id: str) -> bytes:
    found = parts.shelf.latest(camera_id)
    if found is None:
        raise missing("摄像头画面", "picture of camera", camera_id)
    return found.data


def _wish(asked: ZoneIn) -> Wish:
    try:
        polygon = Polygon(tuple(asked.polygon))
    except GeometryError as error:
        raise GeometryError(error.zh, error.en, where=asked.window_id) from None
    return Wish(
        asked.window_id, polygon, asked.coverage, asked.required, asked.seats, asked.based_on
    )


def _windows_of(settings: Settings, camera_id: str) -> list[str]:
    return [
        window_id
        for window_id, window in settings.windows.items()
        if any(view.camera == camera_id for view in window.views)
    ]


def _row(parts: WebParts, force: Settings, camera_id: str) -> CameraZonesOut:
    camera, windows = force.cameras[camera_id], _windows_of(force, camera_id)
    meta = parts.shelf.meta(camera_id)
    return CameraZonesOut(
        camera_id=camera_id,
        camera=camera.name,
        hall_id=camera.hall,
        hall=parts.teller.hall_name(camera.hall),
        windows=len(windows),
        drawn=sum(force.windows[one] is not parts.settings.windows[one] for one in windows),
        taken_at=parts.teller.local(meta.taken_at) if meta and meta.taken_at else None,
    )


def _told(parts: WebParts, uow: UnitOfWork, camera_id: str) -> ZonesOut:
    drawn = drawn_of(uow)
    force = with_zones(parts.settings, drawn)
    row = _row(parts, force, camera_id)
    zones = [_zone(parts, force, drawn, one, camera_id) for one in _windows_of(force, camera_id)]
    return ZonesOut(
        camera_id=camera_id,
        camera=row.camera,
        hall_id=row.hall_id,
        hall=row.hall,
        taken_at=row.taken_at,
        zones=zones,
        in_watch=bool(is_taken(parts.settings, uow)),
    )


def _zone(
    parts: WebParts, force: Settings, drawn: Drawn, window_id: str, camera_id: str
) -> ZoneOut:
    window = window_of(force, window_id)
    filed = window_of(parts.settings, window_id).view_of(camera_id)
    view = next(one for one in window.views if one.camera_id == camera_id)
    return ZoneOut(
        window_id=window_id,
        window=window.name,
        unit=window.unit_id,
        polygon=list(view.polygon.points),
        coverage=view.coverage,
        version=view.version,
        drawn=view != filed,
        required=window.required,
        seats=seats_of(parts.settings, drawn, window_id),
    )


def _history(parts: WebParts, uow: UnitOfWork, window_id: str, camera_id: str) -> list[VersionOut]:
    filed = window_of(parts.settings, window_id)
    view = next(one for one in filed.views if one.camera_id == camera_id)
    told = [
        VersionOut(
            window_id=window_id,
            version=drawn.version,
            at=parts.teller.local(row.at),
            by=row.by,
            polygon=list(drawn.polygon.points),
            coverage=drawn.coverage,
            required=from_json(row.content).required,
            seats=from_json(row.content).seats,
        )
        for row, drawn in history_of(uow, window_id, camera_id)
        if row.kind is DutyKind.ZONES and drawn.version != view.version
    ]
    told.append(
        VersionOut(
            window_id=window_id,
            version=view.version,
            at=None,
            by="settings",
            polygon=list(view.polygon.points),
            coverage=view.coverage,
            required=filed.required,
            seats=seats_of(parts.settings, {}, window_id),
        )
    )
    return sorted(told, key=lambda one: -one.version)
