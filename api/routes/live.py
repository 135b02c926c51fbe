"""What changes by itself: the wall's data, events, health, metrics."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.auth.door import LOOK_AGAIN_S
from api.auth.guard import needs
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.metrics import exposition
from api.routes.cameras import unchanged
from api.schemas.finding import EventOut
from api.schemas.problem import HealthOut
from api.wiring import WebParts
from models.domain.access import Permission

router = APIRouter(tags=["live"])
root_router = APIRouter(tags=["live"])

NOW = "OnPost-Now"
"""Header with the moment by this process's clock; the wall reckons ages from it."""

SPEED = "OnPost-Speed"
STALE_BOARD_S = 10.0
METRICS = needs(Permission.SEE_HEALTH, on_machine=True)
StillIn = Callable[[], Awaitable[bool]]
"""Whether the caller's session or token still stands; the door knows."""

REPLAYED = 1000


@router.get("/wall", response_class=Response, dependencies=[needs(Permission.SEE_LIVE)])
def wall(request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Everything the wall shows, in one piece; 304 while nothing changed."""
    body, etag = parts.wall.of(parts.board.sight, visitor.scope)
    headers = {
        "ETag": f'"{etag}"',
        "Cache-Control": "no-cache, private",
        NOW: parts.clock.now().isoformat(),
        SPEED: str(parts.clock.speed),
    }
    if unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    "/events", response_class=StreamingResponse, dependencies=[needs(Permission.SEE_FINDINGS)]
)
async def events(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    last_event_id: str = Header("", alias="Last-Event-ID"),
) -> StreamingResponse:
    """Server-sent events: one for each register entry that the caller may see; `Last-Event-ID`
    takes up where it broke."""
    after = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 19 else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(parts, visitor, request.state.still_in, after)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(
    parts: WebParts, visitor: Visitor, still_in: StillIn, after: int | None
) -> AsyncIterator[str]:
    async with parts.broadcaster.listen() as queue:
        told = 0
        yield ": onpost\nretry: 2000\n\n"
        if after is not None:
            for event in await run_in_threadpool(_replay, parts, after):
                told = event.id
                if visitor.sees(event.hall_id, event.unit):
                    yield _line(event.model_dump(mode="json"))
        looked = time.monotonic()
        while True:
            if time.monotonic() - looked > LOOK_AGAIN_S:
                looked = time.monotonic()
                if not await still_in():
                    return
                yield ": still here\n\n"
            try:
                waiting = await asyncio.wait_for(queue.get(), LOOK_AGAIN_S)
            except TimeoutError:
                continue
            if waiting is None:
                return
            if int(waiting["id"]) > told and visitor.sees(waiting["hall_id"], waiting["unit"]):
                yield _line(waiting)


def _replay(parts: WebParts, after: int) -> list[EventOut]:
    with parts.make_uow(read_only=True) as uow:
        return parts.teller.events(uow.register.entries(after, REPLAYED), uow)


def _line(event: dict[str, object]) -> str:
    data = json.dumps(event, ensure_ascii=False)
    return f"id: {event['id']}\nevent: {event['type']}\ndata: {data}\n\n"


@root_router.get("/healthz", dependencies=[needs(None)])
@router.get("/healthz", dependencies=[needs(None)])
def health(parts: PartsDep) -> JSONResponse:
    """200 while the web works, 503 where it cannot read its record or stands still."""
    sight = parts.board.sight
    age = time.monotonic() - parts.board.refreshed
    failing = bool(sight.record_fault) or age > STALE_BOARD_S
    whole = sight.watching and sight.scheduling
    told = HealthOut(
        status="failing" if failing else "ok" if whole else "degraded",
        database=not sight.record_fault,
        watching=sight.watching,
        scheduling=sight.scheduling,
        board_age_s=round(age, 3),
        cameras=len(sight.cameras),
        cameras_live=sum(camera.link == "live" for camera in sight.cameras),
    )
    return JSONResponse(told.model_dump(), 503 if failing else 200)


@root_router.get("/metrics", response_class=Response, dependencies=[METRICS])
@router.get("/metrics", response_class=Response, dependencies=[METRICS])
def metrics(parts: PartsDep) -> Response:
    """Prometheus metrics of all processes; a program on this machine needs no token."""
    return Response(exposition(parts.board), media_type=CONTENT_TYPE_LATEST)
