"""Cases (办件) that come by call or by command: the same reading and writing as by the jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from api.auth.audit import Acting
from api.case_rules import context_of, entering, rules_of, units_seen
from api.errors import NotAllowed
from api.settings import Settings
from models.domain.case import Case
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.workdays import WorkCalendar
from scheduler.cases.importing import CaseImport, Origin, plan_import, write_import
from scheduler.cases.reading import CasesRead, read_files

Files: TypeAlias = Sequence[tuple[str, bytes]]


def previewed(
    settings: Settings,
    make_uow: MakeUnitOfWork | None,
    files: Files,
    seen: frozenset[str] | None = None,
) -> CaseImport:
    """What importing files would do; nothing is written.

    Args:
        settings: Zone, hours, units.
        make_uow: The record; None where there is none yet.
        files: Name and content of each.
        seen: Units that the caller sees, None for all.

    Raises:
        RosterProblems: something in one of them blocks the import.
        NotAllowed: they hold cases of units that the caller does not see.
    """
    if make_uow is None:
        read = read_files(files, context_of(settings, WorkCalendar.builtin()))
        return CaseImport(read.cases, (), 0, read.problems)
    with make_uow(read_only=True) as uow:
        return _planned(uow, read_files(files, rules_of(settings)(uow).context), seen)


def imported_files(
    settings: Settings, make_uow: MakeUnitOfWork, files: Files, who: Acting, now: datetime
) -> CaseImport:
    """Import files, all of them or nothing, with entries in the register and the audit log.

    Raises:
        RosterProblems: something in one of them blocks the import; nothing was written.
        NotAllowed: they hold cases of units that the caller does not see.
    """
    named = tuple((name, sha256(data).hexdigest()) for name, data in files)
    with make_uow() as uow:
        uow.cases.hold()
        read = read_files(files, rules_of(settings)(uow).context)
        origin = Origin("file", named, who.name)
        return _written(settings, uow, read, origin=origin, who=who, now=now)


def imported_list(
    settings: Settings, make_uow: MakeUnitOfWork, cases: Sequence[Case], who: Acting, now: datetime
) -> CaseImport:
    """Import cases that another program sent as values.

    Raises:
        NotAllowed: they are of units that the caller does not see.
    """
    with make_uow() as uow:
        uow.cases.hold()
        read = CasesRead(tuple({one.project_no: one for one in cases}.values()))
        origin = Origin("api", (), who.name)
        return _written(settings, uow, read, origin=origin, who=who, now=now)


def _written(
    settings: Settings,
    uow: UnitOfWork,
    read: CasesRead,
    *,
    origin: Origin,
    who: Acting,
    now: datetime,
) -> CaseImport:
    seen = None if who.access is None else units_seen(settings, who.access.scope)
    found = write_import(
        uow,
        _planned(uow, read, seen),
        origin,
        deadlines=rules_of(settings)(uow).deadlines,
        now=now,
        enter=entering(who),
    )
    uow.commit()
    return found


def _planned(uow: UnitOfWork, read: CasesRead, seen: frozenset[str] | None) -> CaseImport:
    found = plan_import(uow, read.cases, read.problems)
    if seen is None:
        return found
    units = {case.unit_id for case in read.cases}
    units |= {case.unit_id for case in found.before.values()}
    if units - seen:
        raise NotAllowed(
            "文件含有本账号数据范围以外单位的办件,未导入。",
            "there are cases of units outside the account's scope; nothing was imported.",
            where="unit",
        )
    return found
