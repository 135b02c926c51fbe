"""Spot checks (抽查): the day, results, campaigns, roll-calls, visits, verification: `/checks`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording_desk import CHECK_KINDS, CHECK_STATES, RESULTS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/checks`."""

    @ui.page("/checks", title="在岗 OnPost · 抽查", dependencies=[needs(Permission.SEE_CHECKS)])
    def checks(request: Request, visitor: VisitorDep) -> None:
        desk_page(
            parts,
            visitor,
            request,
            "checks.js",
            words={"kinds": CHECK_KINDS, "states": CHECK_STATES, "results": RESULTS},
        )
