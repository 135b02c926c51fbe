"""Staff zones (工位区域): the cameras at `/zones`, one of them drawn at `/zones/{camera}`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.pages.layout import not_there, page_frame
from api.wiring import WebParts
from models.domain.access import Permission

DRAW = needs(Permission.SET_UP_CAMERAS)


def add_page(parts: WebParts) -> None:
    """Add `/zones` and `/zones/{camera_id}`."""

    @ui.page("/zones", title="在岗 OnPost · 工位区域", dependencies=[DRAW])
    def zones(request: Request, visitor: VisitorDep) -> None:
        desk_page(parts, visitor, request, "zones.js")

    @ui.page("/zones/{camera_id}", title="在岗 OnPost · 画工位区域", dependencies=[DRAW])
    def one_camera(request: Request, visitor: VisitorDep, camera_id: str) -> None:
        camera = parts.settings.cameras.get(camera_id)
        if camera is None or not visitor.sees_camera(camera.hall):
            said = camera_id[:40]
            not_there(page_frame(parts, request), f"摄像头“{said}”", f"camera {said!r}", "/zones")
            return
        ui.add_head_html('<link rel="stylesheet" href="/static/admin.css">')
        scripts = ("zone_shape.js", "zone_editor.js")
        desk_page(parts, visitor, request, *scripts, camera=camera_id)
