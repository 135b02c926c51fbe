"""Learning from decisions (从复核中学习): precision by window and camera, proposals, answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.learning import ACCEPTED, REJECTED, Learned, camera_looks, learned
from api.lesson_answers import answer_proposal
from api.lesson_words import CAUSES, proposal_words
from api.paging import page_of
from api.schemas.precision import (
    Accepted,
    AnsweredOut,
    AnswerOut,
    CameraPrecisionOut,
    CameraPrecisionPage,
    PrecisionFilter,
    PrecisionOut,
    PrecisionPage,
    ProposalOut,
    Rejected,
    ShareOut,
)
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.precision import Share, causes_said, share

router = APIRouter(tags=["precision"])
DAYS = 90
NOBODY = ("", "")
CHANGE = needs(Permission.CHANGE_SETTINGS, audit=Audit.CHANGE)


@router.get(
    "/precision",
    dependencies=[needs(Permission.SEE_PRECISION)],
    summary="How often findings were right, by window",
)
def windows(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[PrecisionFilter, Query()]
) -> PrecisionPage:
    """Windows that surely err first, each with its interval, the likely cause and a proposal."""
    found = _seen(parts, visitor, wanted)
    page, following = page_of(found, _key, wanted.after, wanted.limit)
    return PrecisionPage(
        items=[_told(parts, one) for one in page],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
    )


@router.get(
    "/precision/cameras",
    dependencies=[needs(Permission.SEE_PRECISION)],
    summary="How often findings were right, by camera",
)
def cameras(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[PrecisionFilter, Query()]
) -> CameraPrecisionPage:
    """The windows of each camera together; one that two cameras see counts for both."""
    found = _seen(parts, visitor, wanted)
    with parts.make_uow(read_only=True) as uow:
        looks = camera_looks(uow)
    rows = [
        _camera(parts, camera_id, found, looks.get(camera_id, (0, 0)))
        for camera_id, camera in parts.settings.cameras.items()
        if visitor.sees_camera(camera.hall) and wanted.hall_id in {"", camera.hall}
    ]
    page, following = page_of(rows, _camera_key, wanted.after, wanted.limit)
    return CameraPrecisionPage(
        items=page, total=len(rows), next_after=following, limit=wanted.limit
    )


@router.post("/precision/{window_id}/accept", dependencies=[CHANGE], summary="Carry a proposal out")
def accept(window_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Accepted) -> AnsweredOut:
    """Carries the window's proposal out (采纳): a zone is saved as a new version, a hit rate is put
    over the settings file's; the running watch takes either by itself."""
    return _answered(parts, visitor, window_id, wanted, accept=True)


@router.post("/precision/{window_id}/reject", dependencies=[CHANGE], summary="Refuse a proposal")
def reject(window_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Rejected) -> AnsweredOut:
    """Refuses the window's proposal (不采纳); it comes back after three more false alarms."""
    return _answered(parts, visitor, window_id, wanted, accept=False)


def _answered(
    parts: WebParts,
    visitor: Visitor,
    window_id: str,
    wanted: Accepted | Rejected,
    *,
    accept: bool,
) -> AnsweredOut:
    window = parts.settings.windows.get(window_id)
    if window is None or not visitor.sees(window.hall, window.unit):
        raise missing("窗口", "window", window_id)
    now = parts.clock.now()
    with parts.make_uow() as uow:
        (one,) = learned(uow, parts.settings, now, days=DAYS, only=window_id)
        answer_proposal(
            uow,
            parts.settings,
            one,
            wanted.key,
            accept=accept,
            reason=wanted.reason,
            now=now,
            by=visitor.name,
        )
        said = ACCEPTED if accept else REJECTED
        target = f"window:{window_id}"
        note(uow, visitor, Action.SETTINGS_CHANGED, target, now, proposal=wanted.key, said=said)
        uow.commit()
    return AnsweredOut(
        window_id=window_id, key=wanted.key, said="accepted" if accept else "rejected"
    )


def _seen(parts: WebParts, visitor: Visitor, wanted: PrecisionFilter) -> list[Learned]:
    with parts.make_uow(read_only=True) as uow:
        found = learned(uow, parts.settings, parts.clock.now(), days=wanted.days)
    return [
        one
        for one in found
        if wanted.hall_id in {"", one.window.hall_id}
        and visitor.sees(one.window.hall_id, one.window.unit_id)
    ]


def _key(one: Learned) -> tuple[str, ...]:
    return (*_ranked(one.judged.precision), "0" if one.open else "1", one.window.id)


def _camera_key(one: CameraPrecisionOut) -> tuple[str, ...]:
    precision = share(one.precision.part, one.precision.whole)
    return (*_ranked(precision), one.camera_id)


def _ranked(one: Share) -> tuple[str, str]:
    return (f"{one.high:.9f}", f"{one.low:.9f}") if one.whole else ("2", "2")


def _told(parts: WebParts, one: Learned) -> PrecisionOut:
    window, judged, local = one.window, one.judged, parts.teller.local
    cause = one.lesson.cause
    zh, en = CAUSES[cause] if cause else NOBODY
    answer = one.answer
    return PrecisionOut(
        window_id=window.id,
        window=window.name,
        hall_id=window.hall_id,
        hall=parts.settings.halls[window.hall_id].name,
        unit=window.unit_id,
        cameras=[view.camera_id for view in window.views],
        since=local(one.since),
        precision=_share(judged.precision),
        cause=cause.value if cause else None,
        cause_zh=zh,
        cause_en=en,
        said={name.value: count for name, count in causes_said(judged.reasons).most_common()},
        hit_rate=judged.hit_rate,
        seen=_share(judged.seen),
        proposal=_proposal(one),
        answer=answer
        and AnswerOut.model_validate(
            {
                "key": answer.key,
                "said": answer.said,
                "at": local(answer.at),
                "by": answer.by,
                "reason": answer.reason,
            }
        ),
    )


def _proposal(one: Learned) -> ProposalOut | None:
    proposal = one.lesson.proposal
    if proposal is None:
        return None
    zh, en = proposal_words(proposal, one.judged)
    return ProposalOut(
        key=proposal.key,
        kind=proposal.kind.value,
        camera_id=proposal.camera_id,
        value=proposal.value,
        by_itself=proposal.by_itself,
        state="open" if one.open else "rejected",
        zh=zh,
        en=en,
    )


def _share(one: Share) -> ShareOut:
    return ShareOut(
        part=one.part, whole=one.whole, estimate=one.estimate, low=one.low, high=one.high
    )


def _camera(
    parts: WebParts, camera_id: str, found: list[Learned], looks: tuple[int, int]
) -> CameraPrecisionOut:
    camera = parts.settings.cameras[camera_id]
    own = [one.judged.precision for one in found if one.window.view_of(camera_id) is not None]
    tried, hits = looks
    return CameraPrecisionOut(
        camera_id=camera_id,
        camera=camera.name,
        hall_id=camera.hall,
        hall=parts.settings.halls[camera.hall].name,
        windows=len(own),
        precision=_share(share(sum(one.part for one in own), sum(one.whole for one in own))),
        seen=_share(share(hits, tried)),
    )
