"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.auth.guard import visitor_at
from api.auth.visitor import Visitor
from api.wiring import WebParts


def _parts(request: Request) -> WebParts:
    parts: WebParts = request.app.state.parts
    return parts


PartsDep = Annotated[WebParts, Depends(_parts)]
VisitorDep = Annotated[Visitor, Depends(visitor_at)]
"""Who calls; a 401 where nobody is signed in."""
