"""What a person states about duty, by command or by call, turned into what the record keeps."""

from __future__ import annotations

from datetime import date, datetime

from api.duty_changes import require_cover
from api.duty_doors import (
    exemption_kind_of,
    hall_of,
    notice_kind_of,
    person_of,
    require_place,
    window_of,
)
from api.duty_record import InForce, with_key
from api.settings import Settings
from models.domain.leave import Exemption, Notice
from models.domain.workdays import CalendarDay, DayKind, DayStatus


def notice_stated(
    ruled: InForce,
    now: datetime,
    *,
    person: str,
    kind: str,
    start: datetime,
    end: datetime,
    cover: str = "",
    approver: str = "",
    approved: datetime | None = None,
) -> Notice:
    """A leave or out notice; it counts from its registration, which is `now`.

    Raises:
        InputError: nobody is called so, the kind is none, the times are out of order, or who
            stands in is away.
    """
    roster = ruled.duty.roster
    one = Notice(
        id="",
        person_id=person_of(person, roster, ruled.staff, "PERSON"),
        kind=notice_kind_of(kind, "--kind"),
        start=start,
        end=end,
        registered_at=now,
        cover_id=person_of(cover, roster, ruled.staff, "--cover") if cover else "",
        approved_at=(approved or now) if approver else None,
        approver=approver,
    )
    kept = with_key(one)
    require_cover(kept, ruled.duty.all_notices)
    return kept


def stop_stated(
    settings: Settings,
    now: datetime,
    *,
    kind: str,
    start: datetime,
    end: datetime,
    approver: str,
    hall: str = "",
    window: str = "",
    approved: datetime | None = None,
    reason: str = "",
) -> Exemption:
    """An approved stop of one hall or one window.

    Raises:
        InputError: the place, the kind or the approver is missing or unknown.
    """
    require_place(hall, window, approver)
    return Exemption(
        id="",
        kind=exemption_kind_of(kind, "--kind"),
        start=start,
        end=end,
        hall_id=hall_of(hall, settings, "--hall") if hall else "",
        window_id=window_of(window, settings, "--window") if window else "",
        approver=approver,
        approved_at=approved or now,
        reason=reason,
    )


def day_stated(
    settings: Settings, on: date, *, work: bool, reason: str, hall: str = ""
) -> CalendarDay:
    """A hall's own day, or one of all halls, that is worked or not.

    Raises:
        InputError: there is no such hall.
    """
    worked = DayKind.MAKE_UP if on.weekday() >= 5 else DayKind.WORKDAY
    return CalendarDay(
        on,
        worked if work else DayKind.REST,
        DayStatus.OVERRIDE,
        name=reason.strip(),
        hall_id=hall_of(hall, settings, "--hall") if hall else "",
    )
