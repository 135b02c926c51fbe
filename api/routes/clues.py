"""Observations of other analytics (第三方线索), by a token that may send them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.clue_intake import joined, picture_of, take_clue, window_meant
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import number_of
from api.schemas.clue import ClueOut, CluePage, NewClue
from api.schemas.fields import Paged
from api.wiring import WebParts
from api.zone_changes import zoned_now
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.clue_rows import ClueRow, require_timely
from models.domain.finding import SourceKind
from models.domain.ports import UnitOfWork

router = APIRouter(tags=["clues"])


@router.post(
    "/clues",
    dependencies=[needs(Permission.SEND_CLUES, audit=Audit.CHANGE)],
    summary="Send what another system saw",
    status_code=201,
    responses={200: {"model": ClueOut, "description": "It was known already."}},
)
def send_clue(parts: PartsDep, visitor: VisitorDep, wanted: NewClue, response: Response) -> ClueOut:
    """Takes an observation in as a clue (线索), never as a finding. One that says a window was
    empty joins the finding in whose time it falls; one on behaviour waits for a person. The same
    `source` and `external_id` sent again change nothing and are answered with 200."""
    now = parts.clock.now()
    require_timely(wanted.at, now)
    zoned = zoned_now(parts.settings, parts.make_uow)
    window = window_meant(zoned, wanted)
    if not visitor.sees(window.hall_id, window.unit_id):
        raise missing("窗口", "window", wanted.window_id or wanted.camera_id)
    with parts.make_uow(read_only=True) as uow:
        known = uow.clues.known(SourceKind.WEBHOOK, wanted.source, wanted.external_id)
        if known is not None:
            if not visitor.sees(known.hall_id, known.unit_id):
                raise missing("窗口", "window", known.window_id)
            response.status_code = 200
            return _told(parts, uow, known)
    shots = picture_of(zoned, parts.evidence, wanted, window)
    with parts.make_uow() as uow:
        row = take_clue(
            uow, wanted, window, shots, settings=parts.settings, by=visitor.name, now=now
        )
        target = f"clue:{row.number}"
        note(uow, visitor, Action.HOOK_RECEIVED, target, now, source=row.source, what=row.kind)
        told = _told(parts, uow, row)
        uow.commit()
    return told


@router.get(
    "/clues",
    dependencies=[needs(Permission.SEE_FINDINGS)],
    summary="What other systems and spot checks saw",
)
def list_clues(parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]) -> CluePage:
    """Observations of the caller's scope, newest first, each with the finding that it joined."""
    after = number_of(wanted.after)
    with parts.make_uow(read_only=True) as uow:
        found = uow.clues.newest(visitor.scope, after=after, limit=wanted.limit + 1)
        page = found[: wanted.limit]
        items = [_told(parts, uow, row) for row in page]
        total = uow.clues.count(visitor.scope)
    return CluePage(
        items=items,
        total=total,
        next_after=str(page[-1].number) if len(found) > len(page) else None,
        limit=wanted.limit,
    )


def _told(parts: WebParts, uow: UnitOfWork, row: ClueRow) -> ClueOut:
    zone = parts.teller.zone(row.hall_id)
    return ClueOut(
        id=row.number,
        source_kind=row.source_kind.value,
        source=row.source,
        external_id=row.external_id,
        kind=row.kind,
        window_id=row.window_id,
        hall_id=row.hall_id,
        unit=row.unit_id,
        at=row.at.astimezone(zone),
        received_at=row.received_at.astimezone(zone),
        by=row.by,
        people=row.people,
        score=row.score,
        model=row.model,
        evidence_sha256=row.evidence,
        finding_id=joined(uow, row),
    )
