"""System administration (系统管理): halls, cameras, notices, receivers, settings: `/admin`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/admin`."""

    @ui.page(
        "/admin", title="在岗 OnPost · 系统管理", dependencies=[needs(Permission.SEE_SETTINGS)]
    )
    def admin(request: Request, visitor: VisitorDep) -> None:
        ui.add_head_html('<link rel="stylesheet" href="/static/admin.css">')
        channels = sorted(parts.settings.notifications.channels)
        desk_page(parts, visitor, request, "outbox.js", "admin.js", channels=channels)
