"""Raises cards (提示、黄牌、红牌、严重) on cases, once per case and level.

What no longer holds is taken back, what was due at another moment is moved; each change has its
entry in the register, in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from models.domain.access import Role
from models.domain.case import Case
from models.domain.case_cards import EXTERNAL, CardChange, Move, changes_of
from models.domain.deadline import CARD_NAMES, Card, Deadlines
from models.domain.notice import Audience, Notice, NoticeKind, Severity
from models.domain.ports import UnitOfWork

SHOWN: Final = 20
"""Project numbers that one notice names."""

CALENDAR: Final = "工作日历或工作时间变更"
TOLD_LATE: Final = "补录特别程序"
ENDED_LATE: Final = "补录办结时间"
CORRECTED: Final = "办件信息更正"

_SEVERITY: Final[Mapping[Card, Severity]] = {
    Card.YELLOW: Severity.IMPORTANT,
    Card.RED: Severity.SERIOUS,
    Card.SERIOUS: Severity.SERIOUS,
}
_CENTRE: Final = frozenset({Role.OPERATOR, Role.REVIEWER, Role.SUPERVISOR})
_READERS: Final[Mapping[Card, frozenset[Role]]] = {
    Card.YELLOW: frozenset({Role.LIAISON}),
    Card.RED: _CENTRE | {Role.LIAISON},
    Card.SERIOUS: _CENTRE | {Role.LIAISON},
}

DeadlinesOf = Callable[[UnitOfWork], Deadlines]
"""Deadlines by the calendar that the record holds now."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of a card and the case that it is of."""

    case: Case
    change: CardChange


def why_changed(before: Case | None, now: Case) -> str:
    """Why a card of a case that was written again no longer holds."""
    if before is None or before == now:
        return CORRECTED
    if tuple(before.suspensions) != tuple(now.suspensions):
        return TOLD_LATE
    return ENDED_LATE if before.ended_at is None and now.ended_at is not None else CORRECTED


def review(
    uow: UnitOfWork,
    cases: Iterable[Case],
    deadlines: Deadlines,
    now: datetime,
    why: Callable[[Case], str],
) -> list[Changed]:
    """Make exactly the cards stand that are due; the caller commits.

    Args:
        uow: The transaction; it holds the cases.
        cases: As the record has them.
        deadlines: Reckons what is due.
        now: The present.
        why: Why a card of a case is taken back or moved.
    """
    wanted = {case.project_no: case for case in cases}
    stored = uow.cases.card_rows(wanted)
    done: list[Changed] = []
    for number, case in wanted.items():
        for change in changes_of(stored.get(number, ()), deadlines.cards(case, now)):
            _keep(uow, case, change, why(case), now)
            done.append(Changed(case, change))
    _tell(uow, done, now)
    return done


def said_of(done: Iterable[Changed]) -> str:
    """In a few words, for the list of jobs: `red 1, yellow 3, taken back 1`."""
    counts: dict[str, int] = {}
    for one in done:
        raised = one.change.move is Move.RAISED
        name = one.change.card.value if raised else one.change.move.value.removeprefix("case_card_")
        counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())


def _keep(uow: UnitOfWork, case: Case, change: CardChange, why: str, now: datetime) -> None:
    number, card = case.project_no, change.card
    said: dict[str, Any] = {
        "case": number,
        "unit": case.unit_id,
        "card": card.value,
        "due": change.due.isoformat(),
    }
    if change.move is Move.RAISED:
        if not uow.cases.raise_card(number, card, change.due, now):
            raise RuntimeError(f"the card {card} of case {number} stands already")
    elif change.move is Move.TAKEN_BACK:
        uow.cases.take_card_back(number, card, why, now)
        said["reason"] = why
    else:
        uow.cases.move_card(number, card, change.due)
        said |= {"before": change.before.isoformat() if change.before else "", "reason": why}
    uow.register.append(change.move.value, said, now)


def _tell(uow: UnitOfWork, done: Iterable[Changed], now: datetime) -> None:
    """One notice for each unit and level, of cases that are still open."""

    def group(one: Changed) -> tuple[str, str]:
        return one.case.unit_id, one.change.card.value

    raised = [
        one
        for one in done
        if one.change.move is Move.RAISED and one.change.card in EXTERNAL and not one.case.ended_at
    ]
    for (unit, level), found in groupby(sorted(raised, key=group), key=group):
        uow.outbox.put(_notice(unit, Card(level), [one.case.project_no for one in found], now), now)


def _notice(unit: str, card: Card, numbers: list[str], now: datetime) -> Notice:
    name, count = CARD_NAMES[card], len(numbers)
    shown = "、".join(numbers[:SHOWN]) + ("等" if count > SHOWN else "")
    zh = {
        Card.YELLOW: "临近承诺时限,请尽快办结",
        Card.RED: "已超过承诺时限,请立即办理并说明原因",
        Card.SERIOUS: "已超过法定时限,请立即办理并说明原因",
    }[card]
    en = {
        Card.YELLOW: "close to the promised time",
        Card.RED: "past the promised time",
        Card.SERIOUS: "past the statutory time",
    }[card]
    return Notice(
        NoticeKind.CASE_CARD,
        f"case-card:{card.value}:{unit}:{numbers[0]}:{now.isoformat()}",
        _SEVERITY[card],
        Audience(_READERS[card], unit_id=unit),
        {"unit": unit, "card": card.value, "count": count, "cases": numbers[:SHOWN]},
        f"{name}:{unit} {count} 件",
        f"{card.value} card: {unit}, {count} case(s)",
        f"{unit} {count} 件办件{zh}:{shown}。",
        f"{count} case(s) of {unit} are {en}: {shown}.",
    )
