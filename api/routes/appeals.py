"""Appeals (申诉) against findings, and explanations (情况说明) before they are published."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paper_view import ANY_FILE, PaperView
from api.reports.appeal_decisions import decide_appeal
from api.reports.appeals import allow_late, file
from api.reports.explanations import answer, explain
from api.schemas.appeal import (
    AppealDetail,
    AppealFields,
    AppealOut,
    AppealPage,
    AppealsFilter,
    ExplanationDetail,
    ExplanationFields,
    ExplanationOut,
    ExplanationPage,
    ExplanationsFilter,
    LeaveOut,
    ScoreChangeOut,
)
from api.schemas.fields import Because
from api.uploads import Upload, attachments, form_of
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.papers import Paper, PaperKind

router = APIRouter(tags=["appeals"])

SEE = needs(Permission.SEE_FINDINGS)
READ_FILE = needs(Permission.SEE_FINDINGS, audit=Audit.EACH)
ANSWER = needs(Permission.ANSWER, audit=Audit.CHANGE)
DECIDE = needs(Permission.DECIDE_APPEALS, audit=Audit.CHANGE)
EXCUSE = needs(Permission.EXCUSE, audit=Audit.CHANGE)
Key = Annotated[str, Path(max_length=200, examples=["appeal-17-1"])]
FileNumber = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]
APPEAL: Final = "申诉"
EXPLANATION: Final = "情况说明"


@router.get("/appeals", dependencies=[SEE], summary="Appeals")
def list_appeals(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[AppealsFilter, Query()]
) -> AppealPage:
    """Appeals of the units that the caller sees, newest first."""
    view = _appeals(parts, visitor)
    page = view.page(unit=wanted.unit, state=wanted.state, after=wanted.after, limit=wanted.limit)
    return AppealPage(
        items=[_appeal(view, paper) for paper in page.papers],
        total=page.total,
        next_after=page.next_after,
        limit=wanted.limit,
    )


@router.get("/appeals/{appeal_id}", dependencies=[SEE], summary="One appeal")
def one_appeal(appeal_id: Key, parts: PartsDep, visitor: VisitorDep) -> AppealDetail:
    """An appeal with its files, and with the score before and after where it was granted."""
    view = _appeals(parts, visitor)
    with parts.make_uow(read_only=True) as uow:
        paper = view.seen(uow, appeal_id)
    return _appeal_detail(view, paper)


@router.get(
    "/appeals/{appeal_id}/files/{number}",
    dependencies=[READ_FILE],
    response_class=Response,
    responses=ANY_FILE,
    summary="A file of an appeal",
)
def appeal_file(
    appeal_id: Key, number: FileNumber, parts: PartsDep, visitor: VisitorDep
) -> Response:
    """What the unit attached."""
    return _appeals(parts, visitor).file(appeal_id, number)


@router.post(
    "/findings/{finding_id}/appeals",
    dependencies=[ANSWER],
    summary="Appeal against a finding",
    status_code=201,
    openapi_extra=form_of("file", AppealFields, needed=False),
)
def new_appeal(
    finding_id: int,
    parts: PartsDep,
    visitor: VisitorDep,
    upload: Annotated[Upload, attachments()],
) -> AppealDetail:
    """The unit appeals (申诉), with papers and pictures in `file`: within the working days that
    the settings say after the circular was issued, or after the confirmation while the finding
    stands in no circular. A late one needs an approver's leave first."""
    said = upload.read(AppealFields)
    _see_finding(parts, visitor, finding_id)
    view = _appeals(parts, visitor)
    paper = file(view.desk, finding_id, said.grounds, upload.contents(), visitor)
    return _appeal_detail(view, paper)


@router.post(
    "/findings/{finding_id}/appeals/leave",
    dependencies=[needs(Permission.OVERRIDE_LIMITS, audit=Audit.CHANGE)],
    summary="Let a late appeal in",
)
def let_in(finding_id: int, parts: PartsDep, visitor: VisitorDep, wanted: Because) -> LeaveOut:
    """An approver lets the next appeal against a finding in although it is late, or a second
    one (准予逾期申诉), with a reason."""
    _see_finding(parts, visitor, finding_id)
    allow_late(_appeals(parts, visitor).desk, finding_id, wanted.reason, visitor)
    return LeaveOut(finding_id=finding_id, allowed_by=visitor.name, reason=wanted.reason)


@router.post("/appeals/{appeal_id}/grant", dependencies=[DECIDE], summary="Grant an appeal")
def grant(appeal_id: Key, parts: PartsDep, visitor: VisitorDep, wanted: Because) -> AppealDetail:
    """Grants it (成立): the finding is revoked, scores are reckoned again, a correction notice is
    drafted where it stood in a circular. Not by who confirmed the finding."""
    return _decided(parts, visitor, appeal_id, wanted.reason, granted=True)


@router.post("/appeals/{appeal_id}/uphold", dependencies=[DECIDE], summary="Uphold the finding")
def uphold(appeal_id: Key, parts: PartsDep, visitor: VisitorDep, wanted: Because) -> AppealDetail:
    """Upholds the finding (维持): it goes back to where it was."""
    return _decided(parts, visitor, appeal_id, wanted.reason, granted=False)


@router.get("/explanations", dependencies=[SEE], summary="Explanations")
def list_explanations(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[ExplanationsFilter, Query()]
) -> ExplanationPage:
    """Explanations of the units that the caller sees, newest first."""
    view = _explanations(parts, visitor)
    page = view.page(unit=wanted.unit, state=wanted.state, after=wanted.after, limit=wanted.limit)
    return ExplanationPage(
        items=[_explanation(view, paper) for paper in page.papers],
        total=page.total,
        next_after=page.next_after,
        limit=wanted.limit,
    )


@router.get("/explanations/{explanation_id}", dependencies=[SEE], summary="One explanation")
def one_explanation(explanation_id: Key, parts: PartsDep, visitor: VisitorDep) -> ExplanationDetail:
    """An explanation with its files."""
    view = _explanations(parts, visitor)
    with parts.make_uow(read_only=True) as uow:
        paper = view.seen(uow, explanation_id)
    return _explanation_detail(view, paper)


@router.get(
    "/explanations/{explanation_id}/files/{number}",
    dependencies=[READ_FILE],
    response_class=Response,
    responses=ANY_FILE,
    summary="A file of an explanation",
)
def explanation_file(
    explanation_id: Key, number: FileNumber, parts: PartsDep, visitor: VisitorDep
) -> Response:
    """What the unit attached."""
    return _explanations(parts, visitor).file(explanation_id, number)


@router.post(
    "/findings/{finding_id}/explanations",
    dependencies=[ANSWER],
    summary="Explain a finding",
    status_code=201,
    openapi_extra=form_of("file", ExplanationFields, needed=False),
)
def new_explanation(
    finding_id: int,
    parts: PartsDep,
    visitor: VisitorDep,
    upload: Annotated[Upload, attachments()],
) -> ExplanationDetail:
    """The unit says how a finding came about (情况说明) before it is published, with papers and
    pictures in `file`."""
    said = upload.read(ExplanationFields)
    _see_finding(parts, visitor, finding_id)
    view = _explanations(parts, visitor)
    paper = explain(view.desk, finding_id, said.text, upload.contents(), visitor)
    return _explanation_detail(view, paper)


@router.post(
    "/explanations/{explanation_id}/accept", dependencies=[EXCUSE], summary="Accept an explanation"
)
def accept(
    explanation_id: Key, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> ExplanationDetail:
    """Accepts it (情况说明成立): the finding is excused."""
    return _answered(parts, visitor, explanation_id, wanted.reason, accepted=True)


@router.post(
    "/explanations/{explanation_id}/refuse", dependencies=[EXCUSE], summary="Refuse an explanation"
)
def refuse(
    explanation_id: Key, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> ExplanationDetail:
    """Does not accept it; the finding stays where it is."""
    return _answered(parts, visitor, explanation_id, wanted.reason, accepted=False)


def _appeals(parts: WebParts, visitor: Visitor) -> PaperView:
    return PaperView(parts, visitor, PaperKind.APPEAL, APPEAL, "appeals")


def _explanations(parts: WebParts, visitor: Visitor) -> PaperView:
    return PaperView(parts, visitor, PaperKind.EXPLANATION, EXPLANATION, "explanations")


def _see_finding(parts: WebParts, visitor: Visitor, finding_id: int) -> None:
    with parts.make_uow(read_only=True) as uow:
        row = uow.findings.get(finding_id) if 0 < finding_id < 2**31 else None
    if row is None or not visitor.sees(row.hall_id, row.unit_id):
        raise missing("情形", "finding", str(finding_id))


def _decided(
    parts: WebParts, visitor: Visitor, key: str, reason: str, *, granted: bool
) -> AppealDetail:
    view = _appeals(parts, visitor)
    view.check(key)
    return _appeal_detail(view, decide_appeal(view.desk, key, reason, visitor, grant=granted))


def _answered(
    parts: WebParts, visitor: Visitor, key: str, reason: str, *, accepted: bool
) -> ExplanationDetail:
    view = _explanations(parts, visitor)
    view.check(key)
    return _explanation_detail(view, answer(view.desk, key, reason, visitor, accept=accepted))


def _appeal_detail(view: PaperView, paper: Paper) -> AppealDetail:
    with view.parts.make_uow(read_only=True) as uow:
        files = view.files(uow, paper)
    return AppealDetail(**_appeal(view, paper).model_dump(), files=files)


def _explanation_detail(view: PaperView, paper: Paper) -> ExplanationDetail:
    with view.parts.make_uow(read_only=True) as uow:
        files = view.files(uow, paper)
    return ExplanationDetail(**_explanation(view, paper).model_dump(), files=files)


def _appeal(view: PaperView, paper: Paper) -> AppealOut:
    held: Any = paper.content
    score = held.get("score")
    return AppealOut(
        id=paper.key,
        finding_id=held["finding_id"],
        label=held["label"],
        unit=paper.unit_id,
        state=held["state"],
        by=held["by"],
        filed_at=_moment(view, held["filed_at"]),
        grounds=held["grounds"],
        told_at=_moment(view, held["told_at"]),
        last_day=held["last_day"],
        circular=held["circular"],
        overridden_by=held["overridden_by"],
        override_reason=held["override_reason"],
        decided_by=held["decided_by"],
        decided_at=view.local_of(held["decided_at"]),
        reason=held["reason"],
        score=None
        if score is None
        else ScoreChangeOut(
            period=score["period"], before=score["before"] or "—", after=score["after"] or "—"
        ),
        correction=held.get("correction", ""),
        withdrawn=held.get("withdrawn", []),
    )


def _explanation(view: PaperView, paper: Paper) -> ExplanationOut:
    held: Any = paper.content
    return ExplanationOut(
        id=paper.key,
        finding_id=held["finding_id"],
        label=held["label"],
        unit=paper.unit_id,
        state=held["state"],
        by=held["by"],
        given_at=_moment(view, held["given_at"]),
        text=held["text"],
        answered_by=held["answered_by"],
        answered_at=view.local_of(held["answered_at"]),
        reason=held["reason"],
    )


def _moment(view: PaperView, text: str) -> datetime:
    return view.local(datetime.fromisoformat(text))
