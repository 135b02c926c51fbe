"""Behaviour on duty (规范服务): `/behaviours`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording import LIVES
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/behaviours`."""

    @ui.page(
        "/behaviours", title="在岗 OnPost · 行为", dependencies=[needs(Permission.SEE_BEHAVIOURS)]
    )
    def behaviours(request: Request, visitor: VisitorDep) -> None:
        desk_page(
            parts,
            visitor,
            request,
            "behaviours.js",
            words={"lives": LIVES},
        )
