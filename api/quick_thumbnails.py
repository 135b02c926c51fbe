"""Thumbnails on the short way: between the door and the router.

A wall of 82 cameras asks for little else, and finding a route among all others costs several times
what the answer does (docs/performance.md). Only the plain good case is answered here; whatever is
missing, foreign or otherwise than usual goes on to `api.routes.cameras.thumbnail`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.visitor import Visitor
from api.routes.cameras import picture_answer
from api.wiring import WebParts

_ADDRESS: Final = re.compile(r"/api/v1/cameras/([^/]+)/thumbnail\.jpg")


class QuickThumbnails:
    """ASGI middleware inside the door, which has let the visitor in by the endpoint's rule.

    Args:
        app: Answers everything else.
        parts: Cameras and the frame shelf (图像架).
    """

    def __init__(self, app: ASGIApp, parts: WebParts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) or self._app
        await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Any:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        asked = _ADDRESS.fullmatch(scope["path"])
        visitor: Visitor | None = scope.get("state", {}).get("visitor")
        camera = self._parts.settings.cameras.get(asked.group(1)) if asked else None
        if asked is None or camera is None or visitor is None:
            return None
        picture = self._parts.shelf.thumbnail(asked.group(1))
        if picture is None or not visitor.sees_camera(camera.hall):
            return None
        return picture_answer(Request(scope), picture)
