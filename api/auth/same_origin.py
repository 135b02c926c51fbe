"""Calls made by another site's page in somebody's browser are refused; security headers.

A browser says with `Sec-Fetch-Site` or `Origin` whose page makes a call. Programs say neither
and pass: nothing of a browser's comes with their calls.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ForeignCall, answer_to

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN: Final = frozenset({"same-origin", "none"})
"""`none`: the person typed the address or opened a bookmark."""
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
PROGRAM_POLICY: Final = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'"
PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # NiceGUI: Vue compiles in the browser
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self' blob:",  # drafts as PDF, made by our own script
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
FORM_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Of pages without any script: sign-in, password."""

TLS_ONLY: Final = "max-age=31536000"


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another site makes this call."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in OWN
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def is_own_page(headers: Headers) -> bool:
    """Whether a browser says that one of our pages makes this call; silence is no yes."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return site is not None


def foreign_call() -> ForeignCall:
    """For a 403."""
    return ForeignCall(
        "请求来自其他网站的页面,已拒绝。请在本系统页面中操作。",
        "the call came from another site's page and was refused; act in OnPost's pages.",
    )


class SameOrigin:
    """ASGI middleware: refuses foreign calls that could change something, and foreign sockets."""

    def __init__(self, app: ASGIApp, *, tls: bool = False) -> None:
        self._app = app
        self._more = SECURITY_HEADERS | ({"Strict-Transport-Security": TLS_ONLY} if tls else {})

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
                for name, value in self._more.items():
                    headers.setdefault(name, value)
                kind = headers.get("content-type", "").partition(";")[0]
                page = kind == "text/html"
                headers.setdefault(
                    "Content-Security-Policy", PAGE_POLICY if page else PROGRAM_POLICY
                )
                if page or kind.endswith("json"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] not in SAFE_METHODS and is_foreign(Headers(scope=scope)):
            await answer_to(foreign_call(), 403)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)
