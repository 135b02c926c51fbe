"""How every part is (系统状态): processes, cameras, disks, chains: `/health`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording import LINKS, REASONS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/health`."""

    @ui.page("/health", title="在岗 OnPost · 系统状态", dependencies=[needs(Permission.SEE_HEALTH)])
    def health(request: Request, visitor: VisitorDep) -> None:
        words = {"links": LINKS, "reasons": REASONS}
        desk_page(parts, visitor, request, "chains.js", "health.js", words=words)
