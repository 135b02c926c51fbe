"""The web application: JSON API and pages on one FastAPI app, and the loop of its board."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog
from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.auth.audit_refusals import AuditRefusals
from api.auth.door import Door, Locks
from api.auth.endpoints import Endpoints
from api.auth.guard import needs
from api.auth.rate import Limits
from api.auth.same_origin import SameOrigin
from api.body_limit import BodyLimit
from api.deps import plain_address
from api.errors import add_handlers, missing
from api.lists import exports
from api.openapi import Described
from api.pages import add_pages, add_plain_pages
from api.pages.refusals import told_to_people
from api.quick_thumbnails import QuickThumbnails
from api.routes import (
    accounts,
    alerts,
    appeals,
    audit,
    behaviours,
    calendar,
    camera_tests,
    cameras,
    campaigns,
    cases,
    checks,
    circular_files,
    circulars,
    clues,
    decisions,
    duty,
    evidence,
    findings,
    halls,
    leave,
    live,
    measures,
    naming,
    notifications,
    plans,
    precision,
    rectifications,
    register,
    reports,
    rollcalls,
    rosters,
    session,
    settings,
    stops,
    system,
    tokens,
    visits,
    webhooks,
    zones,
)
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.errors import StorageError
from models.domain.register import Entry

log = structlog.get_logger("onpost.web")

LOOK_EVERY_S = 1.0
ANYBODY: Final[dict[str, Any]] = {"dependencies": [needs(None)]}
SIGNED_IN: Final[dict[str, Any]] = {"dependencies": [needs(Permission.OWN_ACCOUNT)]}
ROUTERS: Final = (
    exports.router,  # first: export.xlsx is no number or name of one
    cameras.router,
    camera_tests.router,
    zones.router,
    system.router,
    findings.router,
    alerts.router,
    decisions.router,
    clues.router,
    circulars.router,
    circular_files.router,
    reports.router,
    rectifications.router,
    appeals.router,
    measures.router,
    cases.router,
    webhooks.router,
    notifications.router,
    naming.router,
    evidence.router,
    audit.router,
    live.router,
    halls.router,
    rosters.router,
    leave.router,
    stops.router,
    calendar.router,
    duty.router,
    behaviours.router,
    precision.router,
    checks.router,
    rollcalls.router,
    visits.router,
    plans.router,
    campaigns.router,
    register.router,
    settings.router,
    session.router,
    accounts.router,
    tokens.router,
)
LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"]


def create_app(parts: WebParts, *, pages: bool = True) -> FastAPI:
    """The application around opened parts.

    Args:
        parts: What it shows.
        pages: False leaves NiceGUI's pages out, for tests of the API: NiceGUI allows only one
            application in a process.

    Raises:
        UnruledEndpoint: an endpoint says not who may call it.
    """
    app = Described(
        title="OnPost 在岗",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    endpoints = app.state.endpoints = Endpoints()
    _stand_before(app, parts, endpoints)
    add_handlers(app)
    for routes in ROUTERS:
        app.include_router(routes, prefix="/api/v1", dependencies=[Depends(plain_address)])
    app.include_router(live.root_router, include_in_schema=False)
    app.add_api_route("/api/v1/openapi.json", app.openapi, include_in_schema=False, **ANYBODY)
    app.add_api_route("/api/v1/{path:path}", _no_such_address, include_in_schema=False, **SIGNED_IN)
    add_plain_pages(app)
    if pages:
        add_pages(app, parts)
    endpoints.read(app)
    return app


def _stand_before(app: FastAPI, parts: WebParts, endpoints: Endpoints) -> None:
    """Add what every call passes; the last added is the outermost."""
    web = parts.settings.web
    locks = Locks(
        parts.accounts.desk,
        parts.audit,
        Limits(time.monotonic),
        endpoints,
        web.tls,
        web.behind_tls or bool(web.trusted_proxies),
        told_to_people(web.language),
    )
    app.add_middleware(BodyLimit, uploads=(max(web.upload_mb, 10) + 1) * 2**20)
    app.add_middleware(QuickThumbnails, parts=parts)
    app.add_middleware(Door, locks=locks)
    app.add_middleware(SameOrigin, tls=web.tls)
    names = [*LOCAL_NAMES, *web.hosts] if web.hosts or not web.open_to_network else ["*"]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=names)  # others: DNS rebinding
    app.add_middleware(AuditRefusals, desk=parts.audit)


def _no_such_address(path: str) -> None:
    raise missing("接口", "address", f"/api/v1/{path}")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: WebParts = app.state.parts
    await run_in_threadpool(parts.board.refresh)
    loop = asyncio.create_task(_look(parts))
    loop.add_done_callback(_stop_if_broken)
    try:
        yield
    finally:
        parts.broadcaster.close()
        await run_in_threadpool(parts.audit.flush)
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop


async def _look(parts: WebParts) -> None:
    """Look at shelf and record once a second and tell listeners what is new."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        entries = await run_in_threadpool(parts.board.refresh)
        await run_in_threadpool(parts.audit.flush_due)
        if not entries or not parts.broadcaster.listeners:
            continue
        try:
            parts.broadcaster.tell(await run_in_threadpool(_told, parts, entries))
        except StorageError as error:  # listeners come back and ask for what they missed
            log.warning("events cannot be told", error=str(error))
            parts.broadcaster.close()


def _told(parts: WebParts, entries: list[Entry]) -> list[dict[str, object]]:
    with parts.make_uow(read_only=True) as uow:
        return [event.model_dump(mode="json") for event in parts.teller.events(entries, uow)]


def _stop_if_broken(task: asyncio.Task[None]) -> None:
    """A wall that stands still must not look alive: stop, and be started again by `up`."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the board stopped; this process ends", exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)
