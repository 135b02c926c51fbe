"""The door: who calls, may they, how often; before a body is read or a handler runs.

The order: too many calls (429), who it is (401), a call that another site's page made with the
browser's cookie (403), a first password that is due (403), permission (403), then the handler,
which answers 404 for what is outside the caller's scope.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.account_desk import AccountDesk, Signed
from api.auth.audit import Actor
from api.auth.audit_groups import AuditDesk
from api.auth.cookies import cookie_name
from api.auth.endpoints import SIGNED_IN, Endpoint, Endpoints, is_open_folder
from api.auth.guard import admit
from api.auth.rate import Limits
from api.auth.rule import Audit, Rule
from api.auth.same_origin import SAFE_METHODS, foreign_call, is_own_page
from api.auth.visitor import Visitor
from api.errors import NotAllowed, NotSignedIn, PasswordDue, TooMany, answer_to, status_of
from models.domain.errors import OnPostError

LOOK_AGAIN_S: Final = 10.0
"""Seconds after which an open socket's or stream's session is looked at again."""

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
BEARER: Final = "bearer "
SIGN_INS: Final = frozenset(
    {("POST", "/api/v1/session"), ("POST", "/sign-in"), ("POST", "/sign-in/demo")}
)

Refuse = Callable[[HTTPConnection, OnPostError, Visitor | None], Response | None]
"""How a page tells a refusal to a person; None where it is told to a program."""


@dataclass(frozen=True, slots=True)
class Locks:
    """What the door is made of.

    Attributes:
        desk: Knows sessions and tokens.
        audit: Enters calls.
        limits: How often anybody may call.
        endpoints: Every endpoint with its rule.
        tls: Whether browsers reach this over TLS.
        proxied: Whether a proxy passes calls on; then none is known to be of this machine.
        told_to_people: Answers of pages.
    """

    desk: AccountDesk
    audit: AuditDesk
    limits: Limits
    endpoints: Endpoints
    tls: bool
    proxied: bool
    told_to_people: Refuse


class Door:
    """ASGI middleware around everything that needs an account."""

    def __init__(self, app: ASGIApp, locks: Locks) -> None:
        self._app = app
        self._locks = locks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._call(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = HTTPConnection(scope)
        endpoint = self._locks.endpoints.find(scope["method"], scope["path"])
        state = scope.setdefault("state", {})
        state["endpoint"] = endpoint.name if endpoint else f"{scope['method']} *"
        try:
            visitor = await self._let_in(caller, scope, endpoint)
        except OnPostError as error:
            answer = self._refusal(caller, error, state.get("visitor"))
            await answer(scope, receive, send)
            return
        if visitor is not None:
            state["still_in"] = lambda: self._still_in(caller)
        await self._app(scope, receive, send)

    async def _let_in(
        self, caller: HTTPConnection, scope: Scope, endpoint: Endpoint | None
    ) -> Visitor | None:
        method, path = scope["method"], scope["path"]
        rule = self._rule(scope, caller, endpoint)
        visitor = await self._who(caller, method, path)
        scope["state"]["visitor"] = visitor
        if visitor is not None and visitor.by_session and method not in SAFE_METHODS:
            if not is_own_page(caller.headers):
                raise foreign_call()
            _take(self._locks.limits.changes.take(visitor.name))
        admit(rule, visitor, path)
        await self._record(scope, endpoint, visitor)
        return visitor

    def _rule(self, scope: Scope, caller: HTTPConnection, endpoint: Endpoint | None) -> Rule:
        if endpoint is None:
            return Rule(None) if is_open_folder(scope["path"]) else SIGNED_IN
        if endpoint.rule.on_machine and not self._locks.proxied and is_on_machine(caller):
            scope["state"]["on_machine"] = True
            return Rule(None, endpoint.rule.audit)
        return endpoint.rule

    async def _who(self, caller: HTTPConnection, method: str, path: str) -> Visitor | None:
        """Whoever the session or token belongs to; both are looked at only so often."""
        limits, address = self._locks.limits, address_of(caller)
        if (method, path) in SIGN_INS:
            _take(limits.sign_ins.take(address))
        signed = await self._signed(caller)
        if signed is None:
            _take(limits.strangers.take(address))
            return None
        _take(limits.accounts.take(signed.name))
        return visitor_from(signed, address)

    async def _signed(self, caller: HTTPConnection) -> Signed | None:
        desk = self._locks.desk
        said = caller.headers.get("authorization", "")
        if said:  # a program's; then no cookie counts
            if not said.lower().startswith(BEARER):
                return None
            return await run_in_threadpool(desk.who_by_token, said[len(BEARER) :].strip())
        secret = caller.cookies.get(cookie_name(tls=self._locks.tls), "")
        if not secret:
            return None
        return desk.recalled(secret) or await run_in_threadpool(desk.who, secret)

    async def _still_in(self, caller: HTTPConnection) -> bool:
        return await self._signed(caller) is not None

    async def _record(
        self, scope: Scope, endpoint: Endpoint | None, visitor: Visitor | None
    ) -> None:
        """Enter the call in the audit log, before the handler runs."""
        if endpoint is None or endpoint.rule.audit is Audit.CHANGE:
            return
        caller = HTTPConnection(scope)
        acting = visitor or Actor("", ip=address_of(caller))
        if endpoint.rule.audit is Audit.EACH:
            query = dict(caller.query_params)
            await run_in_threadpool(
                self._locks.audit.each, acting, endpoint.name, scope["path"], query
            )
        else:
            self._locks.audit.read(acting, endpoint.name)

    def _refusal(
        self, caller: HTTPConnection, error: OnPostError, visitor: Visitor | None
    ) -> Response:
        if isinstance(error, NotSignedIn | NotAllowed | PasswordDue) and is_navigation(caller):
            told = self._locks.told_to_people(caller, error, visitor)
            if told is not None:
                return told
        return answer_to(error, status_of(error))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page's socket: of this site's pages and for the signed-in only, while they are."""
        caller = HTTPConnection(scope)
        signed = await self._signed(caller) if is_own_page(caller.headers) else None
        if signed is None:
            await send({"type": "websocket.close", "code": 1008})
            return
        scope.setdefault("state", {})["visitor"] = visitor_from(signed, address_of(caller))
        looked = time.monotonic()

        async def watched() -> Message:
            nonlocal looked
            message = await receive()
            if time.monotonic() - looked > LOOK_AGAIN_S:
                looked = time.monotonic()
                if not await self._still_in(caller):
                    return {"type": "websocket.disconnect", "code": 1008}
            return message

        await self._app(scope, watched, send)


def visitor_from(signed: Signed, address: str) -> Visitor:
    """The visitor of one call."""
    return Visitor(
        signed.name,
        signed.access,
        signed.means,
        address,
        password_due=signed.must_change,
    )


def visitor_of_session(desk: AccountDesk, secret: str) -> Visitor | None:
    """Whose session this is; None where it is over."""
    signed = desk.who(secret)
    return visitor_from(signed, "") if signed else None


def address_of(caller: HTTPConnection) -> str:
    """Where a call comes from; a trusted proxy's word is taken in before this (uvicorn)."""
    return caller.client.host if caller.client else ""


def is_navigation(caller: HTTPConnection) -> bool:
    """Whether a person opens a page, rather than a program asks."""
    scope: Any = caller.scope
    return (
        scope["method"] in {"GET", "POST"}
        and not scope["path"].startswith("/api/")
        and "text/html" in caller.headers.get("accept", "")
    )


def sign_in_address(back: str) -> str:
    """The sign-in page that leads back to an address afterwards."""
    return "/sign-in?next=" + quote(back, safe="")


def is_on_machine(caller: HTTPConnection) -> bool:
    """Whether a program on this machine calls by itself, not for somebody else as a proxy."""
    if any(name in caller.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(address_of(caller)).is_loopback
    except ValueError:
        return False


def _take(wait_s: float) -> None:
    if wait_s > 0:
        raise TooMany(wait_s)
