"""What a period's cases come to (办件统计): the stock that must balance, and rates with formulas.

Source: domain.md §2.8. Closed may exceed accepted: cases of earlier periods are closed too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from models.domain.case import Case, Ending
from models.domain.deadline import Card, Deadlines, Raised
from models.domain.ratio import Ratio

STOCK_FORMULA: Final = "期初在办+受理-办结-退回/撤销=期末在办"
CLOSING_FORMULA: Final = "办结率(口径A)=办结/受理"
OWN_CLOSING_FORMULA: Final = "办结率(口径B)=本期受理且已办结/受理"
ON_TIME_FORMULA: Final = "按期办结率=按期办结/办结"
EARLY_FORMULA: Final = "提前办结率=提前办结/办结"


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Counts of a unit or of all, for a period.

    Attributes:
        opening: In the stock when the period began (期初在办).
        accepted: Accepted in it (受理).
        closed: Closed in it (办结), whenever accepted.
        left: Returned or withdrawn in it (退回/撤销).
        own_closed: Of those accepted in it, closed by its end.
        on_time: Of the closed, those that kept the promise.
        early: Of the closed, those closed before the promise's last day.
        days_used: Working days that the closed took together.
        cards: Cards raised in it, by level.
    """

    opening: int = 0
    accepted: int = 0
    closed: int = 0
    left: int = 0
    own_closed: int = 0
    on_time: int = 0
    early: int = 0
    days_used: int = 0
    cards: Mapping[Card, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        """In the stock when it ended (期末在办)."""
        return self.opening + self.accepted - self.closed - self.left

    @property
    def closing_rate(self) -> Ratio:
        """办结率, as document 000 reckons it; above 100 % where old cases were closed."""
        return Ratio(self.closed, self.accepted)

    @property
    def own_closing_rate(self) -> Ratio:
        """办结率 of this period's own cases."""
        return Ratio(self.own_closed, self.accepted)

    @property
    def on_time_rate(self) -> Ratio:
        """按期办结率."""
        return Ratio(self.on_time, self.closed)

    @property
    def early_rate(self) -> Ratio:
        """提前办结率."""
        return Ratio(self.early, self.closed)

    def __add__(self, other: CaseCounts) -> CaseCounts:
        return CaseCounts(
            self.opening + other.opening,
            self.accepted + other.accepted,
            self.closed + other.closed,
            self.left + other.left,
            self.own_closed + other.own_closed,
            self.on_time + other.on_time,
            self.early + other.early,
            self.days_used + other.days_used,
            {card: self.cards.get(card, 0) + other.cards.get(card, 0) for card in Card},
        )


def count_cases(
    cases: Iterable[Case],
    start: datetime,
    end: datetime,
    deadlines: Deadlines,
    *,
    until: datetime | None = None,
    standing: Mapping[str, Sequence[Raised]] | None = None,
) -> CaseCounts:
    """Count a period [start, end).

    Args:
        cases: All that may touch it; others add nothing.
        start: Its beginning, aware.
        end: Its end, aware.
        deadlines: Reckons promises and cards.
        until: The present, where the period may not be over: no card is due after it.
        standing: Cards that stand, by project number; a case that is not there has its cards
            reckoned.
    """
    total = CaseCounts(cards=dict.fromkeys(Card, 0))
    last = end if until is None else min(end, until)
    for case in cases:
        kept = None if standing is None else standing.get(case.project_no)
        raised = deadlines.cards(case, last) if kept is None else kept
        within = [one.card for one in raised if start <= one.at < end]
        total = total + _of_one(case, start, end, deadlines, within)
    return total


def _of_one(
    case: Case, start: datetime, end: datetime, deadlines: Deadlines, raised: Sequence[Card]
) -> CaseCounts:
    ended = case.ended_at
    accepted = start <= case.accepted_at < end
    over = ended is not None and start <= ended < end
    closed = over and case.ending is Ending.CLOSED
    due = deadlines.due_at(case)
    return CaseCounts(
        opening=int(case.accepted_at < start and (ended is None or ended >= start)),
        accepted=int(accepted),
        closed=int(closed),
        left=int(over and not closed),
        own_closed=int(accepted and closed),
        on_time=int(closed and bool(deadlines.on_time(case))),
        early=int(closed and ended is not None and due is not None and _before(ended, due)),
        days_used=deadlines.used(case, deadlines.date_of(ended)) if closed and ended else 0,
        cards={card: raised.count(card) for card in Card},
    )


def _before(ended: datetime, due: datetime) -> bool:
    """Whether it ended on an earlier day than it was due."""
    return ended.astimezone(due.tzinfo).date() < due.date()
