"""Spot checks (抽查): what was checked, what was found, the day so far, register sheets."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.check_sheets import SheetOf, sheet_of
from api.check_summary import summary_of
from api.check_view import CheckTeller, check_in, query_of, results_of
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import number_of
from api.reports.render import render
from api.schemas.check import (
    CheckDetail,
    CheckFilter,
    CheckPage,
    SheetChoice,
    SummaryFilter,
    SummaryOut,
)
from api.wiring import WebParts
from models.domain.access import Permission
from scheduler.circulars.check_sheet import check_sheet, file_stem

router = APIRouter(tags=["checks"])
SEE = needs(Permission.SEE_CHECKS)
EXPORT = needs(Permission.SEE_CHECKS, also=Permission.EXPORT, audit=Audit.EACH)
Form = Literal["docx", "pdf", "xlsx", "json"]
OFFICE: Final = "application/vnd.openxmlformats-officedocument."
TYPES: Final[dict[Form, str]] = {
    "docx": f"{OFFICE}wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "json": "application/json",
}
SHEET: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind: {} for kind in TYPES.values()}}
}


@router.get("/checks", dependencies=[SEE], summary="Checks that were written")
def list_checks(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[CheckFilter, Query()]
) -> CheckPage:
    """Checks of the caller's halls and units, newest first. A check is written when it is due:
    none that is to come is among them."""
    scope = visitor.scope
    query = query_of(wanted, scope, parts.settings)
    with parts.make_uow(read_only=True) as uow:
        found = uow.checks.find(query, after_id=number_of(wanted.after), limit=wanted.limit + 1)
        total = uow.checks.count(query)
        page = found[: wanted.limit]
        results = results_of(uow, page, scope)
    told = CheckTeller(parts.teller, scope)
    return CheckPage(
        items=[told.check(one, results.get(one.id, ())) for one in page],
        total=total,
        next_after=str(page[-1].id) if len(found) > len(page) else None,
        limit=wanted.limit,
    )


@router.get("/checks/summary", dependencies=[SEE], summary="A day so far")
def summary(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[SummaryFilter, Query()]
) -> SummaryOut:
    """How many checks of a day are done, under way and not made, by kind, and what they found.
    Those that are to come are in no figure."""
    now = parts.clock.now()
    with parts.make_uow(read_only=True) as uow:
        return summary_of(uow, parts.settings, wanted.day, visitor.scope, parts.teller.local(now))


@router.get(
    "/checks/sheet.{form}",
    dependencies=[EXPORT],
    response_class=Response,
    responses=SHEET,
    summary="Register sheet of a day or a campaign",
)
def sheet(
    form: Form, parts: PartsDep, visitor: VisitorDep, wanted: Annotated[SheetChoice, Query()]
) -> Response:
    """The register sheet (登记表) of all checks of a day, a hall, a campaign."""
    if wanted.hall_id and not _sees_hall(visitor, wanted.hall_id):
        raise missing("大厅", "hall", wanted.hall_id)
    chosen = SheetOf(day=wanted.day, hall_id=wanted.hall_id, campaign=wanted.campaign)
    return _sheet(parts, visitor, chosen, form)


@router.get("/checks/{check_id}", dependencies=[SEE], summary="One check")
def one_check(check_id: int, parts: PartsDep, visitor: VisitorDep) -> CheckDetail:
    """A check with what it found at every window of the caller's scope."""
    with parts.make_uow(read_only=True) as uow:
        check, results = check_in(uow, check_id, visitor)
        return CheckTeller(parts.teller, visitor.scope).detail(check, results, uow)


@router.get(
    "/checks/{check_id}/sheet.{form}",
    dependencies=[EXPORT],
    response_class=Response,
    responses=SHEET,
    summary="Register sheet of one check",
)
def sheet_of_one(check_id: int, form: Form, parts: PartsDep, visitor: VisitorDep) -> Response:
    """The register sheet (登记表) of one check."""
    with parts.make_uow(read_only=True) as uow:
        check_in(uow, check_id, visitor)
    return _sheet(parts, visitor, SheetOf(check=check_id), form)


def _sheet(parts: WebParts, visitor: Visitor, wanted: SheetOf, form: Form) -> Response:
    with parts.make_uow(read_only=True) as uow:
        made = sheet_of(
            uow,
            parts.settings,
            wanted,
            by=visitor.name,
            now=parts.clock.now(),
            scope=visitor.scope,
        )
    data = render(check_sheet(made, parts.settings.supervision.issuer), form)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_stem(made)}.{form}"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=TYPES[form], headers=headers)


def _sees_hall(visitor: Visitor, hall_id: str) -> bool:
    halls = visitor.scope.halls
    return halls is None or hall_id in halls
