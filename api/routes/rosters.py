"""Rosters (排班表): versions, the month, gaps, workbooks out and in."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.duty_doors import month_of
from api.duty_view import DutyView, view_of
from api.errors import missing
from api.grid import grid_of, own_part, row_key, rows_of, touching
from api.imports import imported, previewed
from api.paging import page_of
from api.roster_import import context_of, of_month
from api.schemas.fields import Month, Paged
from api.schemas.roster import (
    AheadOut,
    CoveragePage,
    ExportFilter,
    FileOut,
    GridFilter,
    GridOut,
    ImportFields,
    ImportOut,
    VersionDetail,
    VersionFilter,
    VersionOut,
    VersionPage,
)
from api.uploads import Upload, form_of, spreadsheets
from models.domain import duty_json
from models.domain.access import Permission
from models.domain.coverage import Planner
from models.domain.records import RosterVersion
from scheduler.rosters.exporting import export_roster, template

router = APIRouter(tags=["rosters"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


class VersionsFilter(Paged):
    """Which versions; `after` is the number of the last one of the page before."""

    after: str = Field("", pattern=r"^[0-9]{0,9}$")
    limit: int = Field(20, ge=1, le=50)


@router.get("/rosters", dependencies=[needs(Permission.SEE_DUTY)], summary="Roster versions")
def list_versions(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[VersionsFilter, Query()]
) -> VersionPage:
    """Every roster that was imported, newest first."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
        total = uow.rosters.counter()
        first = min(int(wanted.after) - 1, total) if wanted.after else total
        numbers = range(first, max(0, first - wanted.limit), -1)
        found = [one for number in numbers if (one := uow.rosters.get(number)) is not None]
    return VersionPage(
        items=[_version(one, view) for one in found],
        total=total,
        next_after=str(numbers[-1]) if numbers and numbers[-1] > 1 else None,
        limit=wanted.limit,
    )


@router.get(
    "/rosters/current", dependencies=[needs(Permission.SEE_DUTY)], summary="A month as a grid"
)
def month_grid(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[GridFilter, Query()]
) -> GridOut:
    """Who is rostered where in a month, by window and day, from the roster in force."""
    view = _seen(parts, visitor, wanted.hall_id)
    return grid_of(view, month_of(wanted.month, "month"), wanted)


@router.get(
    "/rosters/coverage", dependencies=[needs(Permission.SEE_DUTY)], summary="Gaps of a month"
)
def coverage(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[GridFilter, Query()]
) -> CoveragePage:
    """Stretches of a month without a roster, unmanned, or with somebody at two windows."""
    view = _seen(parts, visitor, wanted.hall_id)
    first = month_of(wanted.month, "month")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    planner = Planner(view.ruled.duty, view.desk.hours, view.ruled.calendar)
    pairs = [
        (one, view.desk.halls[one.hall_id])
        for one in view.windows.values()
        if wanted.hall_id in {"", one.hall_id}
    ]
    covers = [planner.cover(window, hall, first, last) for window, hall in pairs]
    ahead = [one for cover in covers for one in cover.ahead]
    ahead += planner.clashes(pairs, first, last)
    items, following = page_of(
        dict.fromkeys(ahead),
        lambda one: (one.start.isoformat(), one.window_id, one.trouble.value, one.end.isoformat()),
        wanted.after,
        wanted.limit,
    )
    notice = view.ruled.calendar.notice(first.year) or ("", "")
    return CoveragePage(
        open_s=sum(one.open_s for one in covers),
        rostered_s=sum(one.rostered_s for one in covers),
        notice_zh=notice[0],
        notice_en=notice[1],
        items=[
            AheadOut(
                window_id=one.window_id,
                trouble=one.trouble.value,
                start=view.desk.local(one.window_id, one.start),
                end=view.desk.local(one.window_id, one.end),
                why_zh=one.why_zh,
                why_en=one.why_en,
            )
            for one in items
        ],
        total=len(dict.fromkeys(ahead)),
        next_after=following,
        limit=wanted.limit,
    )


@router.get(
    "/rosters/export",
    dependencies=[needs(Permission.SEE_DUTY, also=Permission.EXPORT, audit=Audit.EACH)],
    summary="The roster in force as a workbook",
    response_class=Response,
    responses=WORKBOOK,
)
def export(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[ExportFilter, Query()]
) -> Response:
    """An .xlsx that can be imported again, with what the caller sees."""
    view = _seen(parts, visitor, wanted.hall_id)
    ruled = view.narrowed()
    roster, notices = ruled.duty.roster, ruled.duty.all_notices
    if wanted.month:
        month = month_of(wanted.month, "month")
        roster, notices = of_month(parts.settings, ruled.duty, month)
    if wanted.hall_id:
        own = {name for name, one in view.windows.items() if one.hall_id == wanted.hall_id}
        roster = touching(roster, own)
    context = context_of(parts.settings, ruled, parts.clock.now())
    name = f"roster-{wanted.month or 'all'}.xlsx"
    return _workbook(export_roster(roster, context, notices), name)


@router.get(
    "/rosters/templates/{layout}.xlsx",
    dependencies=[needs(Permission.SEE_DUTY)],
    summary="An empty workbook of a layout",
    response_class=Response,
    responses=WORKBOOK,
)
def empty_workbook(
    layout: Annotated[Literal["A", "B", "C", "D", "E", "F"], Path(description="版式")],
    month: Month | None = None,
) -> Response:
    """Heads and a line of help; layout E is the leave book."""
    first = month_of(month, "month") if month else None
    return _workbook(template(layout, first), f"template-{layout}.xlsx")


@router.get("/rosters/{number}", dependencies=[needs(Permission.SEE_DUTY)], summary="One version")
def one_version(
    number: int, parts: PartsDep, visitor: VisitorDep, wanted: Annotated[VersionFilter, Query()]
) -> VersionDetail:
    """A version with a page of its rows, by start."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
        found = uow.rosters.get(number) if 0 < number < 2**31 else None
    if found is None:
        raise missing("排班版本", "roster version", str(number))
    roster = own_part(view, duty_json.from_json(found.content)[0])
    if wanted.window_id:
        roster = touching(roster, {view.window(wanted.window_id).id})
    month = month_of(wanted.month, "month") if wanted.month else None
    rows = rows_of(view, roster, month)
    items, following = page_of(rows, row_key, wanted.after, wanted.limit)
    return VersionDetail(
        **_version(found, view).model_dump(),
        items=items,
        total=len(rows),
        next_after=following,
        limit=wanted.limit,
    )


@router.post(
    "/rosters/preview",
    dependencies=[needs(Permission.CHANGE_DUTY)],
    summary="What an import would do",
    openapi_extra=form_of("file", ImportFields, needed=True),
)
def preview(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets()]
) -> ImportOut:
    """Reads the files (layouts A to F) and tells all that is wrong, or what would change."""
    return previewed(parts, visitor, upload.contents(), upload.read(ImportFields))


@router.post(
    "/rosters",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Import rosters",
    openapi_extra=form_of("file", ImportFields, needed=True),
)
def import_files(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets()]
) -> ImportOut:
    """Imports the files, all of them or nothing; on an error every problem is listed."""
    return imported(parts, visitor, upload.contents(), upload.read(ImportFields))


def _seen(parts: PartsDep, visitor: Visitor, hall_id: str) -> DutyView:
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    if hall_id:
        view.hall(hall_id)
    return view


def _version(found: RosterVersion, view: DutyView) -> VersionOut:
    said: Mapping[str, Any] = found.content.get("import", {})
    roster = own_part(view, duty_json.from_json(found.content)[0])
    return VersionOut(
        number=found.number,
        sha256=found.sha256,
        imported_at=found.imported_at,
        file_name=found.file_name,
        by=str(said.get("by", "")),
        files=[
            FileOut(name=str(one.get("name", "")), sha256=str(one.get("sha256", "")))
            for one in said.get("files", ())
        ],
        correction=bool(said.get("correction")),
        shifts=len(roster.shifts),
        chains=len(roster.chains),
        turns=len(roster.turns),
    )


def _workbook(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=XLSX, headers=headers)
