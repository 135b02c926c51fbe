"""What is recorded and for how long (关于与隐私), for everybody signed in: `/about`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording import LIMITS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/about`."""

    @ui.page("/about", title="在岗 OnPost · 关于", dependencies=[needs(Permission.OWN_ACCOUNT)])
    def about(request: Request, visitor: VisitorDep) -> None:
        ui.add_head_html('<link rel="stylesheet" href="/static/admin.css">')
        desk_page(parts, visitor, request, "about.js", words={"limits": LIMITS})
