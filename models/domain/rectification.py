"""Rectification (整改): a numbered notice with a due day, and rounds until it is struck off (销号).

Source: domain.md §1.4 rows 41–43 and §2.9; scenario S24. Title and issuing body are configuration:
监察建议书 is for a body of supervision only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from models.domain.circular import DocumentNumber
from models.domain.errors import ForbiddenMove, InputError
from models.domain.finding import Kind
from models.domain.workdays import WorkCalendar

RECTIFY_DAYS: Final = 5
"""Working days that a round gets where nothing else is set."""


class RectifyState(StrEnum):
    """下发, 认领, 反馈, 销号, 撤回 (nothing is left that it rests on)."""

    ISSUED = "issued"
    CLAIMED = "claimed"
    REPORTED = "reported"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


RECTIFY_NAMES: dict[RectifyState, str] = {
    RectifyState.ISSUED: "已下发",
    RectifyState.CLAIMED: "已认领",
    RectifyState.REPORTED: "已反馈",
    RectifyState.CLOSED: "已销号",
    RectifyState.WITHDRAWN: "已撤回",
}

SERIOUS_KINDS: Final = frozenset({Kind.UNMANNED, Kind.ABSENT_HALF_DAY, Kind.ABSENT_SESSION})
"""Findings that propose a rectification wherever they are (空岗、缺岗)."""


def proposes(kind: str, *, key_post: bool) -> bool:
    """Whether a confirmed finding proposes a rectification; at a key post (重要岗位) any does."""
    return key_post or kind in SERIOUS_KINDS


@dataclass(frozen=True, slots=True)
class Round:
    """One round: until when, and what the unit reported.

    Attributes:
        due: Its last day.
        reported_at: When the unit reported, None while it has not.
        report: What it did.
        attachments: SHA-256 of files.
        returned: Why it was returned, empty while it was not.
    """

    due: date
    reported_at: datetime | None = None
    report: str = ""
    attachments: tuple[str, ...] = ()
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Rectification:
    """One notice (整改通知书) and what became of it.

    Attributes:
        number: The notice's number (挂号).
        unit_id: The unit that rectifies.
        title: What is to be put right.
        refs: Findings or cases it rests on.
        issued_on: Day of issue.
        rounds: Oldest first; the last one runs.
        closing_number: Number under which it was struck off (销号), None while it runs.
        withdrawn: Why it was withdrawn, empty while it was not.
    """

    number: DocumentNumber
    unit_id: str
    title: str
    refs: tuple[str, ...]
    issued_on: date
    issued_by: str
    rounds: tuple[Round, ...]
    state: RectifyState = RectifyState.ISSUED
    claimed_by: str = ""
    closing_number: DocumentNumber | None = None
    withdrawn: str = ""

    @classmethod
    def issue(
        cls,
        number: DocumentNumber,
        unit_id: str,
        title: str,
        refs: tuple[str, ...],
        *,
        on: date,
        by: str,
        calendar: WorkCalendar,
        days: int = RECTIFY_DAYS,
    ) -> Rectification:
        """A new notice, due `days` working days after its day.

        Raises:
            InputError: no unit, title or reference.
        """
        if not unit_id or not title.strip() or not refs:
            raise InputError(
                "整改通知须写明单位、事项和依据的问题编号。",
                "a notice names the unit, the matter and the findings it rests on.",
                where="rectification",
            )
        first = Round(calendar.add_workdays(on, days))
        return cls(number, unit_id, title.strip(), refs, on, by, (first,))

    @property
    def runs(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in {RectifyState.CLOSED, RectifyState.WITHDRAWN}

    @property
    def due(self) -> date:
        """Last day of the round that runs."""
        return self.rounds[-1].due

    def overdue(self, today: date) -> bool:
        """Whether nothing was reported by the due day (逾期)."""
        return self.state in {RectifyState.ISSUED, RectifyState.CLAIMED} and today > self.due

    def claim(self, by: str) -> Rectification:
        """The unit takes it on (认领)."""
        self._must_be(RectifyState.ISSUED)
        return replace(self, state=RectifyState.CLAIMED, claimed_by=_named(by))

    def report(self, text: str, now: datetime, attachments: tuple[str, ...] = ()) -> Rectification:
        """The unit says what it did (反馈), also after the due day: late is shown, not refused.

        Raises:
            InputError: nothing is said.
            ForbiddenMove: it was not claimed, or is struck off.
        """
        self._must_be(RectifyState.CLAIMED)
        if not text.strip():
            raise InputError("请写明整改情况。", "say what was done.", where="report")
        told = replace(
            self.rounds[-1], reported_at=now, report=text.strip(), attachments=attachments
        )
        return replace(self, state=RectifyState.REPORTED, rounds=(*self.rounds[:-1], told))

    def give_back(
        self, reason: str, *, on: date, calendar: WorkCalendar, days: int = RECTIFY_DAYS
    ) -> Rectification:
        """Not enough: round n + 1 with a new date (退回再整改).

        Raises:
            InputError: the reason is missing.
        """
        self._must_be(RectifyState.REPORTED)
        if not reason.strip():
            raise InputError("退回须写明理由。", "a return needs a reason.", where="reason")
        told = replace(self.rounds[-1], returned=reason.strip())
        following = Round(calendar.add_workdays(on, days))
        return replace(
            self, state=RectifyState.CLAIMED, rounds=(*self.rounds[:-1], told, following)
        )

    def accept(self, closing_number: DocumentNumber) -> Rectification:
        """Enough: struck off under a number of its own (销号)."""
        self._must_be(RectifyState.REPORTED)
        return replace(self, state=RectifyState.CLOSED, closing_number=closing_number)

    def withdraw(self, reason: str) -> Rectification:
        """Nothing is left that it rests on: what it named was revoked (撤回)."""
        if not self.runs:
            raise ForbiddenMove(
                f"整改件“{RECTIFY_NAMES[self.state]}”,不能撤回。",
                f"the rectification is {self.state.value}; it cannot be withdrawn.",
            )
        return replace(self, state=RectifyState.WITHDRAWN, withdrawn=reason.strip())

    def _must_be(self, state: RectifyState) -> None:
        if self.state is not state:
            raise ForbiddenMove(
                f"整改件现为“{RECTIFY_NAMES[self.state]}”,须为“{RECTIFY_NAMES[state]}”才能办理。",
                f"the rectification is {self.state.value}; this takes one that is {state.value}.",
            )


def _named(by: str) -> str:
    if not by.strip():
        raise InputError("须写明经办人。", "the actor is missing.", where="by")
    return by.strip()
