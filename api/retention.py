"""Retention (保存期限) from the settings: how long what is kept, and what is needed meanwhile."""

from __future__ import annotations

from datetime import timedelta

from api.clock import RealClock
from api.reports.papers import every, under_appeal
from api.settings import Settings
from models.domain.circular import MOVES
from models.domain.papers import PaperKind
from models.domain.ports import UnitOfWork
from models.domain.retention import Keeping
from models.storage.evidence_places import EvidencePlace
from scheduler.jobs.retention import Retention

_REWRITTEN_WITHIN = timedelta(hours=1)


def retention_of(settings: Settings, files: EvidencePlace) -> Retention:
    """What plans and carries out the settings' retention."""
    chosen = settings.retention
    return Retention(
        Keeping(
            timedelta(days=chosen.dismissed_days),
            chosen.closed_months,
            timedelta(days=chosen.clue_days),
        ),
        timedelta(days=chosen.outbox_days),
        under_way,
        files,
        lambda: RealClock().now() - _REWRITTEN_WITHIN,
    )


def under_way(uow: UnitOfWork) -> set[str]:
    """Keys of findings whose pictures an appeal or a circular under way needs."""
    held = under_appeal(uow)
    for state, moves in MOVES.items():
        for paper in every(uow, PaperKind.CIRCULAR, state=state.value) if moves else ():
            named = [
                *paper.content["findings"],
                *(one["finding"] for one in paper.content["items"]),
            ]
            rows = [uow.findings.get(int(number)) for number in named]
            held |= {row.key for row in rows if row is not None}
    return held
