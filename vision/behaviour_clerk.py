"""Writes behaviour (规范服务) into one open transaction: clues, registrations, what became of them.

Source: domain.md §2.1, §2.9; scenario S25. A machine's clue never goes further by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.domain.behaviour import Behaviour
from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.hints import Hint
from models.domain.life import STAGE_NAMES, Life, Stage, Step
from models.domain.ports import UnitOfWork
from models.domain.records import EvidencePicture, FindingRecord
from vision.entries import Proof, named_pictures

MACHINE = "machine"
"""`details["basis"]` of a clue; what a person registered says `manual`."""


@dataclass(frozen=True, slots=True)
class BehaviourClerk:
    """Bound to one transaction; the caller commits.

    Attributes:
        uow: The open transaction.
        now: The moment of registration.
    """

    uow: UnitOfWork
    now: datetime

    def clue(
        self,
        window: Window,
        behaviour: Behaviour,
        hint: Hint,
        proof: Proof,
        shots: Sequence[EvidencePicture],
    ) -> FindingRecord:
        """What a machine hints at, as 线索, with its network and score."""
        facts = {
            "basis": MACHINE,
            "score": round(hint.score, 4),
            "looks": hint.looks,
            "model_hash": proof.model_hash,
            "detector": proof.detector,
            "settings_hash": proof.settings_hash,
        }
        times = (hint.since, hint.until)
        known = self.uow.findings.by_key(_key(behaviour, window, hint.since))
        if known is not None:  # a round that failed half-way is told again
            return known
        return self._open(window, behaviour, times, Stage.CLUE, facts=facts, shots=shots)

    def register(
        self,
        window: Window,
        behaviour: Behaviour,
        at: datetime,
        *,
        by: str,
        note: str,
        shots: Sequence[EvidencePicture],
    ) -> FindingRecord:
        """What a person saw, as 待核实, with a still.

        Raises:
            InputError: no still, nobody named, or the code is retired.
        """
        if not shots:
            raise InputError("登记须附图片。", "a picture is needed.", where="--picture")
        if not by.strip():
            raise InputError("须写明登记人。", "who registers it is missing.", where="--by")
        if behaviour.retired:
            raise InputError(
                f"行为代码 {behaviour.code} 已停用。",
                f"behaviour code {behaviour.code} is retired.",
                where="--code",
            )
        facts = {"basis": "manual", "by": by, "note": note}
        if self.uow.findings.by_key(_key(behaviour, window, at)) is not None:
            raise InputError(
                "同一窗口、同一时间的该行为已登记。",
                "this behaviour is registered for that window and moment already.",
                where="--at",
            )
        times = (at, at)
        return self._open(window, behaviour, times, Stage.TO_VERIFY, facts=facts, shots=shots)

    def move(
        self,
        finding_id: int,
        to: Stage,
        by: str,
        *,
        reason: str = "",
        shots: Sequence[EvidencePicture] = (),
    ) -> FindingRecord:
        """A person's word on a clue or a registration.

        Raises:
            InputError: there is none of that number, or it is confirmed without a still.
            ForbiddenMove: the table of moves does not allow it.
        """
        row = self.uow.findings.get(finding_id)
        if row is None or "behaviour" not in row.details:
            raise InputError(
                f"没有编号 {finding_id} 的行为线索或登记。",
                f"there is no behaviour clue or registration {finding_id}.",
                where=str(finding_id),
            )
        life = Life((Step(Stage(row.state), by, row.opened_at),))
        after = life.move(to, by, self.now, reason=reason)
        evidence = tuple(dict.fromkeys((*row.evidence, *(shot.sha256 for shot in shots))))
        if to is Stage.CONFIRMED and not evidence:
            raise InputError(
                "确认须附图片(--picture)。",
                "a still is needed to confirm it (--picture).",
                where="--picture",
            )
        for shot in shots:
            self.uow.evidence.add(shot)
        said = {
            "finding": row.key,
            "from": row.state,
            "to": after.stage.value,
            "by": by,
            "reason": reason,
            "evidence": named_pictures(shots),
        }
        entry = self.uow.register.append(
            f"behaviour_{to.value}", said, self.now, key=f"{row.key}:after:{row.last_seq}"
        )
        details = {**row.details, "label": row.details["label"].split("(")[0]}
        row = replace(row, state=to.value, evidence=evidence, last_seq=entry.seq, details=details)
        self.uow.findings.update(row)
        return row

    def _open(
        self,
        window: Window,
        behaviour: Behaviour,
        times: tuple[datetime, datetime],
        stage: Stage,
        *,
        facts: Mapping[str, Any],
        shots: Sequence[EvidencePicture],
    ) -> FindingRecord:
        for shot in shots:
            self.uow.evidence.add(shot)
        since, until = times
        key = _key(behaviour, window, since)
        clue = stage is Stage.CLUE
        said = {
            **facts,
            "finding": key,
            "behaviour": behaviour.code,
            "window": window.id,
            "hall": window.hall_id,
            "unit": window.unit_id,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "state": stage.value,
            "evidence": named_pictures(shots),
        }
        kind = "behaviour_clue" if clue else "behaviour_registered"
        entry = self.uow.register.append(kind, said, self.now, key=f"{key}:opened")
        seconds = (until - since).total_seconds()
        row = FindingRecord(
            key=key,
            window_id=window.id,
            hall_id=window.hall_id,
            kind=behaviour.code,
            state=stage.value,
            opened_at=self.now,
            started_at=since,
            until_at_least=until,
            proven_s=seconds,
            possible_s=seconds,
            ended=True,
            unit_id=window.unit_id,
            evidence=tuple(dict.fromkeys(shot.sha256 for shot in shots)),
            last_seq=entry.seq,
            details={**facts, **_words(behaviour, clue=clue)},
        )
        return self.uow.findings.add(row)


def _words(behaviour: Behaviour, *, clue: bool) -> dict[str, str]:
    """What lists and pages say of it."""
    mark = f"({STAGE_NAMES[Stage.CLUE]})" if clue else ""
    zh = "机器线索,须由人员凭图片确认。" if clue else "人工登记。"
    en = "a machine's clue; a person must confirm it." if clue else "registered by hand."
    return {
        "behaviour": behaviour.code,
        "label": f"{behaviour.name}{mark}",
        "why_zh": zh,
        "why_en": en,
    }


def _key(behaviour: Behaviour, window: Window, since: datetime) -> str:
    return f"behaviour:{behaviour.code}:{window.id}@{since.timestamp():.3f}"
