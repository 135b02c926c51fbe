"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.auth.guard import visitor_of
from api.auth.visitor import Visitor, not_signed_in
from api.wiring import WebParts


def _parts(request: Request) -> WebParts:
    parts: WebParts = request.app.state.parts
    return parts


def visitor_at(request: Request) -> Visitor:
    """Who calls, of an endpoint that needs an account.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    visitor = visitor_of(request)
    if visitor is None:
        raise not_signed_in()
    return visitor


PartsDep = Annotated[WebParts, Depends(_parts)]
VisitorDep = Annotated[Visitor, Depends(visitor_at)]
"""Who calls; a 401 where nobody is signed in."""
