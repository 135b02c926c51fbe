"""Visits on the spot (明查, 暗访), entered by hand with what was found at each window."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.check_view import CheckTeller, results_of
from api.deps import PartsDep, VisitorDep
from api.duty_view import view_of
from api.schemas.check import CheckDetail, VisitFields
from api.uploads import Upload, form_of, pictures
from api.visits import enter, seen_of, with_stills
from api.zone_changes import zoned_now
from models.domain.access import Permission
from models.domain.audit import Action

router = APIRouter(tags=["checks"])


@router.post(
    "/visits",
    dependencies=[needs(Permission.ENTER_VISITS, audit=Audit.CHANGE)],
    summary="Enter a visit",
    status_code=201,
    openapi_extra=form_of("pictures", VisitFields, needed=False),
)
def enter_visit(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, pictures("pictures")]
) -> CheckDetail:
    """Enters a visit with a result for each window that was looked at; it ends at once and is
    never changed. Stills (JPEG) are masked as the window's camera sees it and kept as evidence."""
    wanted = upload.read(VisitFields)
    now = parts.clock.now()
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
        seen = seen_of(view, wanted)
    zoned = zoned_now(parts.settings, parts.make_uow)
    seen = with_stills(seen, upload.files, zoned, parts.evidence, wanted.seen_at)
    with parts.make_uow() as uow:
        check = enter(uow, view, wanted, seen, by=visitor.name, now=now)
        said: dict[str, Any] = {
            "hall": check.hall_id,
            "kind": check.kind.value,
            "pictures": len(upload.files),
        }
        note(uow, visitor, Action.CHECK_CHANGED, f"check:{check.id}", now, **said)
        results = results_of(uow, [check], visitor.scope).get(check.id, [])
        told = CheckTeller(parts.teller, visitor.scope).detail(check, results, uow)
        uow.commit()
    return told
