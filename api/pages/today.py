"""Today: what stands, what waits and how the day goes, in figures read from afar; `/today`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording import KINDS, LINKS, REASONS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/today`."""

    @ui.page("/today", title="在岗 OnPost · 今日", dependencies=[needs(Permission.SEE_LIVE)])
    def today(request: Request, visitor: VisitorDep) -> None:
        ui.add_head_html('<link rel="stylesheet" href="/static/watch.css">')
        desk_page(
            parts,
            visitor,
            request,
            "today.js",
            words={"kinds": KINDS, "reasons": REASONS, "links": LINKS},
        )
