"""The cookie (Cookie) that holds a session's secret, and where a browser says it comes from."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

PLAIN: Final = "onpost"
SECURE: Final = "__Host-onpost"
"""Browsers take a cookie of this prefix over TLS only, for this host and every path of it."""


def cookie_name(*, tls: bool) -> str:
    """What the cookie is called."""
    return SECURE if tls else PLAIN


def set_session(answer: Response, secret: str, *, tls: bool) -> None:
    """Have the browser keep a session's secret until it is closed or the session is over."""
    answer.set_cookie(
        cookie_name(tls=tls), secret, path="/", secure=tls, httponly=True, samesite="strict"
    )


def drop_session(answer: Response, *, tls: bool) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(
        cookie_name(tls=tls), path="/", secure=tls, httponly=True, samesite="strict"
    )
