"""Pages for people: NiceGUI on the application, every file of theirs from this package."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui

from api.pages import finding, findings, language, wall
from api.wiring import WebParts

STATIC = Path(__file__).parent / "static"


def add_pages(app: FastAPI, parts: WebParts) -> None:
    """Add every page to `app`. Once a process: NiceGUI keeps its pages globally."""
    nicegui_app.add_static_files("/static", STATIC)
    language.add_to(app)
    for page in (wall, findings, finding):
        page.add_page(parts)
    ui.run_with(
        app,
        title="在岗 OnPost",
        language="zh-CN",
        favicon=STATIC / "favicon.svg",
        show_welcome_message=False,
        tailwind=False,
    )
