"""Signing in and out, and one's own password, for programs that act for a person."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth.account_desk import AccountDesk
from api.auth.cookies import cookie_name, drop_session, set_session
from api.auth.door import address_of
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import not_signed_in
from api.deps import PartsDep, VisitorDep
from api.schemas.account import NewPasswordBody, ScopeOut, SignInBody, WhoOut
from api.wiring import WebParts
from models.domain.access import Permission, Scope

router = APIRouter(tags=["session"])

OWN = needs(Permission.OWN_ACCOUNT)
OWN_CHANGE = needs(Permission.OWN_ACCOUNT, audit=Audit.CHANGE)


@router.post("/session", summary="Sign in", dependencies=[needs(None, audit=Audit.CHANGE)])
def sign_in(typed: SignInBody, request: Request, response: Response, parts: PartsDep) -> WhoOut:
    """Sign in; the answer sets the session's cookie. Programs of their own use a token."""
    desk, old = parts.accounts.desk, _secret(request, parts)
    secret, _ = desk.sign_in(typed.login, typed.password, address_of(request), instead_of=old)
    set_session(response, secret, tls=parts.settings.web.tls)
    return _who(desk, secret)


@router.get("/session", summary="Who am I", dependencies=[OWN])
def who(request: Request, parts: PartsDep) -> WhoOut:
    """Who is signed in, what they may and where."""
    return _who(parts.accounts.desk, _secret(request, parts))


@router.delete("/session", summary="Sign out", status_code=204, dependencies=[OWN_CHANGE])
def sign_out(request: Request, parts: PartsDep) -> Response:
    """End the session."""
    parts.accounts.desk.sign_out(_secret(request, parts), address_of(request))
    answer = Response(status_code=204)
    drop_session(answer, tls=parts.settings.web.tls)
    return answer


@router.post("/session/password", summary="Change my password", dependencies=[OWN_CHANGE])
def change_password(
    typed: NewPasswordBody, response: Response, parts: PartsDep, visitor: VisitorDep
) -> WhoOut:
    """A new password; all sessions end and a new one begins."""
    desk = parts.accounts.desk
    secret, _ = desk.change_password(visitor, typed.old, typed.new)
    set_session(response, secret, tls=parts.settings.web.tls)
    return _who(desk, secret)


def scope_out(scope: Scope) -> ScopeOut:
    """A scope as calls carry it."""
    return ScopeOut(
        halls=None if scope.halls is None else sorted(scope.halls),
        units=None if scope.units is None else sorted(scope.units),
    )


def _secret(request: Request, parts: WebParts) -> str:
    return request.cookies.get(cookie_name(tls=parts.settings.web.tls), "")


def _who(desk: AccountDesk, secret: str) -> WhoOut:
    signed = desk.who(secret)
    if signed is None:  # ended by somebody else this very moment
        raise not_signed_in()
    return WhoOut(
        login=signed.name,
        name=signed.account.name,
        roles=sorted(signed.access.roles),
        permissions=sorted(signed.access.permissions),
        scope=scope_out(signed.access.scope),
        must_change_password=signed.must_change,
    )
