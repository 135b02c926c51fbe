"""Entering into the audit log (审计日志), in the transaction of what is done."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from models.domain.access import Access
from models.domain.audit import AUDIT_CHAIN, payload_of
from models.domain.ports import UnitOfWork
from models.domain.register import Entry


class Acting(Protocol):
    """Who acts: the visitor of a call, the console, or somebody not signed in."""

    @property
    def name(self) -> str:
        """Login; `console:<user>`; empty for nobody."""
        ...

    @property
    def ip(self) -> str: ...

    @property
    def access(self) -> Access | None: ...

    @property
    def means(self) -> str:
        """By what the account came: `session:<id>` or `token:<name>`, never a secret; for a
        session the public id of its row, not what the cookie holds."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is no visitor of a call: a command, a job, a failed sign-in."""

    name: str
    ip: str = ""
    access: Access | None = None
    means: str = ""


def console() -> Actor:
    """Whoever runs a command on this machine."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = "unknown"
    return Actor(f"console:{user}", means="console")


def note(
    uow: UnitOfWork,
    visitor: Acting,
    action: str,
    target: str,
    now: datetime,
    *,
    outcome: str = "done",
    **said: Any,
) -> Entry:
    """Enter a deed in an open transaction; the caller commits it with the change itself.

    Args:
        uow: The transaction of the change.
        visitor: Who acts.
        action: A name of `models.domain.audit.Action`, or another plain name.
        target: What it is about: `finding:17`, `account:li.na`.
        now: The moment.
        outcome: `done`, `refused` or `failed`.
        said: Details, JSON values; no secret, no name of a person.

    Raises:
        RegisterError: the entry is not fit to be kept.
        StorageError: it cannot be written; then nothing else is either.
    """
    roles = tuple(role.value for role in visitor.access.roles) if visitor.access else ()
    payload = payload_of(
        visitor.name, roles, visitor.means, visitor.ip, action, target, outcome, said
    )
    return uow.register.append(action, payload, now, chain=AUDIT_CHAIN)
