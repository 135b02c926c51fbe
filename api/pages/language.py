"""Chinese first, English by a switch: a cookie that the pages read."""

from __future__ import annotations

from typing import cast

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from api.wording import Language

COOKIE = "onpost_language"


def language_of(request: Request, default: Language) -> Language:
    """The viewer's language."""
    chosen = request.cookies.get(COOKIE)
    return cast(Language, chosen) if chosen in {"zh", "en"} else default


def add_to(app: FastAPI) -> None:
    """Add the switch, `/language/zh` and `/language/en`."""

    @app.get("/language/{language}", include_in_schema=False)
    def switch(language: Language, back: str = "/") -> RedirectResponse:
        inside = back.startswith("/") and not back.startswith(("//", "/\\"))
        answer = RedirectResponse(back if inside else "/", 303)
        answer.set_cookie(COOKIE, language, max_age=31_536_000, samesite="lax", httponly=True)
        return answer
