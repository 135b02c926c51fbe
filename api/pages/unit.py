"""The unit's own view (本单位), for its liaison: `/unit`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording import KINDS, LIVES, STATES
from api.wording_desk import PAPERS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/unit`."""

    @ui.page("/unit", title="在岗 OnPost · 本单位", dependencies=[needs(Permission.ANSWER)])
    def unit(request: Request, visitor: VisitorDep) -> None:
        words = {"window_states": STATES, "finding_kinds": KINDS, "lives": LIVES, **PAPERS}
        desk_page(parts, visitor, request, "rectify.js", "unit.js", words=words)
