"""The rule of an endpoint as a dependency of it, and who is admitted by a rule."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Depends, Request

from api.auth.rule import Audit, Rule
from api.auth.visitor import (
    Visitor,
    not_allowed,
    not_signed_in,
    password_due,
)
from models.domain.access import Permission

WHILE_DUE: Final = frozenset(
    {"/api/v1/session", "/api/v1/session/password", "/account", "/account/password", "/sign-out"}
)
"""Where an account with a first password may go: see who it is, change it, sign out."""


class Guard:
    """Stands before one endpoint. The door (`api.auth.door`) asks it before a body is read; as
    a dependency it asks again, so that no endpoint is open where the door was left out."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    async def __call__(self, request: Request) -> None:  # no thread for so little
        if not (self.rule.on_machine and getattr(request.state, "on_machine", False)):
            admit(self.rule, visitor_of(request), request.url.path)


def needs(
    permission: Permission | None,
    *,
    also: Permission | None = None,
    audit: Audit = Audit.GROUPED,
    on_machine: bool = False,
) -> Any:
    """Who may call an endpoint: `dependencies=[needs(Permission.SEE_FINDINGS)]`.

    Args:
        permission: What the caller must be allowed; None where anybody may call.
        also: A second permission that it takes.
        audit: What a call leaves in the audit log.
        on_machine: Programs on this machine itself need no account.
    """
    return Depends(Guard(Rule(permission, audit, on_machine, also)))


def visitor_of(request: Request) -> Visitor | None:
    """Whom the door let in; None for somebody not signed in."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return visitor


async def visitor_at(request: Request) -> Visitor:
    """Who calls, of an endpoint that needs an account.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    visitor = visitor_of(request)
    if visitor is None:
        raise not_signed_in()
    return visitor


def admit(rule: Rule, visitor: Visitor | None, path: str) -> None:
    """Let a caller pass, or say why not.

    Raises:
        NotSignedIn: the rule asks for an account and there is none.
        PasswordDue: the first password was not changed yet.
        NotAllowed: the account or the token may not do this.
    """
    if rule.permission is None:
        return
    if visitor is None:
        raise not_signed_in()
    if visitor.password_due and path not in WHILE_DUE:
        raise password_due()
    if not all(visitor.may(one) for one in rule.permissions):
        raise not_allowed(visitor)
