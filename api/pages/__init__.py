"""Pages for people: NiceGUI on the application, every file of theirs from this package."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api.pages import account, language, sign_in
from api.wiring import WebParts

STATIC = Path(__file__).parent / "static"


def add_plain_pages(app: FastAPI) -> None:
    """Add the pages that work without NiceGUI: sign-in, one's own account, the language; and our
    own style and scripts."""
    app.mount("/static", StaticFiles(directory=STATIC))
    language.add_to(app)
    app.include_router(sign_in.router)
    app.include_router(account.router)


def add_pages(app: FastAPI, parts: WebParts) -> None:
    """Add every other page to `app`. Once a process: NiceGUI keeps its pages globally."""
    from nicegui import ui  # noqa: PLC0415  heavy, and one a process

    from api.pages import (  # noqa: PLC0415
        about,
        admin_accounts,
        admin_calendar,
        admin_system,
        alerts,
        audit,
        behaviours,
        cases,
        checks,
        circulars,
        finding,
        findings,
        health,
        precision,
        rectification,
        reports,
        roster,
        scores,
        today,
        unit,
        wall,
        zones,
    )

    pages = (
        today,
        alerts,
        wall,
        findings,
        finding,
        roster,
        checks,
        behaviours,
        cases,
        circulars,
        reports,
        rectification,
        scores,
        unit,
        precision,
        admin_system,
        admin_accounts,
        admin_calendar,
        zones,
        health,
        audit,
        about,
    )
    for page in pages:
        page.add_page(parts)
    ui.run_with(
        app,
        title="在岗 OnPost",
        language="zh-CN",
        favicon=STATIC / "favicon.svg",
        show_welcome_message=False,
        tailwind=False,
    )
