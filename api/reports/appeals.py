"""Appeals (申诉): filed by the unit in time, decided by somebody else, what was wrong corrected.

The time runs from the day the unit was told: the day its circular was issued; while the finding
stands in none, the day it was confirmed, from which on the unit sees it in its list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.auth.audit import Acting, note
from api.decisions import life_of, move_on
from api.reports.attached import Sent, keep_attached
from api.reports.circular_paper import CircularPaper, circular_of
from api.reports.circulars import Desk
from api.reports.papers import every
from api.reports.rectifications import calendar_in
from models.domain.access import Role
from models.domain.appeal import Appeal, AppealState, check_in_time, last_day
from models.domain.circular import CircularKind, CircularState
from models.domain.errors import ForbiddenMove, InputError
from models.domain.life import STAGE_NAMES, Stage
from models.domain.notice import Audience, Notice, Severity
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.domain.rectify_json import appeal_json
from models.domain.register import AlreadyRegistered
from models.domain.standing import confirmed

KIND: Final = "appeal"
LEAVE: Final = "appeal_late_allowed"


@dataclass(frozen=True, slots=True)
class Told:
    """When and by what the unit was told of a finding.

    Attributes:
        circular: The issued circular in which it stands, None for none.
    """

    at: datetime
    circular: CircularPaper | None = None

    @property
    def number(self) -> str:
        """The circular's number, empty for none."""
        return "" if self.circular is None else str(self.circular.number)


def told_at(uow: UnitOfWork, row: FindingRecord) -> Told | None:
    """When the unit was told of a finding; None while nobody confirmed it."""
    for paper in every(uow, PaperKind.CIRCULAR, state=CircularState.ISSUED.value):
        one = circular_of(paper)
        if row.id in one.findings and one.kind is not CircularKind.CORRECTION:
            return Told(paper.at, one)
    steps = [step for step in life_of(row).steps if step.stage is Stage.CONFIRMED]
    return Told(steps[-1].at) if steps else None


def key_of(finding_id: int, number: int) -> str:
    """Key of a finding's first, second … appeal."""
    return f"appeal-{finding_id}-{number}"


def appeals_of(uow: UnitOfWork, finding_id: int) -> list[Paper]:
    """A finding's appeals, oldest first."""
    found: list[Paper] = []
    while (
        paper := uow.papers.get(PaperKind.APPEAL, key_of(finding_id, len(found) + 1))
    ) is not None:
        found.append(paper)
    return found


def paper_of(uow: UnitOfWork, key: str) -> Paper:
    """The newest version of an appeal.

    Raises:
        InputError: there is none.
    """
    paper = uow.papers.get(PaperKind.APPEAL, key)
    if paper is None:
        raise InputError(f"没有申诉“{key}”。", f"there is no appeal {key!r}.", where=key)
    return paper


def finding_of(uow: UnitOfWork, finding_id: int) -> FindingRecord:
    """A finding by its number.

    Raises:
        InputError: there is none.
    """
    row = uow.findings.get(finding_id)
    if row is None:
        raise InputError(
            f"没有编号 {finding_id} 的情形。",
            f"there is no finding {finding_id}.",
            where=str(finding_id),
        )
    return row


def allow_late(desk: Desk, finding_id: int, reason: str, actor: Acting) -> None:
    """An approver lets the next appeal against a finding in although it is late, or a second one.

    Raises:
        InputError: there is no such finding, or no reason.
        ForbiddenMove: it was let in already.
    """
    now = desk.clock.now()
    if not reason.strip():
        raise InputError(
            "逾期受理须写明理由。", "letting a late appeal in needs a reason.", where="reason"
        )
    with desk.make_uow() as uow:
        row = finding_of(uow, finding_id)
        key = _leave_key(finding_id, len(appeals_of(uow, finding_id)) + 1)
        facts = {"finding": row.key, "by": actor.name, "reason": reason.strip()}
        try:
            uow.register.append(LEAVE, facts, now, key=key)
        except AlreadyRegistered:
            raise ForbiddenMove(
                "已准予逾期申诉。", "a late appeal was let in already.", where=str(finding_id)
            ) from None
        note(uow, actor, LEAVE, f"finding:{finding_id}", now)
        uow.commit()


def file(desk: Desk, finding_id: int, grounds: str, files: Sent, actor: Acting) -> Paper:
    """A unit appeals against a finding.

    Raises:
        InputError: no such finding, no grounds, or a file that is not taken.
        ForbiddenMove: nothing stands that could be appealed against, one is under way, or it is
            late and no approver let it in.
        StorageError: a file cannot be kept; nothing is written.
    """
    now = desk.clock.now()
    if not grounds.strip():
        raise InputError("申诉须写明理由。", "an appeal needs grounds.", where="grounds")
    with desk.make_uow(read_only=True) as uow:
        paper = _paper(desk, uow, finding_id, grounds, by=actor.name, now=now)
    kept = keep_attached(desk.store, paper.key, paper.unit_id, files, now)
    with desk.make_uow() as uow:
        paper = _paper(desk, uow, finding_id, grounds, by=actor.name, now=now)
        content = {**paper.content, "attachments": [one.sha256 for one in kept]}
        said = {"files": {one.path: one.sha256 for one in kept}}
        paper = put(uow, replace(paper, content=content), "appeal_filed", actor, said)
        for one in kept:
            uow.papers.add_file(one)
        row = finding_of(uow, finding_id)
        move_on(uow, row, Stage.APPEALED, by=actor.name, reason=grounds.strip(), now=now)
        centre = Audience(frozenset({Role.REVIEWER, Role.APPROVER}))
        tell(uow, paper, centre, zh=f"{row.unit_id}申诉待办理", en=f"{row.unit_id} appeals")
        uow.commit()
    return paper


def _paper(
    desk: Desk, uow: UnitOfWork, finding_id: int, grounds: str, *, by: str, now: datetime
) -> Paper:
    """The first version of an appeal, checked but not written."""
    row = finding_of(uow, finding_id)
    told = _appealable(uow, row)
    number = len(appeals_of(uow, finding_id)) + 1
    held = _let_in(uow, row, number)
    calendar, zone = calendar_in(uow), ZoneInfo(desk.settings.time_zone)
    days = desk.settings.supervision.appeal_days
    check_in_time(
        told.at,
        now,
        calendar,
        zone,
        days=days,
        overridden_by=held.get("by", ""),
        override_reason=held.get("reason", ""),
    )
    appeal = Appeal(
        row.key,
        row.unit_id,
        by,
        now,
        grounds.strip(),
        (confirmers(row) or [""])[-1],
        held.get("by", ""),
        held.get("reason", ""),
    )
    content = {
        **appeal_json(appeal),
        "finding_id": row.id,
        "hall_id": row.hall_id,
        "label": str(row.details.get("label", row.kind)),
        "circular": told.number,
        "told_at": told.at.isoformat(),
        "last_day": last_day(told.at.astimezone(zone).date(), calendar, days).isoformat(),
        "attachments": [],
    }
    state = AppealState.ACCEPTED.value
    key = key_of(row.id, number)
    return Paper(PaperKind.APPEAL, key, content, now, by, row.unit_id, state)


def _appealable(uow: UnitOfWork, row: FindingRecord) -> Told:
    """When the unit was told of a finding that stands and is under no appeal."""
    told = told_at(uow, row)
    if told is None or not confirmed(row) or row.state == Stage.APPEALED:
        name = STAGE_NAMES[Stage(row.state)]
        raise ForbiddenMove(
            f"该情形现为“{name}”,不能申诉。",
            f"the finding is {row.state}: there is nothing to appeal against.",
            where=str(row.id),
        )
    return told


def _let_in(uow: UnitOfWork, row: FindingRecord, number: int) -> Mapping[str, Any]:
    """An approver's leave for this appeal, empty for none; a second appeal needs one."""
    leave = uow.register.by_key(_leave_key(row.id, number))
    if number > 1 and leave is None:
        raise ForbiddenMove(
            "该情形已申诉过;再次申诉须由审批人写明理由准予。",
            "this was appealed against before; an approver lets a second appeal in with a reason.",
            where=str(row.id),
        )
    return {} if leave is None else leave.payload


def put(uow: UnitOfWork, paper: Paper, what: str, actor: Acting, said: Mapping[str, Any]) -> Paper:
    """Write a version with its entries, in an open transaction."""
    content = paper.content
    kept = uow.papers.put(paper)
    facts = {
        "appeal": paper.key,
        "finding": content["finding"],
        "unit": paper.unit_id,
        "by": actor.name,
        "reason": content["reason"],
        "overridden_by": content["overridden_by"],
        **said,
    }
    uow.register.append(what, facts, paper.at, key=f"{paper.key}:v{paper.version}")
    note(uow, actor, what, f"appeal:{paper.key}", paper.at, state=paper.state)
    return kept


def confirmers(row: FindingRecord) -> list[str]:
    """Everybody who ever confirmed a finding."""
    return [step.actor for step in life_of(row).steps if step.stage is Stage.CONFIRMED]


def _leave_key(finding_id: int, number: int) -> str:
    return f"appeal-late:{finding_id}:{number}"


def tell(uow: UnitOfWork, paper: Paper, audience: Audience, *, zh: str, en: str) -> None:
    """A notice of what became of an appeal, in the transaction of the change."""
    number = paper.content["finding_id"]
    uow.outbox.put(
        Notice(
            KIND,
            f"{KIND}:{paper.key}:v{paper.version}",
            Severity.IMPORTANT,
            audience,
            {"appeal": paper.key, "finding": number},
            f"第{number}号情形{zh}",
            f"finding {number}: {en}",
            f"第{number}号情形“{paper.content['label']}”:{zh}。",
            f"finding {number}: {en}.",
        ),
        paper.at,
    )
