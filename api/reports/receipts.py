"""Receipts (签收): which unit read its report, when, by whom. Once, and for good."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.auth.audit import Acting, note
from api.reports.circular_paper import CircularPaper
from models.domain.circular import CircularState
from models.domain.errors import ForbiddenMove
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork

SIGNED_FOR = "circular_received"


def receive(
    uow: UnitOfWork, one: CircularPaper, unit_id: str, actor: Acting, now: datetime
) -> Paper:
    """A unit has read its report; a second receipt gives the first back. The caller commits.

    Raises:
        ForbiddenMove: it is not issued yet.
    """
    if one.state is not CircularState.ISSUED:
        raise ForbiddenMove("尚未印发,不能签收。", "it is not issued yet.", where=one.key)
    key = f"{one.key}:{unit_id}"
    standing = uow.papers.get(PaperKind.RECEIPT, key)
    if standing is not None:
        return standing
    content = {"circular": one.key, "number": str(one.number)}
    paper = uow.papers.put(
        Paper(PaperKind.RECEIPT, key, content, now, actor.name, unit_id, "received")
    )
    facts = {"circular": one.key, "number": str(one.number), "unit": unit_id, "by": actor.name}
    uow.register.append(SIGNED_FOR, facts, now, key=f"receipt:{key}")
    note(uow, actor, SIGNED_FOR, f"circular:{one.key}", now, unit=unit_id)
    return paper


def receipts(uow: UnitOfWork, one: CircularPaper, units: Iterable[str]) -> dict[str, Paper | None]:
    """The receipt of each unit, None where there is none yet."""
    return {unit: uow.papers.get(PaperKind.RECEIPT, f"{one.key}:{unit}") for unit in units}
