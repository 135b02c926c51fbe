"""Cases of electronic supervision (电子监察办件): in, by unit, with their cards and figures."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Query

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.case_rules import units_seen
from api.case_view import CaseTeller, clues_in, import_told, kpi_of
from api.cases import imported_files, imported_list, previewed
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import Key, cursor_of, key_of, page_of
from api.schemas.case import (
    CaseClueOut,
    CaseCluePage,
    CaseDetail,
    CaseImportOut,
    CasePage,
    CasesFilter,
    CluesFilter,
    KpiOut,
    NewCase,
    PeriodFilter,
)
from api.uploads import Upload, form_of, spreadsheets
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.case import Case, Suspension, masked

router = APIRouter(tags=["cases"])

MOST = 500
SEES = [needs(Permission.SEE_CASES)]


@router.get("/cases", dependencies=SEES, summary="Cases")
def list_cases(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[CasesFilter, Query()]
) -> CasePage:
    """Cases of the units that the caller sees, by project number."""
    units = _units(parts, visitor, wanted.unit)
    after = key_of(wanted.after, 1)[0] if wanted.after else ""
    with parts.make_uow(read_only=True) as uow:
        found = uow.cases.list(
            units=units,
            open_only=wanted.open_only,
            card=wanted.signal,
            after=after,
            limit=wanted.limit + 1,
        )
        total = uow.cases.count(units=units, open_only=wanted.open_only, card=wanted.signal)
        page = found[: wanted.limit]
        standing = uow.cases.cards_of([one.project_no for one in page])
        teller = CaseTeller.of(parts.settings, uow, parts.clock.now())
    return CasePage(
        items=[teller.case(one, standing[one.project_no]) for one in page],
        total=total,
        next_after=cursor_of((page[-1].project_no,)) if len(found) > len(page) else None,
        limit=wanted.limit,
    )


@router.get("/cases/kpi", dependencies=SEES, summary="A period's figures")
def figures(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[PeriodFilter, Query()]
) -> KpiOut:
    """Accepted, closed, in stock, rates and cards by unit, with the formulas that they are made
    by. A unit without cases is a row too; a rate over nothing is `—`."""
    seen = units_seen(parts.settings, visitor.scope)
    now, name = parts.clock.now(), _period(parts, wanted.period)
    with parts.make_uow(read_only=True) as uow:
        return kpi_of(uow, parts.settings, name, now, seen=seen)


@router.get("/cases/items", dependencies=SEES, summary="Clues on items")
def item_clues(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[CluesFilter, Query()]
) -> CaseCluePage:
    """Items whose promise is longer than two thirds of the statutory time, and cases whose
    applicant was asked for papers more than once. They are clues: nobody is found at fault."""
    units, name = _units(parts, visitor, wanted.unit), _period(parts, wanted.period)
    with parts.make_uow(read_only=True) as uow:
        clues = clues_in(uow, parts.settings, name, units)
    items, following = page_of(clues, _clue_key, wanted.after, wanted.limit)
    return CaseCluePage(items=items, total=len(clues), next_after=following, limit=wanted.limit)


@router.post(
    "/cases/preview",
    dependencies=[needs(Permission.IMPORT_CASES)],
    summary="What an import of case files would do",
    openapi_extra=form_of("file", needed=True),
)
def preview(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets()]
) -> CaseImportOut:
    """Reads the files and tells all that is wrong, or what would change; writes nothing."""
    seen = units_seen(parts.settings, visitor.scope)
    found = previewed(parts.settings, parts.make_uow, upload.contents(), seen)
    return import_told(found, ())


@router.post(
    "/cases/import",
    dependencies=[needs(Permission.IMPORT_CASES, audit=Audit.CHANGE)],
    summary="Import case files",
    openapi_extra=form_of("file", needed=True),
)
def import_files(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets()]
) -> CaseImportOut:
    """Imports the files, all of them or nothing; on an error every problem is listed with its
    row and column. A case that is there already is renewed, by its project number."""
    found = imported_files(
        parts.settings, parts.make_uow, upload.contents(), visitor, parts.clock.now()
    )
    return import_told(found, found.files)


@router.post(
    "/cases",
    dependencies=[needs(Permission.IMPORT_CASES, audit=Audit.CHANGE)],
    summary="Cases of another system",
)
def import_list(
    parts: PartsDep,
    visitor: VisitorDep,
    cases: Annotated[list[NewCase], Body(min_length=1, max_length=MOST)],
) -> CaseImportOut:
    """Takes a list of cases, all of them or nothing. The same number again renews the case."""
    given = [_case_of(one, f"api:{visitor.name}") for one in cases]
    now = parts.clock.now()
    return import_told(imported_list(parts.settings, parts.make_uow, given, visitor, now), ())


@router.get("/cases/{project_no}", dependencies=SEES, summary="One case")
def one_case(project_no: str, parts: PartsDep, visitor: VisitorDep) -> CaseDetail:
    """A case with its deadlines and every card that was ever raised."""
    seen = units_seen(parts.settings, visitor.scope)
    with parts.make_uow(read_only=True) as uow:
        found = uow.cases.get(project_no) if "\0" not in project_no else None
        if found is None or (seen is not None and found.unit_id not in seen):
            raise missing("办件", "case", project_no[:100])
        cards = uow.cases.card_rows([project_no]).get(project_no, ())
        return CaseTeller.of(parts.settings, uow, parts.clock.now()).detail(found, cards)


def _units(parts: WebParts, visitor: Visitor, unit: str) -> frozenset[str] | None:
    """Units that are asked for, of those that the caller sees; None for all."""
    seen = units_seen(parts.settings, visitor.scope)
    if not unit:
        return seen
    return frozenset({unit}) if seen is None or unit in seen else frozenset()


def _period(parts: WebParts, name: str | None) -> str:
    """The period that is asked for, or the running month."""
    return name or f"{parts.clock.now().astimezone(ZoneInfo(parts.settings.time_zone)):%Y-%m}"


def _clue_key(one: CaseClueOut) -> Key:
    item = one.task_code, one.task_name, f"{one.promise_days:05}", f"{one.statutory_days or 0:05}"
    return one.kind, one.unit, *item, one.project_no


def _case_of(given: NewCase, source: str) -> Case:
    return Case(
        given.project_no,
        given.unit,
        given.case_type,
        given.accepted_at,
        given.promise_days,
        given.statutory_days,
        given.ended_at,
        given.ending,
        given.task_code,
        given.task_name,
        tuple(Suspension(one.first, one.last, one.name) for one in given.suspensions),
        given.corrections,
        masked(given.applicant),
        source,
    )
