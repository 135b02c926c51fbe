"""Cases of electronic supervision (电子监察办件): `/cases`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording_desk import CARDS, CASE_TYPES, ENDINGS
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/cases`."""

    @ui.page("/cases", title="在岗 OnPost · 办件", dependencies=[needs(Permission.SEE_CASES)])
    def cases(request: Request, visitor: VisitorDep) -> None:
        desk_page(
            parts,
            visitor,
            request,
            "cases.js",
            words={"cards": CARDS, "types": CASE_TYPES, "endings": ENDINGS},
        )
