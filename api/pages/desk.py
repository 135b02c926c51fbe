"""Pages of the desk (办公页面): an island, what its script has to know, and the script.

Such a page shows nothing of its own: it asks the API in the name of whoever looks at it, so that
rules, scope and the audit log are the API's, and a page cannot show more than a call gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from nicegui import ui

from api.auth.visitor import Visitor
from api.pages.layout import in_language, island, page_frame
from api.wiring import WebParts
from api.wording import Pair


def desk_page(
    parts: WebParts,
    visitor: Visitor,
    request: Request,
    *scripts: str,
    words: Mapping[str, Mapping[str, Pair]] | None = None,
    **known: Any,
) -> None:
    """Begin a page that a script in `static` builds with the tools of `static/desk.js`.

    Args:
        parts: Of the web.
        visitor: Who looks at it.
        request: The call.
        scripts: Files of ours; the last one builds the page.
        words: Tables of words that it needs, by the name that it calls them.
        known: What this page's script has to know beside what every one does.
    """
    ui.add_head_html('<link rel="stylesheet" href="/static/desk.css">')
    ui.add_body_html('<script src="/static/desk.js" defer></script>')
    for script in scripts[:-1]:
        ui.add_body_html(f'<script src="/static/{script}" defer></script>')
    page = page_frame(parts, request, script=scripts[-1])
    with ui.element("div").classes("sheet desk"):
        said = {name: in_language(table, page.language) for name, table in (words or {}).items()}
        island("desk", _common(parts, visitor) | {"language": page.language} | said | known)


def _common(parts: WebParts, visitor: Visitor) -> dict[str, Any]:
    """Where and when the viewer is, and what they may do and see."""
    settings, now = parts.settings, parts.teller.local(parts.clock.now())
    windows = [
        {"id": name, "name": one.name, "hall": one.hall, "unit": one.unit}
        for name, one in settings.windows.items()
        if visitor.sees(one.hall, one.unit)
    ]
    of_windows = {one["hall"] for one in windows}
    whole = visitor.scope.units is None
    return {
        "time_zone": settings.time_zone,
        "now": f"{now:%Y-%m-%dT%H:%M}",
        "login": visitor.name,
        "may": sorted(one.value for one in visitor.access.permissions),
        "own_units": None if whole else sorted(visitor.scope.units or ()),
        "whole": whole and visitor.scope.halls is None,
        "halls": [
            {"id": name, "name": one.name}
            for name, one in settings.halls.items()
            if name in of_windows or (whole and visitor.sees(name, ""))
        ],
        "windows": windows,
        "units": sorted({one["unit"] for one in windows if one["unit"]}),
    }
