"""Scores, ranking, measures (评分、排名、处理措施): `/scores`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording_desk import MEASURES
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/scores`."""

    @ui.page(
        "/scores", title="在岗 OnPost · 评分排名", dependencies=[needs(Permission.SEE_MEASURES)]
    )
    def scores(request: Request, visitor: VisitorDep) -> None:
        desk_page(parts, visitor, request, "scores.js", words={"measures": MEASURES})
