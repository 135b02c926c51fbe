"""The web application: JSON API and pages on one FastAPI app, and the loop of its board."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.auth.audit_refusals import AuditRefusals
from api.auth.same_origin import SameOrigin
from api.errors import add_handlers, missing
from api.routes import cameras, evidence, findings, live
from api.wiring import WebParts
from models.domain.errors import StorageError
from models.domain.register import Entry

log = structlog.get_logger("onpost.web")

LOOK_EVERY_S = 1.0
LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"]


def create_app(parts: WebParts, *, pages: bool = True) -> FastAPI:
    """The application around opened parts.

    Args:
        parts: What it shows.
        pages: False leaves the pages out, for tests of the API: NiceGUI allows only one
            application in a process.
    """
    app = FastAPI(
        title="OnPost 在岗",
        lifespan=_lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    app.add_middleware(SameOrigin)
    if not parts.settings.web.open_to_network:  # other names here would be DNS rebinding
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES)
    app.add_middleware(AuditRefusals, desk=parts.audit)  # the last added is the outermost
    add_handlers(app)
    versioned = APIRouter(prefix="/api/v1")
    for routes in (cameras.router, findings.router, evidence.router, live.router):
        versioned.include_router(routes)
    versioned.add_api_route("/{path:path}", _no_such_address, include_in_schema=False)
    app.include_router(versioned)
    app.include_router(live.root_router, include_in_schema=False)
    if pages:
        from api.pages import add_pages  # noqa: PLC0415  NiceGUI is heavy and one a process

        add_pages(app, parts)
    return app


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
