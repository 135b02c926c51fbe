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

SESSION: Final = "/api/v1/session"
"""Where an account with a first password may go: see who it is, change it, sign out."""


class Guard:
    """Stands before one endpoint. The door (`api.auth.door`) asks it before a body is read; as
    a dependency it asks again, so that no endpoint is open where the door was left out."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __call__(self, request: Request) -> None:
        admit(self.rule, visitor_of(request), request.url.path)


def needs(permission: Permission | None, *, audit: Audit = Audit.GROUPED) -> Any:
    """Who may call an endpoint: `dependencies=[needs(Permission.SEE_FINDINGS)]`.

    Args:
        permission: What the caller must be allowed; None where anybody may call.
        audit: What a call leaves in the audit log.
    """
    return Depends(Guard(Rule(permission, audit)))


def visitor_of(request: Request) -> Visitor | None:
    """Whom the door let in; None for somebody not signed in."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
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
    if visitor.password_due and not path.startswith(SESSION):
        raise password_due()
    if not visitor.may(rule.permission):
        raise not_allowed(visitor)
