"""A body that is no upload is short: JSON is held whole in memory before it is read."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 2 * 1024 * 1024


class BodyLimit:
    """ASGI middleware.

    Args:
        app: What reads the body.
        uploads: The most bytes of a `multipart/form-data` body; where files are received
            (`api.uploads`) they are counted once more, and held in files.
        most: The most bytes of every other.
    """

    def __init__(self, app: ASGIApp, uploads: int, most: int = MOST_BYTES) -> None:
        self._app = app
        self._uploads = uploads
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._uploads if _is_upload(scope) else self._most
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, f"the body is longer than {most} bytes")
            return message

        await self._app(scope, counted, send)


def _is_upload(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "")
    return kind.lower().startswith("multipart/form-data")
