"""What every page has: the bar with the name, the places to go and the language switch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from nicegui import ui

from api.auth.guard import visitor_of
from api.pages.language import Page, language_of
from api.pages.places import ACCOUNT, home_of, places_of
from api.wiring import WebParts
from api.wording import Language, Pair


def page_frame(parts: WebParts, request: Request, *, script: str = "") -> Page:
    """Begin a page: style, bar, and its script, all from this package."""
    page = Page(language_of(request, parts.settings.web.language))
    ui.add_head_html('<link rel="stylesheet" href="/static/onpost.css">')
    if script:
        ui.add_body_html(f'<script src="/static/{script}" defer></script>')
    here, visitor = request.url.path, visitor_of(request)
    with ui.element("div").classes("bar"):
        home = home_of(visitor) if visitor is not None else "/"
        ui.link(page.text("在岗 OnPost", "OnPost 在岗"), home).classes("brand")
        for place in places_of(visitor):
            ui.link(page.text(place.zh, place.en), place.path).classes(
                "here" if place.path == here else ""
            )
        ui.element("div").classes("bar-middle").props('id="bar-middle"')
        other = "zh" if page.language == "en" else "en"
        ui.link("中文" if other == "zh" else "English", f"/language/{other}?back={here}").classes(
            "language"
        )
        if visitor is not None:
            ui.link(visitor.name, ACCOUNT).classes("who")
            out = page.text("退出", "Sign out")
            ui.html(
                f'<form method="post" action="/sign-out"><button>{out}</button></form>',
                sanitize=False,
            )
    return page


def not_there(page: Page, zh: str, en: str, back: str) -> None:
    """Fill a page about something that is not there, or not for the viewer: it answers 404.

    Args:
        page: The language.
        zh: What is not there.
        en: The same in English.
        back: The list to go back to.
    """
    ui.context.client.status_code = 404
    with ui.element("div").classes("sheet"):
        said = page.text(f"{zh}不存在,或不在您的范围内。", f"There is no {en} for you to see.")
        ui.label(said).classes("title").props('role="heading" aria-level="1"')
        ui.link(page.text("返回列表", "back to the list"), back)


def island(element_id: str, values: Mapping[str, Any]) -> None:
    """An empty element that a script of ours fills, with what the script needs to know."""
    data = json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")
    ui.add_body_html(f'<script type="application/json" id="{element_id}-data">{data}</script>')
    ui.html(f'<div id="{element_id}"></div>', sanitize=False).classes("island")


def in_language(table: Mapping[str, Pair], language: Language) -> dict[str, str]:
    """A table of words in one language."""
    return {name: (en if language == "en" else zh) for name, (zh, en) in table.items()}
