"""The audit log (审计日志), for auditors: looked through, verified, exported: `/audit`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/audit`."""

    @ui.page("/audit", title="在岗 OnPost · 审计", dependencies=[needs(Permission.READ_AUDIT)])
    def audit(request: Request, visitor: VisitorDep) -> None:
        desk_page(parts, visitor, request, "chains.js", "audit.js")
