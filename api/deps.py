"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.auth.guard import visitor_at
from api.auth.visitor import Visitor
from api.wiring import WebParts
from models.domain.errors import InputError


async def _parts(request: Request) -> WebParts:
    parts: WebParts = request.app.state.parts
    return parts


async def plain_address(request: Request) -> None:
    """Refuse a NUL character in an address: no name has one, and PostgreSQL keeps none.

    Raises:
        InputError: there is one.
    """
    if "\0" in request.url.path or "%00" in request.url.query or "\0" in str(request.path_params):
        raise InputError("地址含无效字符。", "the address holds a NUL character.", where="address")


PartsDep = Annotated[WebParts, Depends(_parts)]
VisitorDep = Annotated[Visitor, Depends(visitor_at)]
"""Who calls; a 401 where nobody is signed in."""
