"""Cameras, their newest pictures, and windows."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth.guard import needs
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.schemas.camera import CameraOut, OutlineOut, WindowOut
from api.sight import CameraSight, WindowSight
from api.wiring import WebParts
from api.zone_changes import zoned
from models.domain.access import Permission
from vision.frame_shelf import ShelfPicture

router = APIRouter(tags=["cameras"])
LIVE = needs(Permission.SEE_LIVE)

FRESH = {"Cache-Control": "no-cache, private"}
"""Keep it, but ask each time whether it is still the newest (ETag)."""


@router.get("/cameras", dependencies=[LIVE])
def list_cameras(parts: PartsDep, visitor: VisitorDep) -> list[CameraOut]:
    """Every camera with its condition and the age of its newest picture."""
    return [
        _camera(parts, sight)
        for sight in parts.board.sight.cameras
        if visitor.sees_camera(sight.hall_id)
    ]


@router.get("/cameras/{camera_id}", dependencies=[LIVE])
def one_camera(camera_id: str, parts: PartsDep, visitor: VisitorDep) -> CameraOut:
    """One camera."""
    for sight in parts.board.sight.cameras:
        if sight.id == camera_id and visitor.sees_camera(sight.hall_id):
            return _camera(parts, sight)
    raise missing("摄像头", "camera", camera_id)


@router.get(
    "/cameras/{camera_id}/outlines", dependencies=[LIVE], summary="Staff zones on its picture"
)
def outlines(camera_id: str, parts: PartsDep, visitor: VisitorDep) -> list[OutlineOut]:
    """The staff zones (工位区域) in force on a camera's picture, for the caller's units."""
    _known(parts, visitor, camera_id)
    with parts.make_uow(read_only=True) as uow:
        windows = zoned(parts.settings, uow).windows
    return [
        OutlineOut(
            window_id=window_id,
            window=window.name,
            polygon=list(view.polygon),
            coverage=view.coverage,
            version=view.version,
        )
        for window_id, window in windows.items()
        for view in window.views
        if view.camera == camera_id and visitor.sees(window.hall, window.unit)
    ]


@router.get("/cameras/{camera_id}/latest.jpg", response_class=Response, dependencies=[LIVE])
def latest(camera_id: str, request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """The newest picture."""
    _known(parts, visitor, camera_id)
    return _picture(request, parts.shelf.latest(camera_id), camera_id)


@router.get("/cameras/{camera_id}/thumbnail.jpg", response_class=Response, dependencies=[LIVE])
def thumbnail(camera_id: str, request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """The newest thumbnail, at most 15 KB."""
    _known(parts, visitor, camera_id)
    return _picture(request, parts.shelf.thumbnail(camera_id), camera_id)


@router.get("/windows", dependencies=[LIVE])
def list_windows(parts: PartsDep, visitor: VisitorDep) -> list[WindowOut]:
    """Every window with its state."""
    return [
        _window(parts, sight)
        for sight in parts.board.sight.windows
        if visitor.sees(sight.hall_id, parts.settings.windows[sight.id].unit)
    ]


@router.get("/windows/{window_id}", dependencies=[LIVE])
def one_window(window_id: str, parts: PartsDep, visitor: VisitorDep) -> WindowOut:
    """One window."""
    for sight in parts.board.sight.windows:
        if sight.id == window_id and visitor.sees(
            sight.hall_id, parts.settings.windows[sight.id].unit
        ):
            return _window(parts, sight)
    raise missing("窗口", "window", window_id)


def _known(parts: WebParts, visitor: Visitor, camera_id: str) -> None:
    camera = parts.settings.cameras.get(camera_id)
    if camera is None or not visitor.sees_camera(camera.hall):
        raise missing("摄像头", "camera", camera_id)


def _picture(request: Request, picture: ShelfPicture | None, camera_id: str) -> Response:
    if picture is None:
        raise missing("摄像头画面", "picture of camera", camera_id)
    return picture_answer(request, picture)


def picture_answer(request: Request, picture: ShelfPicture) -> Response:
    """A picture, or 304 where the viewer has it."""
    headers = FRESH | {"ETag": f'"{picture.etag}"'}
    if unchanged(request, picture.etag):
        return Response(status_code=304, headers=headers)
    return Response(picture.data, media_type="image/jpeg", headers=headers)


def unchanged(request: Request, etag: str) -> bool:
    """Whether the viewer has this version already."""
    asked = request.headers.get("if-none-match", "")
    known = {part.strip().removeprefix("W/").strip('"') for part in asked.split(",")}
    return etag in known


def _camera(parts: WebParts, sight: CameraSight) -> CameraOut:
    zone = parts.teller.zone(sight.hall_id)
    return CameraOut(
        id=sight.id,
        name=sight.name,
        hall_id=sight.hall_id,
        hall=parts.teller.hall_name(sight.hall_id),
        link=sight.link,
        reason=sight.reason,
        taken_at=sight.taken_at.astimezone(zone) if sight.taken_at else None,
        frame_age_s=sight.frame_age_s,
        thumbnail_etag=sight.thumbnail_etag,
        windows=list(sight.windows),
    )


def _window(parts: WebParts, sight: WindowSight) -> WindowOut:
    settings = parts.settings.windows[sight.id]
    zone = parts.teller.zone(sight.hall_id)
    return WindowOut(
        id=sight.id,
        name=sight.name,
        hall_id=sight.hall_id,
        hall=parts.teller.hall_name(sight.hall_id),
        unit=settings.unit,
        key_post=settings.key_post,
        required=settings.required,
        state=sight.state,
        reason=sight.reason,
        since=sight.since.astimezone(zone) if sight.since else None,
        p=sight.p,
        cameras=list(sight.cameras),
    )
