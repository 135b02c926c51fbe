"""What every page has: the bar with the name, the places to go and the language switch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from nicegui import ui

from api.pages.language import language_of
from api.wiring import WebParts
from api.wording import Language, Pair


@dataclass(frozen=True, slots=True)
class Page:
    """A page being made: its language, and text chosen by it."""

    language: Language

    def text(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


PLACES = (
    ("/", "监控墙", "Wall"),
    ("/findings", "登记台账", "Findings"),
)


def page_frame(parts: WebParts, request: Request, *, script: str = "") -> Page:
    """Begin a page: style, bar, and its script, all from this package."""
    page = Page(language_of(request, parts.settings.web.language))
    ui.add_head_html('<link rel="stylesheet" href="/static/onpost.css">')
    if script:
        ui.add_body_html(f'<script src="/static/{script}" defer></script>')
    here = request.url.path
    with ui.element("div").classes("bar"):
        ui.link(page.text("在岗 OnPost", "OnPost 在岗"), "/").classes("brand")
        for target, zh, en in PLACES:
            ui.link(page.text(zh, en), target).classes("here" if target == here else "")
        ui.element("div").classes("bar-middle").props('id="bar-middle"')
        other = "zh" if page.language == "en" else "en"
        ui.link("中文" if other == "zh" else "English", f"/language/{other}?back={here}").classes(
            "language"
        )
    return page


def island(element_id: str, values: Mapping[str, Any]) -> None:
    """An empty element that a script of ours fills, with what the script needs to know."""
    data = json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")
    ui.add_body_html(f'<script type="application/json" id="{element_id}-data">{data}</script>')
    ui.html(f'<div id="{element_id}"></div>', sanitize=False).classes("island")


def in_language(table: Mapping[str, Pair], language: Language) -> dict[str, str]:
    """A table of words in one language."""
    return {name: (en if language == "en" else zh) for name, (zh, en) in table.items()}
