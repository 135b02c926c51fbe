"""Naming (点名): the name of the person held to account, outside the centre, by two people.

The name stands in the register entry of the confirmation and nowhere else. Inside the centre
those who decide see it; everybody else sees `—` until an approver, another person than the one
who asked, agreed. Requests and answers are register entries that hold no name.
Source: domain.md §2.9, issue 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from models.domain.access import Access, Permission
from models.domain.errors import ForbiddenMove, InputError
from models.domain.register import Entry

NOBODY: Final = "—"
"""Shown where a name may not be."""

MOST_ASKED: Final = 20
"""Requests for one finding; whoever is refused that often has an answer."""

_INSIDE: Final = frozenset({Permission.DECIDE, Permission.APPROVE_NAMING})


class NamingState(StrEnum):
    """How a request stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Naming:
    """One request to name a person outside the centre.

    Attributes:
        finding_key: The finding.
        number: 1, 2, … for one finding.
        asked_by: Account that asks.
        reason: What for.
        answered_by: Account of the approver, empty while it waits.
        answer: What the approver said.
    """

    finding_key: str
    number: int
    asked_by: str
    asked_at: datetime
    reason: str
    state: NamingState = NamingState.ASKED
    answered_by: str = ""
    answered_at: datetime | None = None
    answer: str = ""


def asked_key(finding_key: str, number: int) -> str:
    """Key of the register entry of a request."""
    return f"{finding_key}:naming:{number}"


def answered_key(finding_key: str, number: int) -> str:
    """Key of the register entry of an answer: there is one, whoever comes first."""
    return f"{finding_key}:naming:{number}:answer"


def naming_of(asked: Entry, answer: Entry | None) -> Naming:
    """The request that register entries tell."""
    held = asked.payload
    naming = Naming(held["finding"], held["number"], held["by"], asked.at, held["reason"])
    if answer is None:
        return naming
    said = answer.payload
    return Naming(
        naming.finding_key,
        naming.number,
        naming.asked_by,
        naming.asked_at,
        naming.reason,
        NamingState(answer.kind.removeprefix("naming_")),
        said["by"],
        answer.at,
        said["reason"],
    )


def check_ask(before: Sequence[Naming], reason: str, *, named: bool) -> int:
    """The number of a new request.

    Raises:
        InputError: no reason.
        ForbiddenMove: nobody is named in the confirmation, one waits, or it was approved.
    """
    if not reason.strip():
        raise InputError("点名须写明理由。", "naming a person needs a reason.", where="reason")
    if not named:
        raise ForbiddenMove(
            "该情形未确认,或台账中没有唯一责任人,不能点名。",
            "the finding is not confirmed, or the roster holds nobody to account alone; "
            "nobody can be named.",
            where="naming",
        )
    last = before[-1] if before else None
    if last is not None and last.state is not NamingState.REFUSED:
        waits = last.state is NamingState.ASKED
        raise ForbiddenMove(
            "已有点名申请待审批。" if waits else "点名已获同意。",
            "a request to name waits already." if waits else "naming was approved already.",
            where="naming",
        )
    if len(before) >= MOST_ASKED:
        raise ForbiddenMove(
            f"该情形的点名申请已达 {MOST_ASKED} 次。",
            f"naming was asked for {MOST_ASKED} times already.",
            where="naming",
        )
    return len(before) + 1


def check_answer(before: Sequence[Naming]) -> Naming:
    """The request that waits for an answer.

    Raises:
        ForbiddenMove: none waits.
    """
    if not before or before[-1].state is not NamingState.ASKED:
        raise ForbiddenMove(
            "没有待审批的点名申请。", "no request to name waits for an answer.", where="naming"
        )
    return before[-1]


def sees_name(access: Access, namings: Sequence[Naming]) -> bool:
    """Whether an account may see the name: inside the centre, or once an approver agreed."""
    inside = any(access.may(permission) for permission in _INSIDE)
    return inside or any(one.state is NamingState.APPROVED for one in namings)


def unnamed(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A register entry's payload as it is told: without the name."""
    return {**payload, "person": NOBODY} if payload.get("person") else dict(payload)
