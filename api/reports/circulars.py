"""Circulars (通报) on their way: draft, review, signature. Issuing is in `api.reports.issuing`.

A draft is worded anew whenever somebody looks at it. Going to review freezes its words and
figures as files; what is signed and issued is what was reviewed, with number and date.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.auth.audit import Acting, note
from api.reports.circular_paper import (
    CircularPaper,
    Corrected,
    find,
    next_version,
    numbered,
    series_of,
)
from api.reports.gather import Gathered, gather
from api.reports.names import with_names
from api.reports.periods import kind_of
from api.reports.pictures import pictures_of
from api.reports.render import to_json
from api.reports.words import worded, worded_correction
from api.settings import Settings
from models.domain.circular import CircularKind, CircularLife, CircularState
from models.domain.document import Document
from models.domain.document_json import document_of
from models.domain.errors import InputError
from models.domain.life import Stage
from models.domain.ports import Clock, EvidenceStore, MakeUnitOfWork, UnitOfWork
from models.domain.standing import confirmed
from models.storage.document_store import DocumentStore
from scheduler.circulars.compose import title_of

DRAFTED, MOVED = "circular_drafted", "circular_moved"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the work on circulars needs."""

    settings: Settings
    make_uow: MakeUnitOfWork
    store: DocumentStore
    clock: Clock
    evidence: EvidenceStore | None = None


def draft(
    desk: Desk, period: str, actor: Acting, kind: CircularKind | None = None
) -> CircularPaper:
    """Begin a circular of a period.

    Raises:
        InputError: the period is none, or the period's circular is under way or issued already.
    """
    now = desk.clock.now()
    chosen = kind or kind_of(period)
    with desk.make_uow(read_only=True) as uow:  # gathering takes seconds: nobody waits for it
        title = title_of(gather(uow, desk.settings, period, now).report, chosen)
    with desk.make_uow() as uow:
        begun = series_of(uow, f"{chosen.value}:{period}")
        _require_none(begun, chosen)
        one = CircularPaper(
            f"{chosen.value}:{period}:{len(begun) + 1}",
            chosen,
            period,
            title,
            CircularLife.begin(actor.name, now),
        )
        _keep(uow, one, DRAFTED, actor, now)
        uow.commit()
    return one


def draft_correction(
    desk: Desk, number: str, items: Sequence[Corrected], actor: Acting
) -> CircularPaper:
    """Begin a correction notice (更正通知) of an issued circular.

    Raises:
        InputError: no circular has that number, or nothing is corrected.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        one = correction_in(uow, number, items, actor, now)
        uow.commit()
    return one


def correction_in(
    uow: UnitOfWork, number: str, items: Sequence[Corrected], actor: Acting, now: datetime
) -> CircularPaper:
    """The same in an open transaction; the caller commits.

    Raises:
        InputError: no circular has that number, or nothing is corrected.
    """
    if not items:
        raise InputError("须写明更正内容。", "say what is corrected.", where="items")
    original = numbered(uow, number)
    stem = f"correction:{original.key}"
    one = CircularPaper(
        f"{stem}:{len(series_of(uow, stem)) + 1}",
        CircularKind.CORRECTION,
        original.period,
        f"关于更正{number}有关内容的通知",
        CircularLife.begin(actor.name, now),
        corrects=number,
        items=tuple(items),
    )
    _keep(uow, one, DRAFTED, actor, now)
    return one


def look(desk: Desk, key: str) -> tuple[CircularPaper, dict[str, Document]]:
    """A circular and its documents: a draft worded now, another as it was reviewed.

    Raises:
        InputError: there is no such circular.
        StorageError: a reviewed document is missing or was changed.
    """
    with desk.make_uow(read_only=True) as uow:
        one = find(uow, key)
        if not one.frozen:
            return one, _worded(desk, uow, one, desk.clock.now())[0]
    return one, {name: frozen(desk.store, path) for name, path in one.frozen.items()}


def frozen(store: DocumentStore, path: str) -> Document:
    """A document as it was reviewed."""
    return document_of(json.loads(store.read(path)))


def submit(desk: Desk, key: str, actor: Acting, *, despite: str = "") -> CircularPaper:
    """Send a draft to review: its words and figures are frozen.

    Args:
        desk: Settings, record, documents.
        key: The circular.
        actor: Who sends it.
        despite: Why it goes although findings of the period are still to be verified.

    Raises:
        InputError: the period is not over, or findings are still to be verified, and no reason
            is given.
        ForbiddenMove: it is no draft.
    """
    now = desk.clock.now()
    with desk.make_uow(read_only=True) as uow:
        one = find(uow, key)
        life = one.life.move(CircularState.REVIEW, actor.name, now)
        documents, gathered = _worded(desk, uow, one, now)
    if gathered is not None and not despite.strip():
        _require_ripe(gathered, now)
    kept = {
        name: desk.store.put(to_json(document), now, "json").path
        for name, document in documents.items()
    }
    rows = () if gathered is None else gathered.rows
    after = next_version(
        one,
        life=life,
        frozen=kept,
        findings=tuple(row.id for row in rows if confirmed(row)),
        despite=despite.strip(),
    )
    with desk.make_uow() as uow:
        _keep(uow, after, MOVED, actor, now)
        uow.commit()
    return after


def move(
    desk: Desk, key: str, to: CircularState, actor: Acting, *, reason: str = ""
) -> CircularPaper:
    """Sign it, send it back to draft, or drop it.

    Raises:
        InputError: there is none, or the reason is missing.
        ForbiddenMove: the table does not allow it, or who drafted would sign.
    """
    if to not in {CircularState.SIGNED, CircularState.DRAFT, CircularState.DROPPED}:
        raise ValueError(f"{to} has a way of its own")
    now = desk.clock.now()
    with desk.make_uow() as uow:
        one = find(uow, key)
        life = one.life.move(to, actor.name, now, reason=reason)
        kept = dict(one.frozen) if to is CircularState.SIGNED else {}
        found = one.findings if to is CircularState.SIGNED else ()
        after = next_version(one, life=life, frozen=kept, findings=found)
        _keep(uow, after, MOVED, actor, now, reason=reason)
        uow.commit()
    return after


def _worded(
    desk: Desk, uow: UnitOfWork, one: CircularPaper, now: datetime
) -> tuple[dict[str, Document], Gathered | None]:
    if one.kind is CircularKind.CORRECTION:
        original = numbered(uow, one.corrects)
        if original.number is None:
            raise InputError("原通报尚未印发。", "the original is not issued.", where=one.corrects)
        return worded_correction(one, original, original.number, desk.settings), None
    gathered = gather(uow, desk.settings, one.period, now)
    if one.kind is CircularKind.CRITICISM:
        gathered = with_names(uow, gathered)
    pictures = None
    if desk.evidence is not None:
        pictures = pictures_of(uow, desk.evidence, gathered.report.problems, gathered.rows)
    return worded(gathered, one.kind, desk.settings, pictures), gathered


def _keep(
    uow: UnitOfWork,
    one: CircularPaper,
    what: str,
    actor: Acting,
    now: datetime,
    **said: str,
) -> None:
    uow.papers.put(one.paper(now, actor.name))
    facts = {
        "circular": one.key,
        "state": one.state.value,
        "by": actor.name,
        "frozen": sorted(one.frozen.values()),
        "despite": one.despite,
        **said,
    }
    uow.register.append(what, facts, now, key=f"{one.key}:v{one.version}")
    note(uow, actor, what, f"circular:{one.key}", now, state=one.state.value)


def _require_none(begun: Sequence[CircularPaper], kind: CircularKind) -> None:
    if kind in {CircularKind.SPECIAL, CircularKind.CRITICISM}:
        return
    standing = next((one for one in begun if one.state is not CircularState.DROPPED), None)
    if standing is not None:
        told = f"({standing.number})" if standing.number else ""
        raise InputError(
            f"该周期的通报已在办理或已印发{told};已印发的请以更正通知更正。",
            f"a circular of this period is under way or issued {told}; correct an issued one "
            "with a correction notice.",
            where=standing.key,
        )


def _require_ripe(gathered: Gathered, now: datetime) -> None:
    """Refuse a circular of a period that is not over or not decided on."""
    period = gathered.report.period
    if now < period.end:
        raise InputError(
            f"{period.name}尚未结束,现在送审将缺少之后的数据;确需先行送审的,请写明理由。",
            f"{period.name} is not over: what comes later would be missing. Say why it goes now.",
            where="despite",
        )
    waiting = [row.id for row in gathered.rows if row.state == Stage.TO_VERIFY]
    if waiting:
        raise InputError(
            f"本期还有 {len(waiting)} 件情形待核实(编号 {_some(waiting)}),请先核实;"
            "确需先行送审的,请写明理由,未核实的不计入通报。",
            f"{len(waiting)} findings of the period are still to be verified ({_some(waiting)}); "
            "decide on them first, or say why the circular goes without them.",
            where="despite",
        )


def _some(numbers: Sequence[int]) -> str:
    shown = "、".join(f"#{number}" for number in numbers[:10])
    return shown + ("…" if len(numbers) > 10 else "")
