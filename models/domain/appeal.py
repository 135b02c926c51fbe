"""Appeals (申诉) of a unit against a finding: in time, decided by somebody else, traced.

Source: domain.md §2.9; scenario S13: five working days after the notice, decided by another person
than the one who confirmed; later only where an approver overrides with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from models.domain.errors import ForbiddenMove, InputError
from models.domain.workdays import WorkCalendar

APPEAL_DAYS: Final = 5
"""Working days after the notice within which a unit may appeal."""


class AppealState(StrEnum):
    """受理, 维持, 成立."""

    ACCEPTED = "accepted"
    UPHELD = "upheld"
    GRANTED = "granted"


APPEAL_NAMES: dict[AppealState, str] = {
    AppealState.ACCEPTED: "受理",
    AppealState.UPHELD: "维持",
    AppealState.GRANTED: "成立",
}


@dataclass(frozen=True, slots=True)
class Appeal:
    """One appeal.

    Attributes:
        finding: Key of the finding.
        unit_id: The unit that appeals.
        by: The liaison who filed it.
        filed_at: When.
        grounds: Why, in the unit's words.
        confirmed_by: Who confirmed the finding.
        overridden_by: The approver who let it in although it was late, empty where in time.
    """

    finding: str
    unit_id: str
    by: str
    filed_at: datetime
    grounds: str
    confirmed_by: str
    overridden_by: str = ""
    override_reason: str = ""
    state: AppealState = AppealState.ACCEPTED
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    def decide(self, *, grant: bool, by: str, reason: str, now: datetime) -> Appeal:
        """Grant it (成立) or uphold the finding (维持).

        Raises:
            ForbiddenMove: decided already, or by the person who confirmed or filed.
            InputError: nobody is named, or the reason is missing.
        """
        if self.state is not AppealState.ACCEPTED:
            raise ForbiddenMove("该申诉已办结。", "this appeal was decided already.")
        if not by.strip() or not reason.strip():
            raise InputError("须写明经办人和理由。", "actor and reason are needed.", where="reason")
        if by in {self.confirmed_by, self.by}:
            raise ForbiddenMove(
                "申诉须由确认人、申诉人以外的人员办理。",
                "an appeal is decided by somebody who neither confirmed nor filed it.",
            )
        state = AppealState.GRANTED if grant else AppealState.UPHELD
        return replace(self, state=state, decided_by=by, decided_at=now, reason=reason.strip())


def last_day(noticed: date, calendar: WorkCalendar, days: int = APPEAL_DAYS) -> date:
    """The last day on which an appeal is in time; the day of the notice never counts."""
    return calendar.add_workdays(noticed, days)


def check_in_time(
    noticed_at: datetime,
    filed_at: datetime,
    calendar: WorkCalendar,
    zone: ZoneInfo,
    *,
    days: int = APPEAL_DAYS,
    overridden_by: str = "",
    override_reason: str = "",
) -> None:
    """Refuse a late appeal, unless an approver overrides the limit with a reason.

    Raises:
        ForbiddenMove: late.
        InputError: an override without a reason.
    """
    last = last_day(noticed_at.astimezone(zone).date(), calendar, days)
    if filed_at.astimezone(zone).date() <= last:
        return
    if not overridden_by:
        raise ForbiddenMove(
            f"申诉期限为通报之日起 {days} 个工作日,至 {last} 止,已逾期;"
            "如有正当理由,请由签发人写明理由后受理。",
            f"appeals are taken for {days} working days after the notice, until {last}; this one "
            "is late. An approver may let it in with a reason.",
            where="filed_at",
        )
    if not override_reason.strip():
        raise InputError(
            "逾期受理须写明理由。", "letting a late appeal in needs a reason.", where="reason"
        )
