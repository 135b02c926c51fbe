"""Issuing a notice of rectification (下发整改通知书): number without a gap, files, the unit told.

Files are rendered with the number that comes next before the transaction begins; where another
notice took it meanwhile, they are rendered anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.auth.audit import Acting
from api.reports.circulars import Desk
from api.reports.problems import problem_of
from api.reports.rectifications import (
    KIND,
    calendar_in,
    finding_ref,
    follow,
    key_of,
    naming,
    put,
    tell,
    today_of,
    unit_of,
)
from api.reports.red_cards import case_ref
from api.reports.render import Edition, keep
from api.reports.words import heads_of
from models.domain.case import Case
from models.domain.circular import DocumentNumber, Variant
from models.domain.deadline import CARD_NAMES, Card
from models.domain.document import Document
from models.domain.errors import ForbiddenMove, InputError, RegisterError
from models.domain.papers import Paper, PaperFile
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.domain.rectification import Rectification
from models.domain.standing import confirmed
from scheduler.circulars.compose import Issue
from scheduler.circulars.rectification import CaseLine, Noticed, rectification_notice

ISSUED: Final = "rectification_issued"
BASIS: Final = "basis:"
TRIES: Final = 5
FORMATS: Final = ("docx", "pdf", "json")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a notice is to say.

    Attributes:
        matter: What is to be put right.
        unit_id: The unit; empty where findings or cases name it.
        findings: Numbers of confirmed findings it rests on.
        cases: Project numbers of cases it rests on.
        basis: What else it rests on, in words.
        days: Working days until it is due; None as the settings say.
    """

    matter: str
    unit_id: str = ""
    findings: tuple[int, ...] = ()
    cases: tuple[str, ...] = ()
    basis: str = ""
    days: int | None = None

    @property
    def refs(self) -> tuple[str, ...]:
        """What the record names them by."""
        said = (f"{BASIS}{self.basis.strip()}",) if self.basis.strip() else ()
        found = (*map(finding_ref, self.findings), *map(case_ref, self.cases), *said)
        return tuple(dict.fromkeys(found))


def issue(desk: Desk, asked: Asked, actor: Acting) -> Paper:
    """Issue a notice from findings, cases, or by hand.

    Raises:
        InputError: no matter, unit or ground; unknown or foreign findings or cases.
        ForbiddenMove: a finding is not confirmed, or a notice names it already.
        TypesettingError: a format cannot be made on this machine.
        StorageError: files cannot be kept; nothing is issued.
        RegisterError: other notices took the numbers again and again.
    """
    for _ in range(TRIES):
        now = desk.clock.now()
        with desk.make_uow(read_only=True) as uow:
            one = _made(desk, uow, asked, actor, now)
            document = _document(desk, uow, one, asked)
        edition = Edition(document, Variant.UNIT, one.unit_id, FORMATS)
        files = keep([edition], desk.store, key_of(one.number), now)
        paper = _issued(desk, asked, one, files, actor=actor, now=now)
        if paper is not None:
            return paper
    raise RegisterError(
        "文号被其他文书连续占用,请稍后重试。",
        "other notices took the numbers meanwhile; try again.",
        where=KIND,
    )


def _made(desk: Desk, uow: UnitOfWork, asked: Asked, actor: Acting, now: datetime) -> Rectification:
    rows, cases = _grounds(uow, asked)
    units = {row.unit_id for row in rows} | {case.unit_id for case in cases}
    unit_id = asked.unit_id or (units.copy().pop() if len(units) == 1 else "")
    if units - {unit_id}:
        raise InputError(
            "一份整改通知只针对一个单位,所列问题须同属该单位。",
            "a notice is to one unit; what it names belongs to that unit.",
            where="unit_id",
        )
    own, on = desk.settings.supervision, today_of(desk, now)
    series = own.series.rectification
    number = DocumentNumber(series, on.year, uow.papers.last_number(series, on.year) + 1)
    return Rectification.issue(
        number,
        unit_id,
        asked.matter,
        asked.refs,
        on=on,
        by=actor.name,
        calendar=calendar_in(uow),
        days=asked.days or own.rectify_days,
    )


def _grounds(uow: UnitOfWork, asked: Asked) -> tuple[list[FindingRecord], list[Case]]:
    rows = []
    for number in asked.findings:
        row = uow.findings.get(number)
        if row is None:
            raise InputError(
                f"没有编号 {number} 的情形。", f"there is no finding {number}.", where=str(number)
            )
        if not confirmed(row):
            raise ForbiddenMove(
                f"第 {number} 号情形未经确认或已撤销,不能据以下发整改通知。",
                f"finding {number} is not confirmed, or was taken back; no notice rests on it.",
                where=str(number),
            )
        standing = next(naming(uow, number), None)
        if standing is not None:
            raise ForbiddenMove(
                f"第 {number} 号情形已由 {standing[1].number} 督促整改。",
                f"{standing[1].number} names finding {number} already.",
                where=str(number),
            )
        rows.append(row)
    cases = uow.cases.get_many(asked.cases)
    for name in asked.cases:
        if name not in cases:
            raise InputError(f"没有办件“{name}”。", f"there is no case {name!r}.", where=name)
    return rows, [cases[name] for name in asked.cases]


def _document(desk: Desk, uow: UnitOfWork, one: Rectification, asked: Asked) -> Document:
    own = desk.settings.supervision
    rows, cases = _grounds(uow, asked)
    cards = uow.cases.cards_of([case.project_no for case in cases])
    told = Noticed(
        own.rectification_title,
        one.unit_id,
        one.title.rstrip("。"),
        one.due,
        tuple(problem_of(row, desk.settings) for row in rows),
        tuple(_case_line(desk, case, cards.get(case.project_no, {})) for case in cases),
        asked.basis.strip().rstrip("。"),
        own.appeal_days,
    )
    return rectification_notice(told, heads_of(desk.settings), Issue(one.number, one.issued_on))


def _case_line(desk: Desk, case: Case, cards: dict[Card, datetime]) -> CaseLine:
    card = max(cards, key=list(Card).index, default=None)
    since = ""
    if card is not None:
        zone = ZoneInfo(desk.settings.time_zone)
        since = f"{cards[card].astimezone(zone):%Y-%m-%d %H:%M}"
    name = CARD_NAMES[card] if card is not None else ""
    return CaseLine(case.project_no, case.task_name or case.task_code, name, since)


def _issued(
    desk: Desk,
    asked: Asked,
    one: Rectification,
    files: list[PaperFile],
    *,
    actor: Acting,
    now: datetime,
) -> Paper | None:
    """Keep it in one transaction; None where its number was taken meanwhile."""
    with desk.make_uow() as uow:
        if uow.papers.next_number(one.number.series, one.number.year) != one.number:
            return None
        _grounds(uow, asked)
        said = {
            "refs": list(one.refs),
            "due": one.due.isoformat(),
            "files": {file.path: file.sha256 for file in files},
        }
        paper = put(uow, one, ISSUED, actor, now, version=1, **said)
        for file in files:
            uow.papers.add_file(file)
        follow(uow, one, actor.name, now)
        heading = desk.settings.supervision.rectification_title
        zh = f"{heading},请于{one.due}前反馈"
        tell(uow, paper, one, unit_of(one), now, zh=zh, en=f"is to be answered by {one.due}")
        uow.commit()
    return paper
