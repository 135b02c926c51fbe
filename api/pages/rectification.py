"""Rectification, appeals and explanations (整改、申诉、情况说明): `/rectification`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording_desk import PAPERS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/rectification`."""

    @ui.page(
        "/rectification",
        title="在岗 OnPost · 整改与申诉",
        dependencies=[needs(Permission.SEE_FINDINGS)],
    )
    def rectification(request: Request, visitor: VisitorDep) -> None:
        desk_page(parts, visitor, request, "rectify.js", "rectification.js", words=PAPERS)
