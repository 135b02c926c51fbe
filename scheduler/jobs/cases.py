"""Cards of the electronic supervision, each raised at its moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from models.domain.case import Case
from models.domain.deadline import Raised, due_of
from models.domain.duty_rows import DutyKind
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork
from scheduler.cases.cards import CALENDAR, CORRECTED, Changed, review, said_of
from scheduler.cases.importing import RulesOf

AT_ONCE: Final = 300
"""Cases that one transaction reviews."""

RECKONED: Final = "case-deadlines"
"""Key under which the record notes by which calendar and hours deadlines were reckoned."""


class CardTick:
    """Raises cards at their moment, and looks at all again where calendar or hours changed.

    What is open is read again only where something was registered since; in between a tick
    compares the moments of the next cards with the clock.

    Args:
        rules_of: Calendar, hours and rules, by the record as it is.
        make_uow: Makes transactions that the lease fences.
        clock: The process's clock.
    """

    def __init__(self, rules_of: RulesOf, make_uow: MakeUnitOfWork, clock: Clock) -> None:
        self._rules_of = rules_of
        self._make_uow = make_uow
        self._clock = clock
        self._seen: int | None = None
        self._mark = ""
        self._moments: dict[str, tuple[Case, list[Raised]]] = {}
        self._next: dict[str, datetime] = {}

    def __call__(self) -> str:
        """One tick; says what it raised and took back."""
        now = self._clock.now()
        with self._make_uow(read_only=True) as uow:
            self._read(uow, now)
        done = [] if self._mark else self._all_again(now)
        due = sorted(number for number, at in self._next.items() if at <= now)
        for start in range(0, len(due), AT_ONCE):
            self._seen = None
            done += self._review(due[start : start + AT_ONCE], now, CORRECTED)
        return said_of(done)

    def _read(self, uow: UnitOfWork, now: datetime) -> None:
        """When the next card of each open case is due, where anything may have changed."""
        seq = uow.register.head().seq
        if seq == self._seen:
            return
        rules, row = self._rules_of(uow), uow.duty.get(DutyKind.SETTINGS, RECKONED)
        if rules.mark != self._mark:
            self._moments = {}
            self._mark = rules.mark if row and row.content["mark"] == rules.mark else ""
        before, self._moments, self._next = self._moments, {}, {}
        cases = uow.cases.open()
        stored = uow.cases.cards_of([case.project_no for case in cases])
        for case in cases:
            known = before.get(case.project_no)
            moments = known[1] if known and known[0] == case else rules.deadlines.moments(case)
            self._moments[case.project_no] = case, moments
            due = due_of(moments, case, now)
            if {one.card: one.at for one in due} != stored[case.project_no]:
                self._next[case.project_no] = now
            elif later := [one.at for one in moments if one not in due]:
                self._next[case.project_no] = min(later)
        self._seen = seq

    def _all_again(self, now: datetime) -> list[Changed]:
        """Reckon every case again that is open or has a card: days or hours changed."""
        with self._make_uow(read_only=True) as uow:
            numbers = [case.project_no for case in uow.cases.open()]
            after = ""
            while page := uow.cases.carded(after, AT_ONCE):
                numbers += page
                after = page[-1]
        numbers = sorted(set(numbers))
        done: list[Changed] = []
        for start in range(0, len(numbers), AT_ONCE):
            done += self._review(numbers[start : start + AT_ONCE], now, CALENDAR)
        with self._make_uow() as uow:
            self._mark = self._rules_of(uow).mark
            if numbers:
                said = {"mark": self._mark, "cases": len(numbers), "changes": len(done)}
                uow.duty.put(
                    DutyKind.SETTINGS, RECKONED, {"mark": self._mark}, at=now, by="schedule"
                )
                uow.register.append("case_deadlines_reckoned", said, now)
                uow.commit()
        self._seen = None
        return done

    def _review(self, numbers: Sequence[str], now: datetime, why: str) -> list[Changed]:
        with self._make_uow() as uow:
            uow.cases.hold()
            cases = uow.cases.get_many(numbers).values()
            done = review(uow, cases, self._rules_of(uow).deadlines, now, lambda _: why)
            if done:
                uow.commit()
        return done
