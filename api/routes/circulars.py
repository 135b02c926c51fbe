"""Circulars (通报) from draft to issued; their files, receipts, verification."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import not_allowed
from api.circular_view import desk_at, inside, known, seen, told
from api.deps import PartsDep, VisitorDep
from api.paging import number_of
from api.reports.circular_paper import Corrected, circular_of
from api.reports.circulars import draft, draft_correction, move, submit
from api.reports.issuing import issue, verify
from api.schemas.circular import (
    CheckedOut,
    CircularOut,
    CircularPage,
    NewCircular,
    NewCorrection,
    ToReview,
)
from api.schemas.fields import Because, Name, Paged
from models.domain.access import Permission
from models.domain.circular import CircularKind, CircularState
from models.domain.errors import InputError
from models.domain.papers import PaperKind

router = APIRouter(tags=["circulars"])

SEE = needs(Permission.SEE_REPORTS)
WRITE = needs(Permission.WRITE_CIRCULARS, audit=Audit.CHANGE)
SIGN = needs(Permission.APPROVE, audit=Audit.CHANGE)
Id = Annotated[str, Path(max_length=200, examples=["monthly:2026-11:1"])]


@router.get("/circulars", dependencies=[SEE], summary="Circulars, newest first")
def list_circulars(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]
) -> CircularPage:
    """Circulars; whoever writes or signs none sees issued ones only."""
    state = "" if inside(visitor) else CircularState.ISSUED.value
    after = number_of(wanted.after)
    with parts.make_uow(read_only=True) as uow:
        found = uow.papers.list(PaperKind.CIRCULAR, state=state, after=after, limit=wanted.limit)
        total = uow.papers.count(PaperKind.CIRCULAR, state=state)
    following = str(found[-1].number) if len(found) == wanted.limit else None
    items = [told(parts, circular_of(paper)) for paper in found]
    return CircularPage(items=items, total=total, next_after=following, limit=wanted.limit)


@router.post("/circulars", dependencies=[WRITE], summary="Draft a circular", status_code=201)
def new_circular(parts: PartsDep, visitor: VisitorDep, wanted: NewCircular) -> CircularOut:
    """Begins a circular (起草) of a period; its words follow the record until it goes to
    review."""
    if not inside(visitor):
        raise not_allowed(visitor)
    kind = CircularKind(wanted.kind) if wanted.kind else None
    return told(parts, draft(desk_at(parts), wanted.period, visitor, kind))


@router.post(
    "/circulars/corrections", dependencies=[WRITE], summary="Draft a correction", status_code=201
)
def new_correction(parts: PartsDep, visitor: VisitorDep, wanted: NewCorrection) -> CircularOut:
    """Begins a correction notice (更正通知) of an issued circular; the original never changes."""
    if not inside(visitor):
        raise not_allowed(visitor)
    with parts.make_uow(read_only=True) as uow:
        items = []
        for item in wanted.items:
            row = uow.findings.get(item.finding_id)
            if row is None:
                raise InputError(
                    f"没有编号 {item.finding_id} 的情形。",
                    f"there is no finding {item.finding_id}.",
                    where="items",
                )
            items.append(Corrected(row.id, row.unit_id, item.what))
    return told(parts, draft_correction(desk_at(parts), wanted.number, items, visitor))


@router.get("/circulars/verify", dependencies=[SEE], summary="Files against the register")
def verify_circular(
    parts: PartsDep, number: Annotated[Name, Query(examples=["监通〔2026〕3号"])]
) -> CheckedOut:
    """Compares an issued circular's files with the hashes in the register."""
    checked = verify(desk_at(parts), number)
    return CheckedOut(
        number=checked.number,
        files=checked.files,
        ok=not checked.faults,
        faults_zh=[zh for zh, _ in checked.faults],
        faults_en=[en for _, en in checked.faults],
    )


@router.get("/circulars/{circular_id}", dependencies=[SEE], summary="One circular")
def one_circular(circular_id: Id, parts: PartsDep, visitor: VisitorDep) -> CircularOut:
    """One circular with every step of its life."""
    with parts.make_uow(read_only=True) as uow:
        return told(parts, seen(uow, visitor, circular_id))


@router.post("/circulars/{circular_id}/submit", dependencies=[WRITE], summary="Send to review")
def to_review(
    circular_id: Id, parts: PartsDep, visitor: VisitorDep, wanted: ToReview
) -> CircularOut:
    """Sends a draft to review (送审); from here on its words and figures are frozen."""
    known(parts, visitor, circular_id)
    return told(parts, submit(desk_at(parts), circular_id, visitor, despite=wanted.despite))


@router.post("/circulars/{circular_id}/sign", dependencies=[SIGN], summary="Sign")
def sign(circular_id: Id, parts: PartsDep, visitor: VisitorDep) -> CircularOut:
    """Signs what was reviewed (签发); not by who drafted it."""
    known(parts, visitor, circular_id)
    return told(parts, move(desk_at(parts), circular_id, CircularState.SIGNED, visitor))


@router.post("/circulars/{circular_id}/return", dependencies=[SIGN], summary="Send back to draft")
def give_back(
    circular_id: Id, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> CircularOut:
    """Sends it back to draft (退回), with a reason."""
    known(parts, visitor, circular_id)
    return told(
        parts, move(desk_at(parts), circular_id, CircularState.DRAFT, visitor, reason=wanted.reason)
    )


@router.post("/circulars/{circular_id}/drop", dependencies=[WRITE], summary="Give a draft up")
def drop(circular_id: Id, parts: PartsDep, visitor: VisitorDep, wanted: Because) -> CircularOut:
    """Gives a draft up (作废), with a reason."""
    known(parts, visitor, circular_id)
    return told(
        parts,
        move(desk_at(parts), circular_id, CircularState.DROPPED, visitor, reason=wanted.reason),
    )


@router.post("/circulars/{circular_id}/issue", dependencies=[SIGN], summary="Issue")
def give_out(circular_id: Id, parts: PartsDep, visitor: VisitorDep) -> CircularOut:
    """Issues a signed circular (印发): its number, its files, its findings published; for good."""
    known(parts, visitor, circular_id)
    return told(parts, issue(desk_at(parts), circular_id, visitor))
