"""Red and serious cards on which no rectification (整改) rests yet: each proposes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.reports.papers import every
from models.domain.case import Case
from models.domain.deadline import Card
from models.domain.papers import PaperKind
from models.domain.ports import UnitOfWork
from models.domain.rectify_json import rectification_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case that proposes a rectification.

    Attributes:
        card: Its gravest card.
        due_at: From when that card was due.
        ref: What the rectification names it by.
    """

    case: Case
    card: Card
    due_at: datetime

    @property
    def ref(self) -> str:
        return case_ref(self.case.project_no)


def case_ref(project_no: str) -> str:
    """How a rectification, an appeal or a circular names a case: `case:<project number>`."""
    return f"case:{project_no}"


def without_rectification(
    uow: UnitOfWork,
    start: datetime,
    end: datetime,
    *,
    units: frozenset[str] | None = None,
) -> list[Proposal]:
    """Cases with a standing red or serious card due in [start, end) that no rectification names,
    by moment."""
    gravest: dict[str, tuple[Card, datetime]] = {}
    for number, card, due in uow.cases.cards(start, end):
        if card is Card.SERIOUS or (card is Card.RED and number not in gravest):
            gravest[number] = card, due
    if not gravest:
        return []
    named = {
        ref
        for paper in every(uow, PaperKind.RECTIFICATION)
        for ref in rectification_of(paper.content).refs
    }
    cases = uow.cases.get_many([one for one in gravest if case_ref(one) not in named])
    found = [
        Proposal(case, *gravest[number])
        for number, case in cases.items()
        if units is None or case.unit_id in units
    ]
    return sorted(found, key=lambda one: (one.due_at, one.case.project_no))
