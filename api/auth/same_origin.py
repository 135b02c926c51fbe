"""Calls made by another site's page in somebody's browser are refused; security headers.

A browser says with `Sec-Fetch-Site` or `Origin` whose page makes a call. Programs say neither
and pass: nothing of a browser's comes with their calls.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer_to
from models.domain.errors import OnPostError

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN: Final = frozenset({"same-origin", "none"})
"""`none`: the person typed the address or opened a bookmark."""
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'self'; object-src 'none'",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class ForeignCall(OnPostError):
    """A page of another site tried to act here."""


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another site makes this call."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in OWN
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class SameOrigin:
    """ASGI middleware: refuses foreign calls that could change something, and foreign sockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if is_foreign(Headers(scope=scope)):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] not in SAFE_METHODS and is_foreign(Headers(scope=scope)):
            refused = ForeignCall(
                "请求来自其他网站的页面,已拒绝。请在本系统页面中操作。",
                "the call came from another site's page and was refused; act in OnPost's pages.",
            )
            await answer_to(refused, 403)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)
