"""Measures (处理措施): what rules suggest of rankings, what an approver decides, what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.auth.audit import Acting, note
from api.reports.circulars import Desk
from api.reports.gather import gather
from api.reports.papers import every
from api.reports.periods import before, period_of
from api.reports.scoring import rank_rules_of
from models.domain.errors import ForbiddenMove, InputError
from models.domain.measures import Measure, Taken, suggestions
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.ranking import Ranking
from models.domain.rectify_json import suggestion_json, suggestion_of

SERIES: Final = "措施"
STANDS, WITHDRAWN = "stands", "withdrawn"


@dataclass(frozen=True, slots=True)
class Suggested:
    """What an evaluation of the rules gave.

    Attributes:
        new: Suggestions that were not there before.
        standing: All of the period, whatever became of them.
        too_few: Units left out for their small sample (样本不足), by name of the period.
    """

    new: tuple[Paper, ...]
    standing: tuple[Paper, ...]
    too_few: dict[str, tuple[str, ...]]


def suggest(desk: Desk, period: str, actor: Acting) -> Suggested:
    """Evaluate the rules at the end of a period; each suggestion is stored once (待批).

    Nothing is carried out by a rule: an approver decides on each.

    Raises:
        InputError: the name means no period, or the period is not over.
    """
    now = desk.clock.now()
    meant = period_of(period, ZoneInfo(desk.settings.time_zone))
    if now < meant.end:
        raise InputError(
            f"{meant.name}尚未结束,不能据以提出处理建议。",
            f"{meant.name} is not over; nothing is suggested by it yet.",
            where="period",
        )
    rules = rank_rules_of(desk.settings)
    with desk.make_uow(read_only=True) as uow:
        rankings = _rankings(desk, uow, period, max((one.periods for one in rules), default=1), now)
    found = [one for rule in rules for one in suggestions(rule, rankings)]
    new = []
    with desk.make_uow() as uow:
        for one in found:
            if uow.papers.get(PaperKind.SUGGESTION, one.key) is None:
                content = {**suggestion_json(one), "period_name": meant.name}
                new.append(_put(uow, _first(one.key, one.subject, one.status, content, actor, now)))
                _enter(uow, new[-1], "measure_suggested", actor)
        standing = [
            paper for paper in every(uow, PaperKind.SUGGESTION) if paper.content["period"] == period
        ]
        note(uow, actor, "measures_suggested", f"period:{period}", now, new=len(new))
        uow.commit()
    too_few = {one.period: one.too_few for one in rankings}
    return Suggested(tuple(new), tuple(standing), too_few)


def decide_suggestion(desk: Desk, key: str, reason: str, actor: Acting, *, agree: bool) -> Paper:
    """An approver agrees to a suggested measure, or refuses it with a reason.

    Raises:
        InputError: there is none, or a refusal has no reason.
        ForbiddenMove: it was decided already.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        paper = uow.papers.get(PaperKind.SUGGESTION, key)
        if paper is None:
            raise InputError(
                f"没有处理建议“{key}”。", f"there is no suggestion {key!r}.", where=key
            )
        one = suggestion_of(paper.content)
        one = one.decide(agree=agree, by=actor.name, reason=reason, now=now)
        after = _put(
            uow,
            replace(
                paper,
                content={**paper.content, **suggestion_json(one)},
                at=now,
                by=actor.name,
                state=one.status.value,
                version=paper.version + 1,
            ),
        )
        _enter(uow, after, f"measure_{one.status.value}", actor)
        note(uow, actor, "measure_decided", f"suggestion:{key}", now, state=one.status.value)
        uow.commit()
    return after


def enter(desk: Desk, taken: Taken, actor: Acting) -> Paper:
    """Enter a measure that was taken into the ledger (问责台账).

    Raises:
        InputError: affair, subject or basis is missing, or it lies in the future.
    """
    now = desk.clock.now()
    if not (taken.case.strip() and taken.subject.strip() and taken.basis.strip()):
        raise InputError(
            "须写明事由编号、对象和依据。",
            "name the affair, the subject and the ground.",
            where="case",
        )
    if taken.at > now:
        raise InputError("措施日期在未来。", "the measure lies in the future.", where="at")
    content = {
        "case": taken.case.strip(),
        "subject": taken.subject.strip(),
        "measure": taken.measure.value,
        "taken_at": taken.at.isoformat(),
        "by": taken.by,
        "basis": taken.basis.strip(),
        "withdrawn": "",
    }
    with desk.make_uow() as uow:
        number = uow.papers.next_number(SERIES, now.astimezone(_zone(desk)).year)
        key = f"measure-{number.year}-{number.number}"
        unit = taken.subject if taken.subject in _units(desk) else ""
        paper = _put(uow, _first(key, unit, STANDS, content, actor, now))
        _enter(uow, paper, "measure_taken", actor)
        note(uow, actor, "measure_entered", f"measure:{key}", now, measure=taken.measure.value)
        uow.commit()
    return paper


def withdraw(desk: Desk, key: str, reason: str, actor: Acting) -> Paper:
    """What was entered wrongly is taken back; it stays in the record.

    Raises:
        InputError: there is none, or no reason.
        ForbiddenMove: it was taken back already.
    """
    now = desk.clock.now()
    if not reason.strip():
        raise InputError("撤回须写明理由。", "taking it back needs a reason.", where="reason")
    with desk.make_uow() as uow:
        paper = uow.papers.get(PaperKind.MEASURE, key)
        if paper is None:
            raise InputError(f"台账中没有“{key}”。", f"there is no measure {key!r}.", where=key)
        if paper.state == WITHDRAWN:
            raise ForbiddenMove("该条已撤回。", "it was taken back already.", where=key)
        after = _put(
            uow,
            replace(
                paper,
                content={**paper.content, "withdrawn": reason.strip()},
                at=now,
                by=actor.name,
                state=WITHDRAWN,
                version=paper.version + 1,
            ),
        )
        _enter(uow, after, "measure_withdrawn", actor)
        note(uow, actor, "measure_withdrawn", f"measure:{key}", now)
        uow.commit()
    return after


def taken_of(paper: Paper) -> Taken:
    """The measure that a row of the ledger holds."""
    held: Any = paper.content
    at = datetime.fromisoformat(held["taken_at"])
    return Taken(
        held["case"], held["subject"], Measure(held["measure"]), at, held["by"], held["basis"]
    )


def ledger(uow: UnitOfWork) -> list[Paper]:
    """Measures that stand, newest entry first."""
    return list(every(uow, PaperKind.MEASURE, state=STANDS))


def honoured(desk: Desk, uow: UnitOfWork, period: str, now: datetime) -> Sequence[str]:
    """Units to praise (表扬): checked often enough, and nothing was found."""
    return gather(uow, desk.settings, period, now).report.praised


def _rankings(desk: Desk, uow: UnitOfWork, period: str, count: int, now: datetime) -> list[Ranking]:
    """Consecutive periods that end with this one, oldest first."""
    names = [period]
    while len(names) < count:
        names.append(before(names[-1]))
    return [gather(uow, desk.settings, name, now).ranking for name in reversed(names)]


def _first(  # noqa: PLR0917 - the fields of a row
    key: str, unit_id: str, state: str, content: dict[str, Any], actor: Acting, now: datetime
) -> Paper:
    kind = PaperKind.MEASURE if "taken_at" in content else PaperKind.SUGGESTION
    return Paper(kind, key, content, now, actor.name, unit_id, state)


def _put(uow: UnitOfWork, paper: Paper) -> Paper:
    return uow.papers.put(replace(paper, number=0))


def _enter(uow: UnitOfWork, paper: Paper, what: str, actor: Acting) -> None:
    held: Any = paper.content
    facts = {
        paper.kind.value: paper.key,
        "subject": held["subject"],
        "measure": held["measure"],
        "state": paper.state,
        "by": actor.name,
        "reason": held.get("reason", held.get("withdrawn", "")),
    }
    uow.register.append(
        what, facts, paper.at, key=f"{paper.kind.value}:{paper.key}:v{paper.version}"
    )


def _units(desk: Desk) -> set[str]:
    return {window.unit for window in desk.settings.windows.values()}


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.settings.time_zone)
