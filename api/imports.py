"""Roster files and leave books that come by call: the same reading and writing as by command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from api.auth.audit import note
from api.auth.visitor import Visitor
from api.duty_doors import month_of
from api.duty_record import mark_of, of_record
from api.duty_view import DutyView, view_of
from api.errors import mend_of, missing
from api.roster_import import Correction, Import, read_import, write_import
from api.schemas.roster import (
    FileOut,
    ImportFields,
    ImportNoticeOut,
    ImportOut,
    RowChangeOut,
    SheetOut,
)
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.errors import InputError

Files: TypeAlias = Sequence[tuple[str, bytes]]
SHOWN = 500


def previewed(parts: WebParts, visitor: Visitor, files: Files, wanted: ImportFields) -> ImportOut:
    """What importing files would do; nothing is written.

    Raises:
        RosterProblems: something in one of them blocks the import.
        NotThere: they speak of windows or people that the caller does not see.
    """
    _, found = _read(parts, visitor, files, wanted)
    return _told(found, written=False)


def imported(parts: WebParts, visitor: Visitor, files: Files, wanted: ImportFields) -> ImportOut:
    """Import files, all of them or nothing, with an entry in the audit log.

    Raises:
        RosterProblems: something in one of them blocks the import; nothing was written.
        NotThere: they speak of windows or people that the caller does not see.
    """
    view, found = _read(parts, visitor, files, wanted)
    now = parts.clock.now()
    why = _correction(visitor, wanted)
    with parts.make_uow() as uow:
        if mark_of(uow) != view.ruled.mark:  # somebody changed something since it was read
            ruled = of_record(parts.settings, uow)
            found = read_import(
                parts.settings, ruled, files, now, month=_month(wanted), correction=why
            )
            _require_own(DutyView(parts.settings, ruled, visitor), found)
        kept = write_import(uow, found, now, by=visitor.name, correction=why)
        names = [name for name, _ in kept.files]
        note(
            uow,
            visitor,
            Action.DUTY_CHANGED,
            f"roster:{kept.version}",
            now,
            files=names,
            rows=len(kept.rows),
            notices=[one.id for one in kept.notices][:SHOWN],
            correction=why is not None,
        )
        uow.commit()
    return _told(kept, written=bool(kept.rows or kept.notices))


def _read(
    parts: WebParts, visitor: Visitor, files: Files, wanted: ImportFields
) -> tuple[DutyView, Import]:
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    now, month, why = parts.clock.now(), _month(wanted), _correction(visitor, wanted)
    # Whoever sees a part is told of that part only, in messages too.
    found = read_import(parts.settings, view.narrowed(), files, now, month=month, correction=why)
    _require_own(view, found)
    if not view.everywhere:
        found = read_import(parts.settings, view.ruled, files, now, month=month, correction=why)
        _require_own(view, found)
    return view, found


def _require_own(view: DutyView, found: Import) -> None:
    """Rows of windows and notices of people that the caller may change, and no others."""
    if found.rows and not view.visitor.may(Permission.CHANGE_DUTY):
        raise InputError(
            "只能导入请假、外出台账;排班表由中心导入。",
            "only leave books may be imported by this account; rosters are the centre's.",
            where=found.files[0][0],
        )
    for row in found.rows:
        if not view.everywhere and row.window_id not in view.windows:
            raise missing("窗口", "window", row.window_id)
    for one in found.notices:
        if not view.sees_person(one.person_id):
            raise missing("人员", "person", one.person_id)


def _month(wanted: ImportFields) -> date | None:
    return month_of(wanted.month, "month") if wanted.month else None


def _correction(visitor: Visitor, wanted: ImportFields) -> Correction | None:
    why = wanted.correction.strip()
    return Correction(why, visitor.name) if why else None


def _told(found: Import, *, written: bool) -> ImportOut:
    added = sum(one.added for one in found.rows)
    return ImportOut(
        written=written,
        version=found.version,
        files=[FileOut(name=name, sha256=digest) for name, digest in found.files],
        layouts=[SheetOut(place=place, layout=letter) for place, letter in found.layouts],
        added=added,
        removed=len(found.rows) - added,
        rows=[
            RowChangeOut(
                added=one.added,
                day=one.day,
                window_id=one.window_id,
                person_id=one.person_id,
                grade=one.grade,
                times=one.times,
            )
            for one in found.rows[:SHOWN]
        ],
        notices=[
            ImportNoticeOut(
                id=one.id,
                person_id=one.person_id,
                kind=one.kind.value,
                start=one.start,
                end=one.end,
            )
            for one in found.notices[:SHOWN]
        ],
        warnings=[mend_of(one) for one in found.warnings[:SHOWN]],
    )
