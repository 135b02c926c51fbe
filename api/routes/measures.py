"""Measures (处理措施), scores and the ledger: inside the centre only."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import page_of
from api.paper_view import PaperView
from api.reports.gather import gather
from api.reports.measures import (
    decide_suggestion,
    enter,
    honoured,
    ledger,
    suggest,
    taken_of,
    withdraw,
)
from api.reports.person_scores import person_scores
from api.schemas.fields import Because
from api.schemas.measure import (
    AmongOut,
    Evaluate,
    HonoursOut,
    LedgerFilter,
    LedgerPage,
    MeasureOut,
    NewMeasure,
    PeriodQuery,
    PersonScoreOut,
    PersonScoresOut,
    SuggestedOut,
    SuggestionDecision,
    SuggestionOut,
    SuggestionPage,
    SuggestionsFilter,
    TooFewOut,
    UnitScoreOut,
    UnitScoresOut,
)
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.measures import MEASURE_NAMES, Taken, ledger_counts
from models.domain.papers import Paper, PaperKind
from models.domain.report import UnitRow

router = APIRouter(tags=["measures"])

SEE = needs(Permission.SEE_MEASURES)
MANAGE = needs(Permission.MANAGE_MEASURES, audit=Audit.CHANGE)
SIGN = needs(Permission.APPROVE, audit=Audit.CHANGE)
Key = Annotated[str, Path(max_length=200, examples=["measure-2026-1"])]
EVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@router.get("/measures/suggestions", dependencies=[SEE], summary="Suggested measures")
def list_suggestions(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[SuggestionsFilter, Query()]
) -> SuggestionPage:
    """Measures that rules suggested and what approvers made of them, newest first."""
    view = _view(parts, visitor, PaperKind.SUGGESTION)
    page = view.page(unit="", state=wanted.state, after=wanted.after, limit=wanted.limit)
    return SuggestionPage(
        items=[_suggestion(view, paper) for paper in page.papers],
        total=page.total,
        next_after=page.next_after,
        limit=wanted.limit,
    )


@router.post("/measures/suggestions", dependencies=[MANAGE], summary="Let rules suggest")
def evaluate(parts: PartsDep, visitor: VisitorDep, wanted: Evaluate) -> SuggestedOut:
    """Evaluates the rank rules of the settings at the end of a period. Each suggestion is stored
    once and waits for an approver (待批); nothing is carried out."""
    view = _view(parts, visitor, PaperKind.SUGGESTION)
    units = view.units()
    found = suggest(view.desk, wanted.period, visitor)
    seen = [paper for paper in found.standing if units is None or paper.unit_id in units]
    return SuggestedOut(
        new=len(found.new),
        items=[_suggestion(view, paper) for paper in seen],
        too_few=[
            TooFewOut(
                period=period,
                units=[unit for unit in left if units is None or unit in units],
            )
            for period, left in found.too_few.items()
        ],
    )


@router.post("/measures/suggestions/decide", dependencies=[SIGN], summary="Agree or refuse")
def decide(parts: PartsDep, visitor: VisitorDep, wanted: SuggestionDecision) -> SuggestionOut:
    """An approver agrees to a suggested measure (同意), so that the circular of its period names
    it, or refuses it with a reason (不同意)."""
    view = _view(parts, visitor, PaperKind.SUGGESTION)
    view.check(wanted.id)
    paper = decide_suggestion(view.desk, wanted.id, wanted.reason, visitor, agree=wanted.agree)
    return _suggestion(view, paper)


@router.get("/measures/ledger", dependencies=[SEE], summary="The ledger of measures taken")
def list_ledger(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[LedgerFilter, Query()]
) -> LedgerPage:
    """Measures that were taken (问责台账), newest entry first, and the counts of all that are
    asked for: affairs, and among them (其中) each measure; these need not add up."""
    view = _view(parts, visitor, PaperKind.MEASURE)
    start, end = _stretch(parts, wanted)
    units = view.units()
    with parts.make_uow(read_only=True) as uow:
        found = [
            paper
            for paper in ledger(uow)
            if start <= taken_of(paper).at < end
            and wanted.subject in {"", taken_of(paper).subject}
            and (units is None or paper.unit_id in units)
        ]
    counts = ledger_counts(map(taken_of, found), start, end)
    page, following = page_of(
        found, lambda paper: (f"{2**31 - paper.number:010}",), wanted.after, wanted.limit
    )
    return LedgerPage(
        items=[_measure(view, paper) for paper in page],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
        affairs=counts.affairs,
        among=[
            AmongOut(measure=kind, name=MEASURE_NAMES[kind], count=count)
            for kind, count in counts.among.items()
        ],
        said=str(counts),
    )


@router.post(
    "/measures/ledger", dependencies=[MANAGE], summary="Enter a measure taken", status_code=201
)
def new_measure(parts: PartsDep, visitor: VisitorDep, wanted: NewMeasure) -> MeasureOut:
    """Enters a measure that was taken. It names a unit or a post, no person."""
    view = _view(parts, visitor, PaperKind.MEASURE)
    taken = Taken(
        wanted.case, wanted.subject, wanted.measure, wanted.at, visitor.name, wanted.basis
    )
    units = view.units()
    if units is not None and wanted.subject not in units:
        raise missing("单位", "unit", wanted.subject)
    return _measure(view, enter(view.desk, taken, visitor))


@router.post(
    "/measures/ledger/{measure_id}/withdraw", dependencies=[MANAGE], summary="Take an entry back"
)
def take_back(measure_id: Key, parts: PartsDep, visitor: VisitorDep, wanted: Because) -> MeasureOut:
    """What was entered wrongly is taken back; it stays in the record."""
    view = _view(parts, visitor, PaperKind.MEASURE)
    view.check(measure_id)
    return _measure(view, withdraw(view.desk, measure_id, wanted.reason, visitor))


@router.get("/measures/honours", dependencies=[SEE], summary="Units to praise")
def honours(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[PeriodQuery, Query()]
) -> HonoursOut:
    """Units that were checked often enough and where nothing was found (表扬)."""
    view = _view(parts, visitor, PaperKind.MEASURE)
    units = view.units()
    with parts.make_uow(read_only=True) as uow:
        found = honoured(view.desk, uow, wanted.period, parts.clock.now())
    return HonoursOut(
        period=wanted.period, units=[one for one in found if units is None or one in units]
    )


@router.get("/scores/units", dependencies=[SEE], summary="Scores of units")
def unit_scores(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[PeriodQuery, Query()]
) -> UnitScoresOut:
    """Every unit's score and place of a period as they stand now, per hundred effective checks;
    a small sample has no place."""
    units = _view(parts, visitor, PaperKind.MEASURE).units()
    with parts.make_uow(read_only=True) as uow:
        report = gather(uow, parts.settings, wanted.period, parts.clock.now()).report
    rows = [row for row in report.rows if row.unit_id and (units is None or row.unit_id in units)]
    return UnitScoresOut(period=wanted.period, items=[_unit_score(row) for row in rows])


@router.get(
    "/scores/persons",
    dependencies=[needs(Permission.SEE_PERSON_SCORES, audit=Audit.EACH)],
    summary="Scores of persons",
)
def scores_of_persons(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[PeriodQuery, Query()]
) -> PersonScoresOut:
    """Scores of persons, for confirmed and attributed findings only; inside the centre, and each
    look is entered in the audit log."""
    with parts.make_uow(read_only=True) as uow:
        found = person_scores(uow, parts.settings, wanted.period, visitor.scope)
    return PersonScoresOut(
        period=wanted.period,
        items=[
            PersonScoreOut(
                unit=unit_id,
                person=score.subject,
                score=str(score.value),
                points=str(score.points),
                findings=sum(line.events for line in score.lines),
            )
            for unit_id, score in found
        ],
    )


def _view(parts: WebParts, visitor: Visitor, kind: PaperKind) -> PaperView:
    zh = "处理建议" if kind is PaperKind.SUGGESTION else "问责台账条目"
    return PaperView(parts, visitor, kind, zh, "measures")


def _stretch(parts: WebParts, wanted: LedgerFilter) -> tuple[datetime, datetime]:
    zone = ZoneInfo(parts.settings.time_zone)
    start, end = EVER
    if wanted.since is not None:
        start = datetime.combine(wanted.since, time(0), zone)
    if wanted.until is not None:
        end = datetime.combine(wanted.until + timedelta(days=1), time(0), zone)
    return start, end


def _suggestion(view: PaperView, paper: Paper) -> SuggestionOut:
    held: Any = paper.content
    return SuggestionOut(
        id=paper.key,
        rule=held["rule"],
        subject=held["subject"],
        period=held["period"],
        measure=held["measure"],
        measure_name=MEASURE_NAMES[held["measure"]],
        why=held["why"],
        tied=held["tied"],
        state=held["status"],
        decided_by=held["decided_by"],
        decided_at=view.local_of(held["decided_at"]),
        reason=held["reason"],
    )


def _measure(view: PaperView, paper: Paper) -> MeasureOut:
    taken, held = taken_of(paper), paper.content
    return MeasureOut(
        id=paper.key,
        case=taken.case,
        subject=taken.subject,
        measure=taken.measure,
        measure_name=MEASURE_NAMES[taken.measure],
        at=view.local(taken.at),
        basis=taken.basis,
        by=taken.by,
        withdrawn=str(held["withdrawn"]),
    )


def _unit_score(row: UnitRow) -> UnitScoreOut:
    score, place = row.score, row.place
    value = None if score is None else score.value
    return UnitScoreOut(
        unit=row.unit_id,
        group=row.group,
        score=None if value is None else str(value),
        points="0" if score is None else str(score.points),
        effective=row.counts.effective,
        enough=row.counts.enough,
        rank=None if place is None else place.rank,
        from_bottom=None if place is None else place.from_bottom,
        tied=place is not None and place.tied,
    )
