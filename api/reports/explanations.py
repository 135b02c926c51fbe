"""Explanations (情况说明) before publication: a unit answers, the centre excuses or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from api.auth.audit import Acting, note
from api.decisions import move_on
from api.reports.appeals import finding_of
from api.reports.attached import Sent, keep_attached
from api.reports.circulars import Desk
from models.domain.access import Role
from models.domain.errors import ForbiddenMove, InputError
from models.domain.explanation import (
    EXPLANATION_NAMES,
    Explanation,
    ExplanationState,
    check_explainable,
)
from models.domain.life import Stage
from models.domain.notice import Audience, Notice, Severity
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.rectify_json import explanation_json, explanation_of

KIND: Final = "explanation"


def key_of(finding_id: int, number: int) -> str:
    """Key of a finding's first, second … explanation."""
    return f"explanation-{finding_id}-{number}"


def explanations_of(uow: UnitOfWork, finding_id: int) -> list[Paper]:
    """A finding's explanations, oldest first."""
    found: list[Paper] = []
    while True:
        paper = uow.papers.get(PaperKind.EXPLANATION, key_of(finding_id, len(found) + 1))
        if paper is None:
            return found
        found.append(paper)


def paper_of(uow: UnitOfWork, key: str) -> Paper:
    """The newest version of an explanation.

    Raises:
        InputError: there is none.
    """
    paper = uow.papers.get(PaperKind.EXPLANATION, key)
    if paper is None:
        raise InputError(f"没有情况说明“{key}”。", f"there is no explanation {key!r}.", where=key)
    return paper


def explain(desk: Desk, finding_id: int, text: str, files: Sent, actor: Acting) -> Paper:
    """A unit says how a finding came about, before it is published.

    Raises:
        InputError: no such finding, no text, or a file that is not taken.
        ForbiddenMove: it is decided or published, or an explanation waits.
        StorageError: a file cannot be kept; nothing is written.
    """
    now = desk.clock.now()
    if not text.strip():
        raise InputError("请写明情况。", "say how it came about.", where="text")
    with desk.make_uow(read_only=True) as uow:
        paper = _paper(uow, finding_id, text, actor, now)
    kept = keep_attached(desk.store, paper.key, paper.unit_id, files, now)
    with desk.make_uow() as uow:
        first = _paper(uow, finding_id, text, actor, now)
        content = {**first.content, "attachments": [one.sha256 for one in kept]}
        said = {"files": {one.path: one.sha256 for one in kept}}
        paper = _put(uow, replace(first, content=content), "explanation_given", actor, **said)
        for one in kept:
            uow.papers.add_file(one)
        _tell(uow, paper, Audience(frozenset({Role.REVIEWER})), "已提交情况说明,请审核")
        uow.commit()
    return paper


def answer(desk: Desk, key: str, reason: str, actor: Acting, *, accept: bool) -> Paper:
    """The centre excuses the finding (情况说明成立), or does not.

    Raises:
        InputError: there is none, or the reason is missing.
        ForbiddenMove: it was answered already, or the finding moved on meanwhile.
    """
    now = desk.clock.now()
    with desk.make_uow() as uow:
        before = paper_of(uow, key)
        one = explanation_of(before.content).answer(
            accept=accept, by=actor.name, reason=reason, now=now
        )
        if accept:
            row = finding_of(uow, int(before.content["finding_id"]))
            move_on(uow, row, Stage.EXCUSED, by=actor.name, reason=reason, now=now)
        content = {**before.content, **explanation_json(one)}
        after = Paper(
            before.kind,
            key,
            content,
            now,
            actor.name,
            before.unit_id,
            one.state.value,
            before.version + 1,
        )
        paper = _put(uow, after, f"explanation_{one.state.value}", actor)
        unit = Audience(frozenset({Role.LIAISON}), unit_id=before.unit_id)
        _tell(uow, paper, unit, f"情况说明{EXPLANATION_NAMES[one.state]}")
        uow.commit()
    return paper


def _paper(uow: UnitOfWork, finding_id: int, text: str, actor: Acting, now: datetime) -> Paper:
    """The first version of an explanation, checked but not written."""
    row = finding_of(uow, finding_id)
    check_explainable(Stage(row.state))
    before = explanations_of(uow, finding_id)
    if before and before[-1].state == ExplanationState.WAITING:
        raise ForbiddenMove(
            "该情形已有待审的情况说明。",
            "an explanation of this finding waits already.",
            where=str(finding_id),
        )
    one = Explanation(row.key, row.unit_id, actor.name, now, text.strip())
    content = {
        **explanation_json(one),
        "finding_id": row.id,
        "hall_id": row.hall_id,
        "label": str(row.details.get("label", row.kind)),
        "attachments": [],
    }
    key = key_of(row.id, len(before) + 1)
    return Paper(PaperKind.EXPLANATION, key, content, now, actor.name, row.unit_id, one.state.value)


def _put(uow: UnitOfWork, paper: Paper, what: str, actor: Acting, **said: Any) -> Paper:
    content = paper.content
    kept = uow.papers.put(paper)
    facts = {
        "explanation": paper.key,
        "finding": content["finding"],
        "unit": paper.unit_id,
        "by": actor.name,
        "reason": content["reason"],
        **said,
    }
    uow.register.append(what, facts, paper.at, key=f"{paper.key}:v{paper.version}")
    note(uow, actor, what, f"explanation:{paper.key}", paper.at, state=paper.state)
    return kept


def _tell(uow: UnitOfWork, paper: Paper, audience: Audience, zh: str) -> None:
    number = paper.content["finding_id"]
    uow.outbox.put(
        Notice(
            KIND,
            f"{KIND}:{paper.key}:v{paper.version}",
            Severity.ORDINARY,
            audience,
            {"explanation": paper.key, "finding": number},
            f"第{number}号情形:{zh}",
            f"finding {number}: the explanation is {paper.state}",
            f"{paper.unit_id}第{number}号情形“{paper.content['label']}”:{zh}。",
            f"{paper.unit_id}, finding {number}: the explanation is {paper.state}.",
        ),
        paper.at,
    )
