"""Deadlines (时限) in working days, and the cards that nearness and overrun raise.

Source: domain.md §2.8. The day of acceptance never counts (民法典 201); the last day ends at close
of business (203); days of special procedures do not count (行政许可法 45); days are working
days (82).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from models.domain.case import Case, CaseType, Suspension
from models.domain.errors import InputError
from models.domain.workdays import WorkCalendar

LONGEST: Final = 3660
"""Days looked ahead; a suspension without an end gives no deadline before."""


class Card(StrEnum):
    """提示, 黄牌, 红牌, 严重 (past the statutory limit)."""

    REMINDER = "reminder"
    YELLOW = "yellow"
    RED = "red"
    SERIOUS = "serious"


CARD_NAMES: dict[Card, str] = {
    Card.REMINDER: "提示",
    Card.YELLOW: "黄牌",
    Card.RED: "红牌",
    Card.SERIOUS: "严重",
}


@dataclass(frozen=True, slots=True)
class CardRules:
    """When cards are raised (assumed defaults of domain.md §2.8).

    Attributes:
        reminder_left: Working days left at which a reminder is due, at the latest.
        reminder_used: Percent of the promise used at which it is due, at the earliest.
        yellow_used: Percent of the promise used at which a yellow card is due.
    """

    reminder_left: int = 1
    reminder_used: int = 80
    yellow_used: int = 90


@dataclass(frozen=True, slots=True)
class Raised:
    """A card of a case and the moment from which it is due."""

    card: Card
    at: datetime


class Deadlines:
    """Reckons by one work calendar.

    Args:
        calendar: Which days are worked.
        zone: Zone of the dates.
        closing: Close of business of a date, aware.
        rules: When cards are raised.
    """

    def __init__(
        self,
        calendar: WorkCalendar,
        zone: ZoneInfo,
        closing: Callable[[date], datetime],
        rules: CardRules = CardRules(),
    ) -> None:
        self._calendar = calendar
        self._zone = zone
        self._closing = closing
        self._rules = rules
        self._after: dict[tuple[date, int], date | None] = {}

    def day_after(
        self, accepted: date, days: int, suspensions: Sequence[Suspension] = ()
    ) -> date | None:
        """The `days`-th counting day after acceptance; None while a suspension has no end.

        `days` 0 is the day itself, or the next worked day where it is none.

        Raises:
            InputError: `days` is negative.
        """
        if days < 0:
            raise InputError(
                f"工作日数不能为负:{days}。", f"{days} working days are none.", where="days"
            )
        if suspensions:
            return self._reckoned(accepted, days, suspensions)
        key = accepted, days  # most cases of a day have the same few promises
        if key not in self._after:
            self._after[key] = self._reckoned(accepted, days, ())
        return self._after[key]

    def _reckoned(
        self, accepted: date, days: int, suspensions: Sequence[Suspension]
    ) -> date | None:
        on, left = accepted, days
        if days == 0 and self._counts(on, suspensions):
            return on
        for _ in range(LONGEST):
            on += timedelta(days=1)
            if not self._counts(on, suspensions):
                continue
            left -= 1
            if left <= 0:
                return on
        return None

    def due_at(self, case: Case) -> datetime | None:
        """When the promise (承诺时限) runs out; None while it is suspended without an end."""
        days = 0 if case.case_type is CaseType.IMMEDIATE else case.promise_days
        return self._end_of(case, days)

    def statutory_at(self, case: Case) -> datetime | None:
        """When the statutory time (法定时限) runs out; None where there is none."""
        if case.statutory_days is None:
            return None
        return self._end_of(case, case.statutory_days)

    def used(self, case: Case, on: date) -> int:
        """Counting days from the day after acceptance to `on`, both ends counted."""
        accepted = self.date_of(case.accepted_at)
        length = (on - accepted).days
        days = (accepted + timedelta(days=n) for n in range(1, length + 1))
        return sum(self._counts(day, case.suspensions) for day in days)

    def moments(self, case: Case) -> list[Raised]:
        """From when each card would be due if the case stayed open, in order of level.

        A returned case (退回件) has no promise.
        """
        if case.case_type is CaseType.RETURNED:
            return []
        moments = [
            (Card.REMINDER, self._reminder_at(case)),
            (Card.YELLOW, self._yellow_at(case)),
            (Card.RED, self.due_at(case)),
            (Card.SERIOUS, self.statutory_at(case)),
        ]
        return [Raised(card, at) for card, at in moments if at is not None]

    def cards(self, case: Case, now: datetime) -> list[Raised]:
        """Every card that the case has raised up to `now`, each level once, in order.

        What ended in time raises nothing later.
        """
        return due_of(self.moments(case), case, now)

    def on_time(self, case: Case) -> bool | None:
        """Whether a closed case kept its promise; None while it is open."""
        due = self.due_at(case)
        if case.ended_at is None:
            return None
        return due is None or case.ended_at <= due

    def _end_of(self, case: Case, days: int) -> datetime | None:
        on = self.day_after(self.date_of(case.accepted_at), days, case.suspensions)
        return None if on is None else self._closing(on)

    def _reminder_at(self, case: Case) -> datetime | None:
        days = case.promise_days
        share = -(-days * self._rules.reminder_used // 100)
        return self._beginning(case, max(1, min(days - self._rules.reminder_left, share)))

    def _yellow_at(self, case: Case) -> datetime | None:
        return self._beginning(case, -(-case.promise_days * self._rules.yellow_used // 100))

    def _beginning(self, case: Case, days: int) -> datetime | None:
        """Midnight of the `days`-th counting day; None for a case of the same day."""
        if case.case_type is CaseType.IMMEDIATE or case.promise_days == 0:
            return None
        on = self.day_after(self.date_of(case.accepted_at), days, case.suspensions)
        return None if on is None else datetime(on.year, on.month, on.day, tzinfo=self._zone)

    def _counts(self, day: date, suspensions: Sequence[Suspension]) -> bool:
        return self._calendar.is_workday(day) and not any(one.holds(day) for one in suspensions)

    def date_of(self, moment: datetime) -> date:
        """The local date of a moment."""
        return moment.astimezone(self._zone).date()


def due_of(moments: Iterable[Raised], case: Case, now: datetime) -> list[Raised]:
    """Those of a case's moments that have come up to `now`, or had when it ended."""
    until = now if case.ended_at is None else min(now, case.ended_at)
    return [
        one
        for one in moments
        if (one.at < until if one.card in {Card.RED, Card.SERIOUS} else one.at <= until)
    ]
