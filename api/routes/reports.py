"""Reports of a period: the figures that circulars are made of, as they stand now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor, not_allowed
from api.circular_view import MEDIA, file_answer
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.reports.gather import Gathered, gather
from api.reports.periods import kind_of
from api.reports.render import render
from api.reports.words import heads_of
from api.routes.circular_files import Form
from api.schemas.circular import PERIOD, ReportOut
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.document import Document
from models.domain.document_json import document_json
from scheduler.circulars.compose import Issue, circular
from scheduler.circulars.unit_report import unit_report

router = APIRouter(tags=["reports"])
Period = Annotated[str, Path(pattern=PERIOD, examples=["2026-11"])]
Unit = Annotated[str, Query(max_length=100, description="Only this unit's report.")]


@router.get(
    "/reports/{period}", dependencies=[needs(Permission.SEE_REPORTS)], summary="Figures of a period"
)
def report(period: Period, parts: PartsDep, visitor: VisitorDep, unit: Unit = "") -> ReportOut:
    """What the record says of a period now: the same figures that DOCX, PDF and XLSX print."""
    gathered, document, chosen = _made(parts, visitor, period, unit)
    return ReportOut(
        period=period,
        name=gathered.report.period.name,
        unit=chosen,
        waiting=gathered.waiting if not chosen else 0,
        document=document_json(document),
    )


@router.get(
    "/reports/{period}/export.{form}",
    dependencies=[needs(Permission.SEE_REPORTS, audit=Audit.EACH)],
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in MEDIA.values()}}},
    summary="The same as a file",
)
def export(
    period: Period, form: Form, parts: PartsDep, visitor: VisitorDep, unit: Unit = ""
) -> Response:
    """The report as a file, marked as a draft."""
    _, document, _ = _made(parts, visitor, period, unit)
    return file_answer(render(document, form), form, f"{document.title}.{form}")


def _made(
    parts: WebParts, visitor: Visitor, period: str, unit: str
) -> tuple[Gathered, Document, str]:
    """The report in full for the centre, or one unit's; a liaison gets the own unit's."""
    if visitor.access.scope.halls is not None:  # a report is of all halls
        raise not_allowed(visitor)
    units = visitor.access.scope.units
    if units is not None and not unit:
        unit = next(iter(sorted(units)), "")
    if units is not None and unit not in units:
        raise missing("单位", "unit", unit)
    with parts.make_uow(read_only=True) as uow:
        gathered = gather(uow, parts.settings, period, parts.clock.now())
    heads = heads_of(parts.settings)
    if unit:
        if gathered.report.of_unit(unit) is None:
            raise missing("单位", "unit", unit)
        return gathered, unit_report(gathered.report, unit, heads, Issue()), unit
    return gathered, circular(gathered.report, kind_of(period), heads, Issue()), ""
