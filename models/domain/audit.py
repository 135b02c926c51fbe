"""The audit log (审计日志): who did what, from where, with what outcome. A chain of its own.

Entries are entries of the register's machinery: never changed, hash-chained, their heads signed
outside the database. They name accounts, never people of the roster, and hold no secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from models.domain.errors import RegisterError
from models.domain.register import Entry

AUDIT_CHAIN: Final = "audit"

NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,59}")
SECRET: Final = re.compile(r"password|passwd|secret|token$|cookie|authorization|credential", re.I)
"""Details of such a name are refused: what is entered can never be taken out again."""

LONGEST: Final = 500
"""Characters kept of a target and of what a caller typed."""


class Action(StrEnum):
    """What is entered, beside the names of endpoints that the guard enters by itself."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a name, no password
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    TOKEN_ADDED = "token_added"  # noqa: S105  a name, no token
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  a name, no token
    REFUSED = "refused"
    READ = "read"
    EVIDENCE_VIEWED = "evidence_viewed"
    EXPORTED = "exported"
    FINDING_DECIDED = "finding_decided"
    ALERT_HANDLED = "alert_handled"
    NAMING_ASKED = "naming_asked"
    NAMING_APPROVED = "naming_approved"
    NAMING_REFUSED = "naming_refused"
    NAME_SHOWN = "name_shown"
    DUTY_CHANGED = "duty_changed"
    SETTINGS_CHANGED = "settings_changed"
    CHECK_CHANGED = "check_changed"
    CASES_IMPORTED = "cases_imported"
    HOOK_RECEIVED = "hook_received"
    AUDIT_READ = "audit_read"
    AUDIT_EXPORTED = "audit_exported"
    AUDIT_VERIFIED = "audit_verified"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the audit log, as it is read.

    Attributes:
        who: Login; `console:<user>` for commands, empty where nobody was signed in.
        roles: Roles that the account held then.
        means: Session or token by which the account came, e.g. `session:3f2a`.
        address: Where the call came from.
        target: What it was about, e.g. `finding:17`.
        said: Everything else.
    """

    seq: int
    at: datetime
    who: str
    roles: tuple[str, ...]
    means: str
    address: str
    action: str
    target: str
    outcome: str
    said: Mapping[str, Any]
    hash: str


def payload_of(  # noqa: PLR0917 - the fields of an entry, in their order
    who: str,
    roles: tuple[str, ...],
    means: str,
    address: str,
    action: str,
    target: str,
    outcome: str,
    said: Mapping[str, Any],
) -> dict[str, Any]:
    """What an audit entry holds.

    Raises:
        RegisterError: the action is no plain name, or a detail is named like a secret.
    """
    if not NAME.fullmatch(action):
        raise RegisterError(
            f"审计动作“{action}”无效。", f"the action {action!r} is no plain name.", where="audit"
        )
    secret = next((name for name in said if SECRET.search(name)), None)
    if secret is not None:
        raise RegisterError(
            f"审计条目不得包含“{secret}”。",
            f"an audit entry must not hold {secret!r}.",
            where="audit",
        )
    return {
        "who": _fit(who),
        "roles": sorted(roles),
        "means": _fit(means),
        "address": _fit(address),
        "target": _fit(target),
        "outcome": Outcome(outcome).value,
        "said": _fit(dict(said)),
    }


def _fit(value: Any) -> Any:
    """What a caller typed, short enough and writable: a call must not escape its entry by
    sending half a character."""
    if isinstance(value, str):
        return value[:LONGEST].encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_fit(str(name)): _fit(held) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fit(held) for held in value]
    return value


def deed_of(entry: Entry) -> Deed:
    """The audit entry that was stored."""
    held = entry.payload
    return Deed(
        seq=entry.seq,
        at=entry.at,
        who=held["who"],
        roles=tuple(held["roles"]),
        means=held["means"],
        address=held["address"],
        action=entry.kind,
        target=held["target"],
        outcome=held["outcome"],
        said=held["said"],
        hash=entry.hash,
    )


def told(deed: Deed) -> dict[str, Any]:
    """A deed as JSON values."""
    return {
        "seq": deed.seq,
        "at": deed.at.isoformat(),
        "who": deed.who,
        "roles": list(deed.roles),
        "means": deed.means,
        "address": deed.address,
        "action": deed.action,
        "target": deed.target,
        "outcome": deed.outcome,
        "said": dict(deed.said),
        "hash": deed.hash,
    }


@dataclass(frozen=True, slots=True)
class DeedQuery:
    """Which deeds a list shows; an empty field asks for all of them.

    Attributes:
        since: Entered at or after this moment.
        until: Entered before this moment.
    """

    who: str = ""
    action: str = ""
    target: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, deed: Deed) -> bool:
        """Whether a deed is asked for; letters' case is not minded in names and targets."""
        held = ((self.who, deed.who), (self.target, deed.target))
        return (
            all(not wanted or wanted.lower() == found.lower() for wanted, found in held)
            and self.action in {"", deed.action}
            and self.outcome in {"", deed.outcome}
            and (self.since is None or deed.at >= self.since)
            and (self.until is None or deed.at < self.until)
        )

    def told(self) -> dict[str, Any]:
        """What is asked for, for the entry of the question."""
        return {name: held for name in self.__slots__ if (held := getattr(self, name))}

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts that the stored body of every deed that is asked for contains, word for word:
        canonical JSON has its names in order, so these stand at no other place."""
        wanted = (("outcome", self.outcome, "roles"), ("target", self.target, "who"))
        return tuple(f'"{name}":{_text(held)},"{then}":' for name, held, then in wanted if held)

    @property
    def ending(self) -> str:
        """The end of the stored body of every deed that is asked for; empty for any."""
        return f'"who":{_text(self.who)}}}' if self.who else ""


def _text(held: str) -> str:
    return json.dumps(held, ensure_ascii=False)
