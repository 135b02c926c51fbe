"""Tokens of programs (接口令牌): made for one's own account, listed, revoked."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import page_of
from api.routes.session import scope_out
from api.schemas.account import NewTokenBody, NewTokenOut, TokenOut, TokenPage
from api.schemas.fields import Paged
from models.domain.access import Permission, Scope
from models.domain.accounts import Token
from models.domain.errors import InputError

router = APIRouter(tags=["tokens"])

READ: Final = needs(Permission.OWN_ACCOUNT, audit=Audit.EACH)
CHANGE: Final = needs(Permission.OWN_ACCOUNT, audit=Audit.CHANGE)


@router.get("/tokens", summary="Tokens", dependencies=[READ])
def list_tokens(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]
) -> TokenPage:
    """One's own tokens; the security administrator sees everybody's. Never a secret."""
    everybody = visitor.may(Permission.MANAGE_ACCOUNTS)
    held = {
        token.id: token for token in parts.accounts.tokens.list("" if everybody else visitor.name)
    }
    ids, following = page_of(held, lambda name: (name,), wanted.after, wanted.limit)
    return TokenPage(
        items=[_told(held[name]) for name in ids],
        total=len(held),
        next_after=following,
        limit=wanted.limit,
    )


@router.post("/tokens", summary="Make a token", status_code=201, dependencies=[CHANGE])
def make_token(asked: NewTokenBody, parts: PartsDep, visitor: VisitorDep) -> NewTokenOut:
    """Make a token of one's own account; its secret is in the answer, this once."""
    scope = Scope(
        None if asked.halls is None else frozenset(asked.halls),
        None if asked.units is None else frozenset(asked.units),
    )
    token, secret = parts.accounts.tokens.make(
        visitor.name,
        asked.name,
        frozenset(asked.permissions),
        scope,
        asked.expires_at.astimezone(UTC),
        visitor,
    )
    return NewTokenOut(token=_told(token), secret=secret)


@router.delete("/tokens/{token_id}", summary="Revoke", status_code=204, dependencies=[CHANGE])
def revoke_token(token_id: str, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Revoke a token of one's own; the security administrator, anybody's."""
    everybody = visitor.may(Permission.MANAGE_ACCOUNTS)
    try:
        parts.accounts.tokens.revoke(token_id, visitor, login="" if everybody else visitor.name)
    except InputError:
        raise missing("令牌", "token", token_id[:100]) from None
    return Response(status_code=204)


def _told(token: Token) -> TokenOut:
    return TokenOut(
        id=token.id,
        login=token.login,
        name=token.name,
        permissions=sorted(token.permissions),
        scope=scope_out(token.scope),
        created_at=token.created_at,
        expires_at=token.expires_at,
        used_at=token.used_at,
        revoked_at=token.revoked_at,
    )
