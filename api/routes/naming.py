"""Naming a person outside the centre (点名): asked by one, agreed to by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api import naming
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.schemas.naming import NamingOut, ReasonIn, RequestOut, WaitingOut, WaitingPage
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.naming import NOBODY, Naming, NamingState, sees_name
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord

router = APIRouter(tags=["naming"])

ASK = needs(Permission.ASK_NAMING, audit=Audit.CHANGE)
REASONS_SEEN = (Permission.ASK_NAMING, Permission.APPROVE_NAMING, Permission.DECIDE)
"""Who asked and why is the centre's own; a unit sees the name or does not."""

ANSWER = needs(Permission.APPROVE_NAMING, audit=Audit.CHANGE)


@router.get("/findings/{finding_id}/naming", dependencies=[needs(Permission.SEE_FINDINGS)])
def one_naming(finding_id: int, parts: PartsDep, visitor: VisitorDep) -> NamingOut:
    """Whether the person may be named, and the name for those who may see it; each time it is
    shown is entered in the audit log."""
    with parts.make_uow(read_only=True) as uow:
        row = _seen(uow, visitor, finding_id)
        namings = naming.namings_of(uow, row.key)
        name = naming.person_of(uow, row) if sees_name(visitor.access, namings) else ""
    if name:
        parts.audit.enter(visitor, Action.NAME_SHOWN, f"finding:{row.id}")
    return _told(parts, visitor, row, namings, name)


@router.post("/findings/{finding_id}/naming", status_code=201, dependencies=[ASK])
def ask(finding_id: int, asked: ReasonIn, parts: PartsDep, visitor: VisitorDep) -> NamingOut:
    """Ask that the person may be named outside the centre."""
    with parts.make_uow() as uow:
        row = _seen(uow, visitor, finding_id)
        namings = naming.ask(uow, visitor, row, reason=asked.reason, now=parts.clock.now())
        uow.commit()
    return _told(parts, visitor, row, namings)


@router.post("/findings/{finding_id}/naming/approve", dependencies=[ANSWER])
def approve(finding_id: int, said: ReasonIn, parts: PartsDep, visitor: VisitorDep) -> NamingOut:
    """Agree, as an approver who did not ask."""
    return _answer(finding_id, NamingState.APPROVED, said, parts, visitor)


@router.post("/findings/{finding_id}/naming/refuse", dependencies=[ANSWER])
def refuse(finding_id: int, said: ReasonIn, parts: PartsDep, visitor: VisitorDep) -> NamingOut:
    """Do not agree, as an approver who did not ask."""
    return _answer(finding_id, NamingState.REFUSED, said, parts, visitor)


@router.get("/naming", dependencies=[needs(Permission.APPROVE_NAMING)])
def list_waiting(
    parts: PartsDep,
    visitor: VisitorDep,
    after: Annotated[str, Query(max_length=20, pattern=r"^\d*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> WaitingPage:
    """Requests that wait for an approver, oldest first; those of the last ninety days."""
    with parts.make_uow(read_only=True) as uow:
        asked = naming.waiting(uow, parts.clock.now())
        rows = [(one, uow.findings.by_key(one.finding_key)) for one in asked]
    seen = [(one, row) for one, row in rows if row and visitor.sees(row.hall_id, row.unit_id)]
    first = int(after or 0)
    page = seen[first : first + limit]
    return WaitingPage(
        items=[
            WaitingOut(
                finding_id=row.id,
                window_id=row.window_id,
                number=one.number,
                asked_by=one.asked_by,
                asked_at=_local(parts, row, one.asked_at),
                reason=one.reason,
            )
            for one, row in page
        ],
        total=len(seen),
        next_after=str(first + limit) if first + limit < len(seen) else None,
        limit=limit,
    )


def _answer(
    finding_id: int, to: NamingState, said: ReasonIn, parts: WebParts, visitor: Visitor
) -> NamingOut:
    with parts.make_uow() as uow:
        row = _seen(uow, visitor, finding_id)
        namings = naming.answer(uow, visitor, row, to, reason=said.reason, now=parts.clock.now())
        uow.commit()
    return _told(parts, visitor, row, namings)


def _seen(uow: UnitOfWork, visitor: Visitor, finding_id: int) -> FindingRecord:
    row = uow.findings.get(finding_id) if 0 < finding_id < 2**63 else None
    if row is None or not visitor.sees(row.hall_id, row.unit_id):
        raise missing("情形", "finding", str(finding_id))
    return row


def _local(parts: WebParts, row: FindingRecord, at: datetime) -> datetime:
    return at.astimezone(parts.teller.zone(row.hall_id))


def _told(
    parts: WebParts,
    visitor: Visitor,
    row: FindingRecord,
    namings: Sequence[Naming],
    name: str = "",
) -> NamingOut:
    if not any(visitor.may(permission) for permission in REASONS_SEEN):
        namings = ()
    return NamingOut(
        finding_id=row.id,
        name=name or NOBODY,
        requests=[
            RequestOut(
                number=one.number,
                state=one.state,
                asked_by=one.asked_by,
                asked_at=_local(parts, row, one.asked_at),
                reason=one.reason,
                answered_by=one.answered_by,
                answered_at=_local(parts, row, one.answered_at) if one.answered_at else None,
                answer=one.answer,
            )
            for one in namings
        ],
    )
