"""Rectifications (整改) on their way: claimed, reported, returned or struck off (销号).

Issuing is in `api.reports.rectify_issue`. Findings that a notice names go with it:
入通报 → 整改 → 销号.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.auth.audit import Acting, note
from api.decisions import move_on
from api.reports.attached import Sent, keep_attached
from api.reports.circulars import Desk
from api.reports.papers import every
from models.domain.access import Role
from models.domain.circular import DocumentNumber
from models.domain.duty_rows import DutyKind, calendar_of
from models.domain.errors import InputError
from models.domain.life import Stage
from models.domain.notice import Audience, Notice, Severity
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.domain.rectification import RECTIFY_NAMES, Rectification, RectifyState
from models.domain.rectify_json import rectification_json, rectification_of
from models.domain.workdays import WorkCalendar

FINDING: Final = "finding:"
KIND: Final = "rectification"
CENTRE: Final = Audience(frozenset({Role.REVIEWER}))


def key_of(number: DocumentNumber) -> str:
    """Key of a notice: `监整-2026-1`."""
    return f"{number.series}-{number.year}-{number.number}"


def finding_ref(finding_id: int) -> str:
    """How a notice names a finding."""
    return f"{FINDING}{finding_id}"


def paper_of(uow: UnitOfWork, key: str) -> Paper:
    """The newest version of a notice.

    Raises:
        InputError: there is none.
    """
    paper = uow.papers.get(PaperKind.RECTIFICATION, key)
    if paper is None:
        raise InputError(f"没有整改件“{key}”。", f"there is no rectification {key!r}.", where=key)
    return paper


def calendar_in(uow: UnitOfWork) -> WorkCalendar:
    """The record's work calendar."""
    return calendar_of(uow.duty.standing(DutyKind.YEAR, DutyKind.OVERRIDE))


def today_of(desk: Desk, now: datetime) -> date:
    """The date in the site's time zone."""
    return now.astimezone(ZoneInfo(desk.settings.time_zone)).date()


def claim(desk: Desk, key: str, actor: Acting) -> Paper:
    """The unit takes it on (认领).

    Raises:
        InputError: there is none.
        ForbiddenMove: it was claimed before.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        before = paper_of(uow, key)
        one = rectification_of(before.content).claim(actor.name)
        paper = put(uow, one, "rectification_claimed", actor, now, version=before.version + 1)
        follow(uow, one, actor.name, now)
        uow.commit()
    return paper


def report(desk: Desk, key: str, text: str, files: Sent, actor: Acting) -> Paper:
    """The unit says what it did (反馈), with files; late is shown, not refused.

    Raises:
        InputError: there is none, nothing is said, or a file is not taken.
        ForbiddenMove: it was not claimed, or is struck off.
        StorageError: a file cannot be kept; nothing is written.
    """
    now = desk.clock.now()
    with desk.make_uow(read_only=True) as uow:
        rectification_of(paper_of(uow, key).content).report(text, now)
        unit_id = paper_of(uow, key).unit_id
    kept = keep_attached(desk.store, key, unit_id, files, now)
    with desk.make_uow() as uow:
        before = paper_of(uow, key)
        hashes = tuple(file.sha256 for file in kept)
        one = rectification_of(before.content).report(text, now, hashes)
        said = {"files": {file.path: file.sha256 for file in kept}, "round": len(one.rounds)}
        paper = put(
            uow, one, "rectification_reported", actor, now, version=before.version + 1, **said
        )
        for file in kept:
            uow.papers.add_file(file)
        tell(
            uow, paper, one, CENTRE, now, zh="整改情况已反馈,请审核", en="was reported; look at it"
        )
        uow.commit()
    return paper


def give_back(desk: Desk, key: str, reason: str, actor: Acting, days: int | None = None) -> Paper:
    """Not enough (退回): another round with a new due day.

    Raises:
        InputError: there is none, or the reason is missing.
        ForbiddenMove: nothing was reported.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        before = paper_of(uow, key)
        one = rectification_of(before.content).give_back(
            reason,
            on=today_of(desk, now),
            calendar=calendar_in(uow),
            days=days or desk.settings.supervision.rectify_days,
        )
        said = {"reason": reason.strip(), "round": len(one.rounds), "due": one.due.isoformat()}
        paper = put(
            uow, one, "rectification_returned", actor, now, version=before.version + 1, **said
        )
        _again(uow, one, actor.name, now)
        zh = f"整改被退回,请于{one.due}前再次反馈"
        tell(uow, paper, one, unit_of(one), now, zh=zh, en=f"came back; report again by {one.due}")
        uow.commit()
    return paper


def accept(desk: Desk, key: str, actor: Acting) -> Paper:
    """Enough: struck off under a number of its own (销号); its findings are closed with it.

    Raises:
        InputError: there is none.
        ForbiddenMove: nothing was reported.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        before = paper_of(uow, key)
        standing = rectification_of(before.content)
        series = desk.settings.supervision.series.closing
        closing = uow.papers.next_number(series, today_of(desk, now).year)
        one = standing.accept(closing)
        said = {"closing_number": str(closing)}
        paper = put(
            uow, one, "rectification_closed", actor, now, version=before.version + 1, **said
        )
        follow(uow, one, actor.name, now)
        zh = f"已销号({closing})"
        tell(uow, paper, one, unit_of(one), now, zh=zh, en=f"is struck off ({closing})")
        uow.commit()
    return paper


def put(
    uow: UnitOfWork,
    one: Rectification,
    what: str,
    actor: Acting,
    now: datetime,
    *,
    version: int,
    **said: Any,
) -> Paper:
    """Write a version with its entries, in an open transaction."""
    key = key_of(one.number)
    content = rectification_json(one)
    paper = uow.papers.put(
        Paper(
            PaperKind.RECTIFICATION,
            key,
            content,
            now,
            actor.name,
            one.unit_id,
            one.state.value,
            version,
        )
    )
    facts = {
        "rectification": key,
        "number": str(one.number),
        "unit": one.unit_id,
        "state": one.state.value,
        "by": actor.name,
        **said,
    }
    uow.register.append(what, facts, now, key=f"{KIND}:{key}:v{version}")
    note(uow, actor, what, f"{KIND}:{key}", now, state=one.state.value)
    return paper


def findings_in(uow: UnitOfWork, one: Rectification) -> list[FindingRecord]:
    """Findings that a notice names."""
    numbers = [int(ref.removeprefix(FINDING)) for ref in one.refs if ref.startswith(FINDING)]
    return [row for number in numbers if (row := uow.findings.get(number)) is not None]


def naming(uow: UnitOfWork, finding_id: int) -> Iterator[tuple[Paper, Rectification]]:
    """Notices that name a finding and were not withdrawn."""
    wanted = finding_ref(finding_id)
    for paper in every(uow, PaperKind.RECTIFICATION):
        one = rectification_of(paper.content)
        if wanted in one.refs and one.state is not RectifyState.WITHDRAWN:
            yield paper, one


def follow(uow: UnitOfWork, one: Rectification, by: str, now: datetime) -> None:
    """Findings go where their notice stands; what is not published or under appeal waits."""
    for row in findings_in(uow, one):
        moved = row
        if row.state == Stage.PUBLISHED:
            moved = move_on(uow, row, Stage.RECTIFYING, by=by, reason=str(one.number), now=now)
        if moved.state == Stage.RECTIFYING and one.state is RectifyState.CLOSED:
            reason = str(one.closing_number)
            move_on(uow, moved, Stage.CLOSED, by=by, reason=reason, now=now)


def follow_findings(uow: UnitOfWork, findings: Collection[int], by: str, now: datetime) -> None:
    """Findings were published, or came back from an appeal: they go where their notices stand."""
    wanted = {finding_ref(number) for number in findings}
    for paper in every(uow, PaperKind.RECTIFICATION) if wanted else ():
        one = rectification_of(paper.content)
        if one.state is not RectifyState.WITHDRAWN and wanted & set(one.refs):
            follow(uow, one, by, now)


def withdraw_empty(uow: UnitOfWork, finding_id: int, actor: Acting, now: datetime) -> list[str]:
    """A finding was revoked: notices that rest on nothing else are withdrawn (撤回)."""
    gone = []
    for paper, one in naming(uow, finding_id):
        rows = findings_in(uow, one)
        left = [row for row in rows if row.state != Stage.REVOKED]
        if left or len(rows) < len(one.refs) or not one.runs:
            continue
        after = one.withdraw("所列问题已撤销")
        kept = put(uow, after, "rectification_withdrawn", actor, now, version=paper.version + 1)
        zh = "已撤回,所列问题已撤销"
        tell(uow, kept, after, unit_of(after), now, zh=zh, en="is withdrawn")
        gone.append(str(one.number))
    return gone


def _again(uow: UnitOfWork, one: Rectification, by: str, now: datetime) -> None:
    """Another round is a step of its findings, too."""
    for row in findings_in(uow, one):
        if row.state == Stage.RECTIFYING:
            reason = f"{one.number} 第{len(one.rounds)}轮"
            move_on(uow, row, Stage.RECTIFYING, by=by, reason=reason, now=now)


def unit_of(one: Rectification) -> Audience:
    """The liaisons of its unit."""
    return Audience(frozenset({Role.LIAISON}), unit_id=one.unit_id)


def tell(
    uow: UnitOfWork,
    paper: Paper,
    one: Rectification,
    audience: Audience,
    now: datetime,
    *,
    zh: str,
    en: str,
) -> None:
    """A notice of what became of it, in the transaction of the change."""
    data = {"rectification": paper.key, "number": str(one.number), "due": one.due.isoformat()}
    uow.outbox.put(
        Notice(
            KIND,
            f"{KIND}:{paper.key}:v{paper.version}",
            Severity.IMPORTANT,
            audience,
            data,
            f"{one.number}:{zh}",
            f"{one.number} {en}",
            f"{one.unit_id}《{one.title}》现为“{RECTIFY_NAMES[one.state]}”。",
            f"{one.unit_id}: {one.title}, now {one.state.value}.",
        ),
        now,
    )
