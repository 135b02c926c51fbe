"""Refused calls leave an entry in the audit log, whichever part of the application refused them.

The door leaves the visitor in `scope["state"]["visitor"]`; where nobody is signed in, the
address alone is told.
"""

from __future__ import annotations

from typing import Final

from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.audit import Acting, Actor
from api.auth.audit_groups import AuditDesk
from api.auth.same_origin import SAFE_METHODS

ALWAYS: Final = frozenset({401, 403, 404, 429})
ON_CHANGES: Final = frozenset({400, 409, 413, 415, 422})


class AuditRefusals:
    """ASGI middleware: enters what was refused, before the refusal is told."""

    def __init__(self, app: ASGIApp, desk: AuditDesk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_refusal(scope, message["status"]):
                await run_in_threadpool(
                    self._desk.refused,
                    _visitor(scope),
                    endpoint_of(scope),
                    scope["path"],
                    message["status"],
                )
            await send(message)

        await self._app(scope, receive, told)


def _is_refusal(scope: Scope, status: int) -> bool:
    return status in ALWAYS or (status in ON_CHANGES and scope["method"] not in SAFE_METHODS)


def _visitor(scope: Scope) -> Acting:
    client = scope.get("client")
    found: Acting | None = scope.get("state", {}).get("visitor")
    return found or Actor("", ip=client[0] if client else "")


def endpoint_of(scope: Scope) -> str:
    """Method and route of a call, as the door left it: `GET /api/v1/findings/{finding_id}`. One
    of a few, however many addresses are tried."""
    return str(scope.get("state", {}).get("endpoint", f"{scope['method']} *"))
