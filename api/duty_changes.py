"""Leave, stops and calendar days into the record, each with its entry in the register.

The register names a notice by its id and a post by its window, never a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from api.duty_record import enter_row, put_row
from models.domain.calendar_files import YearFile
from models.domain.duty_rows import (
    DutyKind,
    DutyRow,
    day_to_json,
    exemption_key,
    notice_of,
    override_key,
    plain,
)
from models.domain.errors import InputError
from models.domain.leave import Exemption, Notice
from models.domain.ports import UnitOfWork
from models.domain.workdays import CalendarDay, DayStatus


def put_notices(
    uow: UnitOfWork, notices: Iterable[Notice], now: datetime, by: str, reason: str = ""
) -> list[DutyRow]:
    """Keep notices under their ids; the caller commits. Gives what is new or corrected."""
    found = []
    for one in notices:
        row = put_row(uow, DutyKind.NOTICE, one.id, plain(one), now=now, by=by, reason=reason)
        if row is not None:
            found.append(row)
    return found


def require_cover(notice: Notice, standing: Iterable[Notice]) -> None:
    """Whoever is named to stand in must be there at that time.

    Raises:
        InputError: E118, they are away themselves.
    """
    for other in standing:
        meets = other.start < notice.end and other.until > notice.start
        if notice.cover_id and other.person_id == notice.cover_id and meets and other.counts:
            raise InputError(
                f"顶岗人“{notice.cover_id}”在该时段也已请假/外出,请另填顶岗人。",
                f"the cover {notice.cover_id} is away at that time too; name somebody else.",
                where="--cover",
                code="E118",
            )


def back_early(
    uow: UnitOfWork, notice_id: str, at: datetime, now: datetime, by: str
) -> DutyRow | None:
    """销假: the person is back before the end. None where that is known already.

    Raises:
        InputError: there is no such notice, or it had not begun or was over.
    """
    one = notice_of(_standing(uow, DutyKind.NOTICE, notice_id).content)
    if not one.start <= at <= one.end:
        raise InputError(
            "销假时间须在请假时段内。",
            "the return must lie within the notice's time.",
            where="--at",
        )
    rows = put_notices(uow, [replace(one, back_at=at)], now, by, "销假")
    return rows[0] if rows else None


def put_exemption(uow: UnitOfWork, stop: Exemption, now: datetime, by: str) -> Exemption:
    """Keep an approved stop of service, power cut or drill; the caller commits."""
    key = stop.id or exemption_key(stop.kind, stop.hall_id, stop.window_id, stop.start)
    kept = replace(stop, id=key)
    put_row(uow, DutyKind.EXEMPTION, key, plain(kept), now=now, by=by, reason=stop.reason)
    return kept


def withdraw(
    uow: UnitOfWork, kind: DutyKind, key: str, now: datetime, *, by: str, reason: str
) -> DutyRow:
    """Take something back; what it was stays to be read. The caller commits.

    Raises:
        InputError: nothing of that name stands, or no reason is given.
    """
    if not reason.strip():
        raise InputError("须写明理由。", "a reason is needed.", where="--reason")
    _standing(uow, kind, key)
    row = uow.duty.withdraw(kind, key, at=now, by=by, reason=reason.strip())
    enter_row(uow, row, now)
    return row


def put_year(uow: UnitOfWork, plan: YearFile, now: datetime, by: str) -> None:
    """Keep a year's official plan; the caller commits."""
    content = {"days": [day_to_json(day) for day in plan.days]}
    put_row(uow, DutyKind.YEAR, str(plan.year), content, now=now, by=by)


def put_override(uow: UnitOfWork, day: CalendarDay, now: datetime, by: str, reason: str) -> None:
    """Keep a hall's own day of rest or of work; the caller commits.

    Raises:
        InputError: no reason is given.
    """
    if not reason.strip():
        raise InputError("须写明理由。", "a reason is needed.", where="--reason")
    day = replace(day, status=DayStatus.OVERRIDE, source=by)
    key = override_key(day.hall_id, day.date)
    content = day_to_json(day)
    put_row(uow, DutyKind.OVERRIDE, key, content, now=now, by=by, reason=reason.strip())


def _standing(uow: UnitOfWork, kind: DutyKind, key: str) -> DutyRow:
    row = uow.duty.get(kind, key)
    if row is None:
        raise InputError(
            f"没有编号“{key}”,或已撤回。",
            f"nothing is called {key!r}, or it was withdrawn.",
            where=key,
        )
    return row
