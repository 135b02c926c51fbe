"""Live alerts: they arrive by themselves, with sound and count; `/alerts`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording import KINDS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/alerts`."""

    @ui.page("/alerts", title="在岗 OnPost · 告警", dependencies=[needs(Permission.HANDLE_ALERTS)])
    def alerts(request: Request, visitor: VisitorDep) -> None:
        ui.add_head_html('<link rel="stylesheet" href="/static/watch.css">')
        desk_page(
            parts,
            visitor,
            request,
            "alerts.js",
            words={"kinds": KINDS},
            escalate_after_min=parts.settings.web.escalate_after_min,
        )
