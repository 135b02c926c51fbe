"""Chinese first, English by a switch: a cookie that the pages read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection

from api.auth.guard import needs
from api.wording import Language

COOKIE = "onpost_language"


@dataclass(frozen=True, slots=True)
class Page:
    """A page being made: its language, and text chosen by it."""

    language: Language

    def text(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


def language_of(request: HTTPConnection, default: Language) -> Language:
    """The viewer's language."""
    chosen = request.cookies.get(COOKIE)
    return cast(Language, chosen) if chosen in {"zh", "en"} else default


def inside(address: str) -> str:
    """An address on this site, or `/`: nobody is sent elsewhere by a link to this page."""
    plain = address.isprintable() and not set(address) & set("\\ ")
    here = address.startswith("/") and not address.startswith("//")
    return address if here and plain else "/"


def add_to(app: FastAPI) -> None:
    """Add the switch, `/language/zh` and `/language/en`."""

    @app.get("/language/{language}", include_in_schema=False, dependencies=[needs(None)])
    def switch(language: Language, back: str = "/") -> RedirectResponse:
        answer = RedirectResponse(inside(back), 303)
        answer.set_cookie(COOKIE, language, max_age=31_536_000, samesite="lax", httponly=True)
        return answer
