"""The work calendar (工作日历): a year, its official plan, days of one's own: `/calendar`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/calendar`."""

    @ui.page("/calendar", title="在岗 OnPost · 日历", dependencies=[needs(Permission.SEE_DUTY)])
    def calendar(request: Request, visitor: VisitorDep) -> None:
        desk_page(parts, visitor, request, "calendar.js")
