"""Deciding appeals (申诉办理): upheld, or granted with revocation, new score and correction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.auth.audit import Acting
from api.decisions import life_of, move_on
from api.reports.appeals import confirmers, finding_of, paper_of, put, tell, told_at
from api.reports.circular_paper import Corrected
from api.reports.circulars import Desk, correction_in
from api.reports.gather import gather
from api.reports.rectifications import follow_findings, withdraw_empty
from models.domain.access import Role
from models.domain.appeal import APPEAL_NAMES
from models.domain.errors import ForbiddenMove
from models.domain.life import Stage
from models.domain.notice import Audience
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.domain.rectify_json import appeal_json, appeal_of


def decide_appeal(desk: Desk, key: str, reason: str, actor: Acting, *, grant: bool) -> Paper:
    """Grant an appeal (成立) or uphold the finding (维持).

    Granted, the finding is revoked, the unit's score is reckoned again, and where it stood in a
    circular a correction notice is drafted, all in one transaction.

    Raises:
        InputError: there is none, or the reason is missing.
        ForbiddenMove: it was decided already, or by who confirmed or filed.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        before = paper_of(uow, key)
        row = finding_of(uow, int(before.content["finding_id"]))
        if actor.name in confirmers(row):
            raise ForbiddenMove(
                "申诉须由确认人、申诉人以外的人员办理。",
                "an appeal is decided by somebody who neither confirmed nor filed it.",
            )
        one = appeal_of(before.content).decide(grant=grant, by=actor.name, reason=reason, now=now)
        more = _granted(desk, uow, row, actor, reason) if grant else {}
        if not grant:
            back = move_on(uow, row, _stage_before(row), by=actor.name, reason=reason, now=now)
            follow_findings(uow, [back.id], actor.name, now)
        content = {**before.content, **appeal_json(one), **more}
        after = Paper(
            PaperKind.APPEAL,
            key,
            content,
            now,
            actor.name,
            before.unit_id,
            one.state.value,
            before.version + 1,
        )
        paper = put(uow, after, f"appeal_{one.state.value}", actor, more)
        unit = Audience(frozenset({Role.LIAISON}), unit_id=before.unit_id)
        name = APPEAL_NAMES[one.state]
        tell(uow, paper, unit, zh=f"申诉结果:{name}", en=f"the appeal is {one.state.value}")
        uow.commit()
    return paper


def score_of(uow: UnitOfWork, desk: Desk, period: str, unit_id: str, now: datetime) -> str | None:
    """A unit's score of a period as it stands now; None where nothing was checked."""
    row = gather(uow, desk.settings, period, now).report.of_unit(unit_id)
    value = row.score.value if row is not None and row.score is not None else None
    return None if value is None else str(value)


def _granted(
    desk: Desk, uow: UnitOfWork, row: FindingRecord, actor: Acting, reason: str
) -> dict[str, Any]:
    """Revoke, reckon again, correct; gives what the appeal keeps of it."""
    now = desk.clock.now()
    told = told_at(uow, row)
    month = f"{row.started_at.astimezone(ZoneInfo(desk.settings.time_zone)):%Y-%m}"
    period = month if told is None or told.circular is None else told.circular.period
    old = score_of(uow, desk, period, row.unit_id, now)
    move_on(uow, row, Stage.REVOKED, by=actor.name, reason=reason, now=now)
    new = score_of(uow, desk, period, row.unit_id, now)
    withdrawn = withdraw_empty(uow, row.id, actor, now)
    more: dict[str, Any] = {
        "score": {"period": period, "before": old, "after": new},
        "withdrawn": withdrawn,
        "correction": "",
    }
    if told is not None and told.circular is not None:
        label = str(row.details.get("label", row.kind))
        what = f"第{row.id}号{label}经申诉复核撤销;本期得分由{old or '—'}更正为{new or '—'}"
        items = [Corrected(row.id, row.unit_id, what)]
        more["correction"] = correction_in(uow, told.number, items, actor, now).key
    return more


def _stage_before(row: FindingRecord) -> Stage:
    """Where a finding under appeal came from."""
    stages = [step.stage for step in life_of(row).steps]
    return next(stage for stage in reversed(stages) if stage is not Stage.APPEALED)
