"""A person's decisions on findings: 确认, 误报排除, 情况说明成立, and taking one back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.decisions import decide
from api.deps import PartsDep, VisitorDep
from api.duty_record import of_record
from api.errors import missing
from api.schemas.decision import Decision, ReasonedDecision
from api.schemas.finding import FindingOut
from api.settings.domain import windows_of
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.errors import ForbiddenMove, InputError
from models.domain.life import STAGE_NAMES, Stage
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord

router = APIRouter(tags=["findings"])
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match", max_length=60, description='`"<register_seq>"`, instead of expected_seq.'
    ),
]


@router.post(
    "/findings/{finding_id}/confirm",
    dependencies=[needs(Permission.DECIDE, audit=Audit.CHANGE)],
    summary="Confirm a finding",
)
def confirm(
    finding_id: int, parts: PartsDep, visitor: VisitorDep, wanted: Decision, if_match: IfMatch = ""
) -> FindingOut:
    """Confirms a finding (确认) after looking at its pictures; from here on it is counted. The
    answer names nobody."""
    seq = _expected(wanted.expected_seq, if_match)
    return _decided(parts, visitor, finding_id, Stage.CONFIRMED, wanted.reason, seq)


@router.post(
    "/findings/{finding_id}/dismiss",
    dependencies=[needs(Permission.DECIDE, audit=Audit.CHANGE)],
    summary="Dismiss a finding as false, with a reason",
)
def dismiss(
    finding_id: int,
    parts: PartsDep,
    visitor: VisitorDep,
    wanted: ReasonedDecision,
    if_match: IfMatch = "",
) -> FindingOut:
    """Dismisses a finding as false (误报排除). It leaves circulars and totals and stays in the
    register with its reason."""
    seq = _expected(wanted.expected_seq, if_match)
    return _decided(parts, visitor, finding_id, Stage.DISMISSED, wanted.reason, seq)


@router.post(
    "/findings/{finding_id}/excuse",
    dependencies=[needs(Permission.EXCUSE, audit=Audit.CHANGE)],
    summary="Accept an explanation, with a reason",
)
def excuse(
    finding_id: int,
    parts: PartsDep,
    visitor: VisitorDep,
    wanted: ReasonedDecision,
    if_match: IfMatch = "",
) -> FindingOut:
    """Accepts the unit's explanation (情况说明成立)."""
    seq = _expected(wanted.expected_seq, if_match)
    return _decided(parts, visitor, finding_id, Stage.EXCUSED, wanted.reason, seq)


@router.post(
    "/findings/{finding_id}/reopen",
    dependencies=[needs(Permission.REVERSE, audit=Audit.CHANGE)],
    summary="Take a dismissal or an excuse back, with a reason",
)
def reopen(
    finding_id: int,
    parts: PartsDep,
    visitor: VisitorDep,
    wanted: ReasonedDecision,
    if_match: IfMatch = "",
) -> FindingOut:
    """Takes a dismissal, an excuse or an exemption back: the finding is to be verified again
    (待核实). What was decided before stays in the register."""
    seq = _expected(wanted.expected_seq, if_match)
    return _decided(parts, visitor, finding_id, Stage.TO_VERIFY, wanted.reason, seq)


def _decided(  # noqa: PLR0917 - the call, then what is decided
    parts: WebParts,
    visitor: Visitor,
    finding_id: int,
    to: Stage,
    reason: str,
    expected: int | None,
) -> FindingOut:
    now = parts.clock.now()
    with parts.make_uow() as uow:
        row = _seen(uow, visitor, finding_id)
        if expected is not None and expected != row.last_seq:
            raise _stale(row)
        done = decide(
            uow,
            finding_id,
            to,
            by=visitor.name,
            reason=reason,
            now=now,
            duty=of_record(parts.settings, uow).duty,
            windows=windows_of(parts.settings),
        )
        target = f"finding:{finding_id}"
        note(uow, visitor, Action.FINDING_DECIDED, target, now, before=row.state, to=to.value)
        uow.commit()
    return parts.teller.finding(done.row)


def _seen(uow: UnitOfWork, visitor: Visitor, finding_id: int) -> FindingRecord:
    row = uow.findings.get(finding_id) if 0 < finding_id < 2**31 else None
    if row is None or not visitor.sees(row.hall_id, row.unit_id):
        raise missing("情形", "finding", str(finding_id))
    if "behaviour" in row.details:
        raise InputError(
            f"第 {finding_id} 号是行为登记,请在 /api/v1/behaviours/{finding_id} 下处置。",
            f"{finding_id} is a behaviour; decide on it under /api/v1/behaviours/{finding_id}.",
            where=str(finding_id),
        )
    return row


def _expected(said: int | None, if_match: str) -> int | None:
    """Which register entry the caller looked at last; None where it does not say.

    Raises:
        InputError: body and header say different things, or the header is none of ours.
    """
    text = if_match.strip().removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return said
    if not text.isdecimal() or len(text) > 16 or (said is not None and said != int(text)):
        raise InputError(
            'If-Match 须为 "<register_seq>",且与 expected_seq 一致。',
            'If-Match is "<register_seq>", the same as expected_seq.',
            where="If-Match",
        )
    return int(text)


def _stale(row: FindingRecord) -> ForbiddenMove:
    name = STAGE_NAMES[Stage(row.state)]
    return ForbiddenMove(
        f"该情形已有新的登记(第 {row.last_seq} 条,现为“{name}”),请刷新后再处置。",
        f"something was entered since (entry {row.last_seq}, now {row.state}); look again first.",
        where=str(row.id),
    )
