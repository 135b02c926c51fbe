"""Figures of a period (月报): `/reports`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/reports`."""

    @ui.page("/reports", title="在岗 OnPost · 报表", dependencies=[needs(Permission.SEE_REPORTS)])
    def reports(request: Request, visitor: VisitorDep) -> None:
        desk_page(
            parts,
            visitor,
            request,
            "paper.js",
            "reports.js",
        )
