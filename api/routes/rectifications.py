"""Rectifications (整改): notices issued, claimed, reported with files, returned, struck off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import page_of
from api.paper_view import ANY_FILE, PaperView
from api.reports.papers import every
from api.reports.proposals import proposals
from api.reports.rectifications import accept, claim, give_back, report, today_of
from api.reports.rectify_issue import Asked, issue
from api.schemas.fields import Paged
from api.schemas.rectification import (
    NewRectification,
    ProposalOut,
    ProposalPage,
    RectificationDetail,
    RectificationOut,
    RectificationPage,
    RectificationsFilter,
    ReportFields,
    Returned,
    RoundOut,
)
from api.uploads import Upload, attachments, form_of
from models.domain.access import Permission
from models.domain.papers import Paper, PaperKind
from models.domain.rectify_json import rectification_of

router = APIRouter(tags=["rectifications"])

SEE = needs(Permission.SEE_FINDINGS)
MANAGE = needs(Permission.MANAGE_RECTIFICATION, audit=Audit.CHANGE)
ANSWER = needs(Permission.ANSWER, audit=Audit.CHANGE)
Key = Annotated[str, Path(max_length=200, examples=["监整-2026-1"])]
FileNumber = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]
ZH: Final = "整改件"


@router.get("/rectifications", dependencies=[SEE], summary="Notices of rectification")
def list_rectifications(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[RectificationsFilter, Query()]
) -> RectificationPage:
    """Notices of the units that the caller sees, newest first."""
    view = _view(parts, visitor)
    today = today_of(view.desk, parts.clock.now())
    if wanted.overdue:
        return _overdue(view, wanted, today)
    page = view.page(unit=wanted.unit, state=wanted.state, after=wanted.after, limit=wanted.limit)
    return RectificationPage(
        items=[_told(view, paper, today) for paper in page.papers],
        total=page.total,
        next_after=page.next_after,
        limit=wanted.limit,
    )


@router.get(
    "/rectifications/proposals",
    dependencies=[needs(Permission.MANAGE_RECTIFICATION)],
    summary="What proposes a notice",
)
def list_proposals(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]
) -> ProposalPage:
    """Serious confirmed findings (空岗、缺岗、重要岗位) and red cards of the last half year on
    which no notice rests yet, newest first."""
    view = _view(parts, visitor)
    with parts.make_uow(read_only=True) as uow:
        found = proposals(
            uow, parts.settings, parts.clock.now(), scope=visitor.scope, units=view.units()
        )
    order = {id(one): f"{place:09}" for place, one in enumerate(found)}
    items, following = page_of(found, lambda one: (order[id(one)],), wanted.after, wanted.limit)
    return ProposalPage(
        items=[
            ProposalOut(
                unit=one.unit_id,
                at=view.local(one.at),
                what=one.what,
                finding_id=one.finding_id or None,
                project_no=one.project_no,
            )
            for one in items
        ],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
    )


@router.post("/rectifications", dependencies=[MANAGE], summary="Issue a notice", status_code=201)
def new_rectification(
    parts: PartsDep, visitor: VisitorDep, wanted: NewRectification
) -> RectificationDetail:
    """Issues a notice (整改通知书) from confirmed findings, from cases, or by hand with its
    basis: numbered, dated, due in working days, as DOCX and PDF; the unit is told."""
    view = _view(parts, visitor)
    units = view.units()
    with parts.make_uow(read_only=True) as uow:
        for number in wanted.findings:
            row = uow.findings.get(number)
            if row is None or not visitor.sees(row.hall_id, row.unit_id):
                raise missing("情形", "finding", str(number))
        cases = uow.cases.get_many(wanted.cases)
    told = [case.unit_id for case in cases.values()] + ([wanted.unit] if wanted.unit else [])
    if units is not None and not units.issuperset(told):
        raise missing("单位", "unit", next(unit for unit in told if unit not in units))
    asked = Asked(
        wanted.matter,
        wanted.unit,
        tuple(dict.fromkeys(wanted.findings)),
        tuple(dict.fromkeys(wanted.cases)),
        wanted.basis,
        wanted.days,
    )
    return _detail(view, issue(view.desk, asked, visitor))


@router.get("/rectifications/{rectification_id}", dependencies=[SEE], summary="One notice")
def one_rectification(
    rectification_id: Key, parts: PartsDep, visitor: VisitorDep
) -> RectificationDetail:
    """A notice with its rounds and files."""
    view = _view(parts, visitor)
    with parts.make_uow(read_only=True) as uow:
        paper = view.seen(uow, rectification_id)
    return _detail(view, paper)


@router.get(
    "/rectifications/{rectification_id}/files/{number}",
    dependencies=[needs(Permission.SEE_FINDINGS, audit=Audit.EACH)],
    response_class=Response,
    responses=ANY_FILE,
    summary="A file of a notice",
)
def one_file(
    rectification_id: Key, number: FileNumber, parts: PartsDep, visitor: VisitorDep
) -> Response:
    """The notice itself, or what the unit attached."""
    return _view(parts, visitor).file(rectification_id, number)


@router.post("/rectifications/{rectification_id}/claim", dependencies=[ANSWER], summary="Claim")
def take_on(rectification_id: Key, parts: PartsDep, visitor: VisitorDep) -> RectificationDetail:
    """The unit takes it on (认领)."""
    view = _view(parts, visitor)
    view.check(rectification_id)
    return _detail(view, claim(view.desk, rectification_id, visitor))


@router.post(
    "/rectifications/{rectification_id}/report",
    dependencies=[ANSWER],
    summary="Report",
    openapi_extra=form_of("file", ReportFields, needed=False),
)
def tell(
    rectification_id: Key,
    parts: PartsDep,
    visitor: VisitorDep,
    upload: Annotated[Upload, attachments()],
) -> RectificationDetail:
    """The unit says what it did (反馈), with papers and pictures in `file`. After the due day it
    is taken too, and shown as late."""
    said = upload.read(ReportFields)
    view = _view(parts, visitor)
    view.check(rectification_id)
    return _detail(view, report(view.desk, rectification_id, said.text, upload.contents(), visitor))


@router.post("/rectifications/{rectification_id}/return", dependencies=[MANAGE], summary="Return")
def not_enough(
    rectification_id: Key, parts: PartsDep, visitor: VisitorDep, wanted: Returned
) -> RectificationDetail:
    """Not enough (退回): another round with a new due day."""
    view = _view(parts, visitor)
    view.check(rectification_id)
    return _detail(
        view, give_back(view.desk, rectification_id, wanted.reason, visitor, wanted.days)
    )


@router.post("/rectifications/{rectification_id}/accept", dependencies=[MANAGE], summary="Accept")
def enough(rectification_id: Key, parts: PartsDep, visitor: VisitorDep) -> RectificationDetail:
    """Enough: struck off under a number of its own (销号); its findings are closed with it."""
    view = _view(parts, visitor)
    view.check(rectification_id)
    return _detail(view, accept(view.desk, rectification_id, visitor))


def _view(parts: PartsDep, visitor: VisitorDep) -> PaperView:
    return PaperView(parts, visitor, PaperKind.RECTIFICATION, ZH, "rectifications")


def _overdue(view: PaperView, wanted: RectificationsFilter, today: date) -> RectificationPage:
    units = view.units(wanted.unit)
    with view.parts.make_uow(read_only=True) as uow:
        found: Sequence[Paper] = [
            paper
            for paper in every(uow, PaperKind.RECTIFICATION, state=wanted.state)
            if rectification_of(paper.content).overdue(today)
            and (units is None or paper.unit_id in units)
        ]
    page, following = page_of(
        found, lambda paper: (f"{2**31 - paper.number:010}",), wanted.after, wanted.limit
    )
    return RectificationPage(
        items=[_told(view, paper, today) for paper in page],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
    )


def _detail(view: PaperView, paper: Paper) -> RectificationDetail:
    today = today_of(view.desk, view.parts.clock.now())
    with view.parts.make_uow(read_only=True) as uow:
        files = view.files(uow, paper)
    return RectificationDetail(**_told(view, paper, today).model_dump(), files=files)


def _told(view: PaperView, paper: Paper, today: date) -> RectificationOut:
    one = rectification_of(paper.content)
    return RectificationOut(
        id=paper.key,
        number=str(one.number),
        unit=one.unit_id,
        title=one.title,
        state=one.state.value,
        issued_on=one.issued_on,
        issued_by=one.issued_by,
        claimed_by=one.claimed_by,
        due=one.due,
        overdue=one.overdue(today),
        refs=list(one.refs),
        rounds=[
            RoundOut(
                due=turn.due,
                reported_at=view.local(turn.reported_at) if turn.reported_at else None,
                report=turn.report,
                attachments=list(turn.attachments),
                returned=turn.returned,
            )
            for turn in one.rounds
        ],
        closing_number="" if one.closing_number is None else str(one.closing_number),
        withdrawn=one.withdrawn,
    )
