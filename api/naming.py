"""Asking for a name outside the centre (点名), agreeing or not, in an open transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.auth.audit import note
from api.auth.visitor import Visitor
from api.decisions import life_of
from models.domain.access import check_second_approver
from models.domain.audit import Action
from models.domain.errors import ForbiddenMove
from models.domain.life import Stage
from models.domain.naming import (
    Naming,
    NamingState,
    answered_key,
    asked_key,
    check_answer,
    check_ask,
    naming_of,
)
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.domain.register import AlreadyRegistered, Entry

ASKED = "naming_asked"
OPEN_FOR = timedelta(days=90)
"""How far back a request may lie that still waits."""

_INSTANT = timedelta(microseconds=1)


def namings_of(uow: UnitOfWork, finding_key: str) -> list[Naming]:
    """Every request for a finding, oldest first."""
    found: list[Naming] = []
    while (asked := uow.register.by_key(asked_key(finding_key, len(found) + 1))) is not None:
        answer = uow.register.by_key(answered_key(finding_key, len(found) + 1))
        found.append(naming_of(asked, answer))
    return found


def waiting(uow: UnitOfWork, now: datetime) -> list[Naming]:
    """Requests of the last ninety days that wait for an answer, oldest first."""
    asked = uow.register.find(kind=ASKED, since=now - OPEN_FOR)
    return [
        naming_of(entry, None)
        for entry in asked
        if uow.register.by_key(f"{entry.key}:answer") is None
    ]


def person_of(uow: UnitOfWork, row: FindingRecord) -> str:
    """The name in the entry of the confirmation, empty where there is none or it does not stand."""
    life = life_of(row)
    confirmed = [step.at for step in life.steps if step.stage is Stage.CONFIRMED]
    if not life.may_name or not confirmed:
        return ""
    at = confirmed[-1]
    entries = uow.register.find(kind="finding_confirmed", since=at, until=at + _INSTANT)
    return next(
        (
            str(entry.payload.get("person", ""))
            for entry in entries
            if entry.payload.get("finding") == row.key
        ),
        "",
    )


def ask(
    uow: UnitOfWork, visitor: Visitor, row: FindingRecord, *, reason: str, now: datetime
) -> Sequence[Naming]:
    """Ask for a name; gives every request back.

    Raises:
        InputError: no reason.
        ForbiddenMove: nothing to name, or a request stands.
    """
    number = check_ask(namings_of(uow, row.key), reason, named=bool(person_of(uow, row)))
    said = {
        "finding": row.key,
        "window": row.window_id,
        "number": number,
        "by": visitor.name,
        "reason": reason.strip(),
    }
    _append(uow, ASKED, said, now, asked_key(row.key, number))
    note(uow, visitor, Action.NAMING_ASKED, f"finding:{row.id}", now, number=number)
    return namings_of(uow, row.key)


def answer(
    uow: UnitOfWork,
    visitor: Visitor,
    row: FindingRecord,
    to: NamingState,
    *,
    reason: str,
    now: datetime,
) -> Sequence[Naming]:
    """Agree or not; gives every request back.

    Raises:
        InputError: the one who asked, or somebody who is no approver.
        ForbiddenMove: no request waits.
    """
    asked = check_answer(namings_of(uow, row.key))
    check_second_approver(asked.asked_by, visitor.name, visitor.access.roles)
    said = {
        "finding": row.key,
        "window": row.window_id,
        "number": asked.number,
        "asked_by": asked.asked_by,
        "by": visitor.name,
        "reason": reason.strip(),
    }
    _append(uow, f"naming_{to.value}", said, now, answered_key(row.key, asked.number))
    note(uow, visitor, f"naming_{to.value}", f"finding:{row.id}", now, number=asked.number)
    return namings_of(uow, row.key)


def _append(uow: UnitOfWork, kind: str, said: dict[str, object], now: datetime, key: str) -> Entry:
    try:
        return uow.register.append(kind, said, now, key=key)
    except AlreadyRegistered as error:
        raise ForbiddenMove(
            "其他人已先一步办理,请刷新。", "somebody else was quicker; look again.", where="naming"
        ) from error
