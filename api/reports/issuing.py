"""Issuing (印发): number without a gap, files in every format, findings published, units told.

Files are rendered with the number that comes next before the transaction begins, so that nobody
waits for typesetting; where another circular took the number meanwhile, they are rendered anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.auth.audit import Acting, note
from api.decisions import move_on
from api.reports.circular_paper import CircularPaper, find, next_version, numbered
from api.reports.circulars import Desk, frozen
from api.reports.rectifications import follow_findings
from api.reports.render import Edition, keep
from api.reports.words import variant_of
from models.domain.access import Role
from models.domain.circular import CircularKind, CircularState, DocumentNumber, Variant
from models.domain.document import Document
from models.domain.duty_rows import DutyKind
from models.domain.errors import RegisterError, StorageError
from models.domain.life import Stage
from models.domain.notice import Audience, Notice, Severity
from models.domain.papers import PaperFile
from models.domain.ports import UnitOfWork
from models.domain.register import Entry

ISSUED: Final = "circular_issued"
TRIES: Final = 5
FORMATS: Final[Mapping[Variant, tuple[str, ...]]] = {
    Variant.FULL: ("docx", "pdf", "xlsx", "json"),
    Variant.UNIT: ("docx", "pdf", "xlsx", "json"),
    Variant.PUBLIC: ("docx", "pdf", "json"),
}


def issue(desk: Desk, key: str, actor: Acting) -> CircularPaper:
    """Issue a signed circular.

    Raises:
        InputError: there is none.
        ForbiddenMove: it is not signed, or was issued already.
        TypesettingError: a format cannot be made on this machine.
        StorageError: it cannot be kept; nothing is issued.
        RegisterError: other circulars took the numbers again and again.
    """
    for _ in range(TRIES):
        now = desk.clock.now()
        dated = now.astimezone(ZoneInfo(desk.settings.time_zone)).date()
        with desk.make_uow(read_only=True) as uow:
            one = find(uow, key)
            life = one.life.move(CircularState.ISSUED, actor.name, now)
            number = _number(desk, uow, one, dated.year)
        files = keep(_editions(desk, one, number, dated), desk.store, key, now)
        after = next_version(one, life=life, number=number)
        if _issued(desk, after, files, actor, now):
            return after
    raise RegisterError(
        "文号被其他通报连续占用,请稍后重试。",
        "other circulars took the numbers meanwhile; try again.",
        where=key,
    )


def _number(desk: Desk, uow: UnitOfWork, one: CircularPaper, year: int) -> DocumentNumber:
    series = desk.settings.supervision.series
    name = series.correction if one.kind is CircularKind.CORRECTION else series.circular
    return DocumentNumber(name, year, uow.papers.last_number(name, year) + 1)


def _editions(
    desk: Desk, one: CircularPaper, number: DocumentNumber, dated: date
) -> Iterable[Edition]:
    for name, path in one.frozen.items():
        variant, unit_id = variant_of(name)
        document = replace(frozen(desk.store, path), number=number, dated=dated, mark="")
        yield Edition(document, variant, unit_id, FORMATS[variant])


def _issued(
    desk: Desk, one: CircularPaper, files: list[PaperFile], actor: Acting, now: datetime
) -> bool:
    """Keep it in one transaction; False where its number was taken meanwhile."""
    number = one.number
    if number is None:
        raise ValueError("an issued circular has a number")
    with desk.make_uow() as uow:
        if uow.papers.next_number(number.series, number.year) != number:
            return False
        uow.papers.put(one.paper(now, actor.name))
        for file in files:
            uow.papers.add_file(file)
        facts = {
            "circular": one.key,
            "number": str(number),
            "title": one.title,
            "by": actor.name,
            "signed_by": one.life.steps[-2].by,
            "corrects": one.corrects,
            "findings": list(one.findings),
            "files": {file.path: file.sha256 for file in files},
        }
        uow.register.append(ISSUED, facts, now, key=f"circular:{number}")
        note(uow, actor, ISSUED, f"circular:{one.key}", now, number=str(number))
        _publish(uow, one, str(number), actor, now)
        _tell(uow, one, str(number), files, now)
        uow.commit()
    return True


def _publish(
    uow: UnitOfWork, one: CircularPaper, number: str, actor: Acting, now: datetime
) -> None:
    """Findings go into the circular (入通报); the month counts as published."""
    for finding_id in one.findings:
        row = uow.findings.get(finding_id)
        if row is not None and row.state == Stage.CONFIRMED:
            move_on(uow, row, Stage.PUBLISHED, by=actor.name, reason=number, now=now)
    follow_findings(uow, one.findings, actor.name, now)
    if one.kind is CircularKind.MONTHLY:
        uow.duty.put(DutyKind.PUBLISHED, one.period, {"number": number}, at=now, by=actor.name)


def _tell(
    uow: UnitOfWork,
    one: CircularPaper,
    number: str,
    files: Iterable[PaperFile],
    now: datetime,
) -> None:
    data: dict[str, Any] = {"circular": one.key, "number": number, "title": one.title}
    uow.outbox.put(
        Notice(
            "circular",
            f"circular:{number}",
            Severity.ORDINARY,
            data=data,
            title_zh=f"已印发:{one.title}",
            title_en=f"issued: {one.title}",
            body_zh=f"{number}《{one.title}》已印发。",
            body_en=f"{number} was issued.",
        ),
        now,
    )
    for unit_id in sorted({file.unit_id for file in files if file.unit_id}):
        uow.outbox.put(
            Notice(
                "unit_report",
                f"unit_report:{number}:{unit_id}",
                Severity.ORDINARY,
                Audience(frozenset({Role.LIAISON}), unit_id=unit_id),
                {**data, "unit": unit_id},
                f"{unit_id}:月报已送达,请签收",
                f"{unit_id}: the monthly report is there",
                f"{number}《{one.title}》单位月报已送达,请登录系统查看并签收。",
                f"the monthly report of {number} is there; sign in, read it and give a receipt.",
            ),
            now,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """What `verify` found of one circular.

    Attributes:
        number: Its number.
        files: Files that were compared.
        faults: What is wrong, Chinese and English; empty where all is well.
    """

    number: str
    files: int
    faults: tuple[tuple[str, str], ...]


def verify(desk: Desk, number: str) -> Checked:
    """Compare an issued circular's files with the register.

    Raises:
        InputError: no circular has that number.
    """
    with desk.make_uow(read_only=True) as uow:
        one = numbered(uow, number)
        entry = uow.register.by_key(f"circular:{number}")
        named = {file.path for file in uow.papers.files(one.key)}
    if entry is None:
        fault = ("登记台账中没有该通报的印发记录。", "the register has no entry of its issue.")
        return Checked(number, 0, (fault,))
    faults = list(_file_faults(desk, entry))
    files: dict[str, str] = entry.payload["files"]
    for path in sorted(named - files.keys()):
        faults.append((f"{path} 未登记。", f"{path} is not in the register."))
    return Checked(number, len(files), tuple(faults))


def _file_faults(desk: Desk, entry: Entry) -> Iterable[tuple[str, str]]:
    for path in entry.payload["files"]:
        try:
            desk.store.read(path)
        except StorageError as error:
            yield f"{path}:{error.zh}", f"{path}: {error.en}"


def documents_of(desk: Desk, one: CircularPaper) -> dict[str, Document]:
    """The documents of an issued circular, with number and date as issued."""
    dated = one.life.steps[-1].at.astimezone(ZoneInfo(desk.settings.time_zone)).date()
    return {
        name: replace(frozen(desk.store, path), number=one.number, dated=dated, mark="")
        for name, path in one.frozen.items()
    }
