"""Pages for people: NiceGUI on the application, every file of theirs from this package."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api.pages import account, language, notice, sign_in
from api.wiring import WebParts

STATIC = Path(__file__).parent / "static"
STAYS_S = 30.0
"""So long a page waits for its socket; after that it loads anew, and what was typed is lost."""


def add_plain_pages(app: FastAPI) -> None:
    """Add the pages that work without NiceGUI: sign-in, one's own account, the language; and our
    own style and scripts."""
    app.mount("/static", StaticFiles(directory=STATIC))
    language.add_to(app)
    app.include_router(sign_in.router)
    app.include_router(notice.router)
    app.include_router(account.router)


def add_pages(app: FastAPI, parts: WebParts) -> None:
    """Add every other page to `app`. Once a process: NiceGUI keeps its pages globally."""
    from nicegui import ui  # noqa: PLC0415  heavy, and one a process

    for page in (*_of_watching(), *_of_the_desk(), *_of_administration()):
        page.add_page(parts)
    ui.run_with(
        app,
        title="在岗 OnPost",
        language="zh-CN",
        favicon=STATIC / "favicon.svg",
        show_welcome_message=False,
        tailwind=False,
        reconnect_timeout=STAYS_S,
    )


def _of_watching() -> tuple[ModuleType, ...]:
    from api.pages import (  # noqa: PLC0415
        alerts,
        finding,
        findings,
        precision,
        today,
        wall,
    )

    return today, alerts, wall, findings, finding, precision


def _of_the_desk() -> tuple[ModuleType, ...]:
    from api.pages import (  # noqa: PLC0415
        behaviours,
        cases,
        checks,
        circulars,
        rectification,
        reports,
        roster,
        scores,
        unit,
    )

    return roster, checks, behaviours, cases, circulars, reports, rectification, scores, unit


def _of_administration() -> tuple[ModuleType, ...]:
    from api.pages import (  # noqa: PLC0415
        about,
        admin_accounts,
        admin_calendar,
        admin_system,
        audit,
        health,
        zones,
    )

    return admin_system, admin_accounts, admin_calendar, zones, health, audit, about
