"""What a person is told whom the door does not let through."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from api.auth.door import Refuse, sign_in_address
from api.auth.visitor import Visitor
from api.errors import NotSignedIn, PasswordDue
from api.pages.language import Page, language_of
from api.pages.places import ACCOUNT, home_of
from api.pages.plain import bounce, plain_page, warning
from api.wording import Language
from models.domain.errors import OnPostError

ELSEWHERE = frozenset({"cross-site", "same-site"})


def told_to_people(language: Language) -> Refuse:
    """How refusals are told, in the viewer's language or else in this one."""

    def told(caller: HTTPConnection, error: OnPostError, visitor: Visitor | None) -> Response:
        path = caller.url.path
        opened = caller.scope["method"] == "GET"
        if isinstance(error, NotSignedIn):
            here = path + (f"?{caller.url.query}" if caller.url.query else "")
            if opened and caller.headers.get("sec-fetch-site") in ELSEWHERE:
                return bounce(here)
            return RedirectResponse(sign_in_address(here if opened else "/"), 303)
        if isinstance(error, PasswordDue):
            return RedirectResponse(ACCOUNT, 303)
        if path == "/" and visitor is not None and home_of(visitor) != "/":
            return RedirectResponse(home_of(visitor), 303)
        page = Page(language_of(caller, language))
        said = warning(page.text(error.zh, error.en))
        home = home_of(visitor) if visitor is not None else "/"
        link = f'<p><a href="{home}">{page.text("返回", "back")}</a></p>'
        return plain_page(page, "/", page.text("无权查看", "Not allowed"), said + link, 403)

    return told
