"""Leave, stops and calendar days into the record, each with its entry in the register.

The register names a notice by its id and a post by its window, never a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from models.domain.calendar_files import YearFile
from models.domain.duty_rows import (
    DutyKind,
    DutyRow,
    day_to_json,
    exemption_key,
    exemption_of,
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
        before = uow.duty.counter()
        row = uow.duty.put(DutyKind.NOTICE, one.id, plain(one), at=now, by=by, reason=reason)
        if row.number > before:
            _enter(uow, row, now)
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


def put_exemption(
    uow: UnitOfWork, stop: Exemption, now: datetime, by: str
) -> tuple[Exemption, DutyRow]:
    """Keep an approved stop of service, power cut or drill; the caller commits."""
    key = stop.id or exemption_key(stop.kind, stop.hall_id, stop.window_id, stop.start)
    kept = replace(stop, id=key)
    before = uow.duty.counter()
    row = uow.duty.put(DutyKind.EXEMPTION, key, plain(kept), at=now, by=by, reason=stop.reason)
    if row.number > before:
        _enter(uow, row, now)
    return kept, row


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
    _enter(uow, row, now)
    return row


def put_year(uow: UnitOfWork, plan: YearFile, now: datetime, by: str) -> DutyRow:
    """Keep a year's official plan; the caller commits."""
    content = {"days": [day_to_json(day) for day in plan.days]}
    before = uow.duty.counter()
    row = uow.duty.put(DutyKind.YEAR, str(plan.year), content, at=now, by=by)
    if row.number > before:
        _enter(uow, row, now)
    return row


def put_override(uow: UnitOfWork, day: CalendarDay, now: datetime, by: str, reason: str) -> DutyRow:
    """Keep a hall's own day of rest or of work; the caller commits.

    Raises:
        InputError: no reason is given.
    """
    if not reason.strip():
        raise InputError("须写明理由。", "a reason is needed.", where="--reason")
    day = replace(day, status=DayStatus.OVERRIDE, source=by)
    before = uow.duty.counter()
    key = override_key(day.hall_id, day.date)
    row = uow.duty.put(
        DutyKind.OVERRIDE, key, day_to_json(day), at=now, by=by, reason=reason.strip()
    )
    if row.number > before:
        _enter(uow, row, now)
    return row


def _standing(uow: UnitOfWork, kind: DutyKind, key: str) -> DutyRow:
    row = uow.duty.get(kind, key)
    if row is None:
        raise InputError(
            f"没有编号“{key}”,或已撤回。",
            f"nothing is called {key!r}, or it was withdrawn.",
            where=key,
        )
    return row


def _enter(uow: UnitOfWork, row: DutyRow, now: datetime) -> None:
    """That something of duty was written, without whom it is about."""
    said: dict[str, object] = {
        "row": row.number,
        "kind": row.kind.value,
        "id": row.key,
        "replaces": row.replaces,
        "withdrawn": row.withdrawn,
    }
    if row.kind is DutyKind.EXEMPTION and not row.withdrawn:
        stop = exemption_of(row.content)
        said |= {
            "what": stop.kind.value,
            "hall": stop.hall_id,
            "window": stop.window_id,
            "start": stop.start.isoformat(),
            "end": stop.end.isoformat(),
        }
    uow.register.append("duty_changed", said, now, key=f"duty:{row.number}")
