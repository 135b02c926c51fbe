"""Accuracy (准确率): how often findings were right, and proposals to answer: `/precision`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.lesson_words import CAUSES
from api.pages.desk import desk_page
from api.wiring import WebParts
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/precision`."""

    @ui.page(
        "/precision",
        title="在岗 OnPost · 准确率",
        dependencies=[needs(Permission.SEE_PRECISION)],
    )
    def precision(request: Request, visitor: VisitorDep) -> None:
        words = {"causes": {cause.value: pair for cause, pair in CAUSES.items()}}
        desk_page(parts, visitor, request, "precision.js", words=words)
