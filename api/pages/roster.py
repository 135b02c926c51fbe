"""Rosters, leave and stops (排班、请假外出、豁免): `/roster`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.leave import EXEMPTION_NAMES, NOTICE_NAMES


def add_page(parts: WebParts) -> None:
    """Add `/roster`."""

    @ui.page("/roster", title="在岗 OnPost · 排班", dependencies=[needs(Permission.SEE_DUTY)])
    def roster(request: Request, visitor: VisitorDep) -> None:
        desk_page(
            parts,
            visitor,
            request,
            "roster.js",
            notice_kinds={kind.value: name for kind, name in NOTICE_NAMES.items()},
            stop_kinds={kind.value: name for kind, name in EXEMPTION_NAMES.items()},
        )
