"""Circulars (通报), from draft to issued: `/circulars`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording_desk import CIRCULAR_KINDS, CIRCULAR_STATES
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/circulars`."""

    @ui.page("/circulars", title="在岗 OnPost · 通报", dependencies=[needs(Permission.SEE_REPORTS)])
    def circulars(request: Request, visitor: VisitorDep) -> None:
        desk_page(
            parts,
            visitor,
            request,
            "paper.js",
            "circulars.js",
            words={"kinds": CIRCULAR_KINDS, "states": CIRCULAR_STATES},
        )
