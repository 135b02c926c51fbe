"""What changes by itself: the wall's data, events, health, metrics."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.deps import PartsDep
from api.metrics import exposition
from api.routes.cameras import unchanged
from api.schemas.finding import EventOut
from api.schemas.problem import HealthOut
from api.wiring import WebParts

router = APIRouter(tags=["live"])
root_router = APIRouter(tags=["live"])

NOW = "OnPost-Now"
"""Header with the moment by this process's clock; the wall reckons ages from it."""

SPEED = "OnPost-Speed"
STALE_BOARD_S = 10.0
REPLAYED = 1000


@router.get("/wall", response_class=Response)
def wall(request: Request, parts: PartsDep) -> Response:
    """Everything the wall shows, in one piece; 304 while nothing changed."""
    body, etag = parts.wall.of(parts.board.sight)
    headers = {
        "ETag": f'"{etag}"',
        "Cache-Control": "no-cache, private",
        NOW: parts.clock.now().isoformat(),
        SPEED: str(parts.clock.speed),
    }
    if unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/events", response_class=StreamingResponse)
async def events(
    parts: PartsDep, last_event_id: str = Header("", alias="Last-Event-ID")
) -> StreamingResponse:
    """Server-sent events: one for each register entry; `Last-Event-ID` takes up where it broke."""
    after = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 19 else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(parts, after), media_type="text/event-stream", headers=headers)


async def _stream(parts: WebParts, after: int | None) -> AsyncIterator[str]:
    async with parts.broadcaster.listen() as queue:
        told = 0
        yield ": onpost\nretry: 2000\n\n"
        if after is not None:
            for event in await run_in_threadpool(_replay, parts, after):
                told = event.id
                yield _line(event.model_dump(mode="json"))
        while (waiting := await queue.get()) is not None:
            if int(waiting["id"]) > told:
                yield _line(waiting)


def _replay(parts: WebParts, after: int) -> list[EventOut]:
    with parts.make_uow(read_only=True) as uow:
        return parts.teller.events(uow.register.entries(after, REPLAYED), uow)


def _line(event: dict[str, object]) -> str:
    data = json.dumps(event, ensure_ascii=False)
    return f"id: {event['id']}\nevent: {event['type']}\ndata: {data}\n\n"


@root_router.get("/healthz")
@router.get("/healthz")
def health(parts: PartsDep) -> JSONResponse:
    """200 while the web works, 503 where it cannot read its record or stands still."""
    sight = parts.board.sight
    age = time.monotonic() - parts.board.refreshed
    failing = bool(sight.record_fault) or age > STALE_BOARD_S
    told = HealthOut(
        status="failing" if failing else "ok" if sight.watching else "degraded",
        database=not sight.record_fault,
        watching=sight.watching,
        board_age_s=round(age, 3),
        cameras=len(sight.cameras),
        cameras_live=sum(camera.link == "live" for camera in sight.cameras),
    )
    return JSONResponse(told.model_dump(), 503 if failing else 200)


@root_router.get("/metrics", response_class=Response)
@router.get("/metrics", response_class=Response)
def metrics(parts: PartsDep) -> Response:
    """Prometheus metrics of all processes."""
    return Response(exposition(parts.board), media_type=CONTENT_TYPE_LATEST)
