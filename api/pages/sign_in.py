"""Signing in and out, without any script: `/sign-in`, `/sign-out`."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth.cookies import cookie_name, drop_session, set_session
from api.auth.door import address_of, visitor_of_session
from api.auth.guard import needs, visitor_of
from api.auth.rule import Audit
from api.deps import PartsDep
from api.errors import status_of
from api.pages.language import Page, inside, language_of
from api.pages.notice import PATH as NOTICE
from api.pages.places import home_of
from api.pages.plain import field, form, plain_page, warning
from api.wiring import WebParts
from api.wording import word
from api.wording_accounts import ROLES
from models.domain.access import Permission, Role
from models.domain.accounts import LockedOut, SignInRefused
from models.domain.errors import OnPostError

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=200)]
Back = Annotated[str, Form(alias="next", max_length=2000)]


@router.get("/sign-in", dependencies=[needs(None)])
def ask(
    request: Request,
    parts: PartsDep,
    back: Annotated[str, Query(alias="next", max_length=2000)] = "/",
) -> Response:
    """The form; whoever is signed in goes on at once."""
    visitor = visitor_of(request)
    if visitor is not None:
        return RedirectResponse(inside(back) if back != "/" else home_of(visitor), 303)
    return _form(request, parts, inside(back))


@router.post("/sign-in", dependencies=[needs(None, audit=Audit.CHANGE)])
def sign_in(
    request: Request, parts: PartsDep, login: Typed, password: Typed, back: Back = "/"
) -> Response:
    """Sign in and go on to where one wanted to."""
    desk = parts.accounts.desk
    try:
        secret, _ = desk.sign_in(
            login, password, address_of(request), instead_of=held(request, parts)
        )
    except (SignInRefused, LockedOut) as error:
        return _form(request, parts, inside(back), error)
    return _signed_in(parts, secret, back)


@router.post("/sign-in/demo", dependencies=[needs(None, audit=Audit.CHANGE)])
def sign_in_to_demo(request: Request, parts: PartsDep, role: Typed, back: Back = "/") -> Response:
    """In the rehearsal alone: sign in as an account of a role."""
    try:
        chosen = Role(role)
    except ValueError:
        return _form(request, parts, inside(back), SignInRefused())
    try:
        secret, _ = parts.accounts.desk.sign_in_to_demo(
            chosen, address_of(request), instead_of=held(request, parts)
        )
    except SignInRefused as error:
        return _form(request, parts, inside(back), error)
    return _signed_in(parts, secret, back)


@router.post("/sign-out", dependencies=[needs(Permission.OWN_ACCOUNT, audit=Audit.CHANGE)])
def sign_out(request: Request, parts: PartsDep) -> Response:
    """End the session."""
    parts.accounts.desk.sign_out(held(request, parts), address_of(request))
    answer = RedirectResponse("/sign-in", 303)
    drop_session(answer, tls=parts.settings.web.tls)
    return answer


def held(request: Request, parts: WebParts) -> str:
    """The session's secret that the browser holds, also of one that is over."""
    return request.cookies.get(cookie_name(tls=parts.settings.web.tls), "")


def _signed_in(parts: WebParts, secret: str, back: str) -> Response:
    target = inside(back)
    visitor = visitor_of_session(parts.accounts.desk, secret)
    if target == "/" and visitor is not None:
        target = home_of(visitor)
    answer = RedirectResponse(target, 303)
    set_session(answer, secret, tls=parts.settings.web.tls)
    return answer


def _form(
    request: Request, parts: WebParts, back: str, error: OnPostError | None = None
) -> Response:
    page = Page(language_of(request, parts.settings.web.language))
    said = warning(page.text(error.zh, error.en)) if error else ""
    fields = field("login", page.text("登录名", "Sign-in name"), "text", "username", first=True)
    fields += field("password", page.text("口令", "Password"), "password", "current-password")
    button = page.text("登录", "Sign in")
    body = said + form("/sign-in", fields, button, {"next": back})
    told = page.text("本大厅记录什么(告知书)", "What is recorded here (notice)")
    body += f'<p><a href="{NOTICE}">{told}</a></p>'
    if parts.settings.web.demo:
        body += _roles(page, back)
    here = "/sign-in"
    answer = plain_page(page, here, button, body, status_of(error) if error else 200)
    if isinstance(error, LockedOut):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def _roles(page: Page, back: str) -> str:
    """One button for each role of the rehearsal."""
    said = page.text(
        "演练:选择角色,无需口令。", "Rehearsal: choose a role; no password is asked for."
    )
    buttons = "".join(
        f'<button type="submit" name="role" value="{role.value}">'
        f"{escape(word(ROLES, role.value, page.language))}</button>"
        for role in Role
    )
    return (
        f'<form method="post" action="/sign-in/demo" class="roles"><p>{escape(said)}</p>'
        f'<input type="hidden" name="next" value="{escape(back)}">{buttons}</form>'
    )
