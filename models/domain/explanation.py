"""Explanations (情况说明) of a unit before a finding is published: the centre accepts them or not.

Source: domain.md §2.9: 情况说明成立 takes a finding out of circulars, before any appeal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.domain.errors import ForbiddenMove, InputError
from models.domain.life import STAGE_NAMES, Stage

EXPLAINED_IN: Final = frozenset({Stage.TO_VERIFY, Stage.CONFIRMED})
"""Before publication; afterwards a unit appeals."""


class ExplanationState(StrEnum):
    """待审, 成立, 不成立."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


EXPLANATION_NAMES: dict[ExplanationState, str] = {
    ExplanationState.WAITING: "待审",
    ExplanationState.ACCEPTED: "成立",
    ExplanationState.REFUSED: "不成立",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a unit says of a finding.

    Attributes:
        finding: Key of the finding.
        by: The liaison who gave it.
    """

    finding: str
    unit_id: str
    by: str
    given_at: datetime
    text: str
    state: ExplanationState = ExplanationState.WAITING
    answered_by: str = ""
    answered_at: datetime | None = None
    reason: str = ""

    def answer(self, *, accept: bool, by: str, reason: str, now: datetime) -> Explanation:
        """What the centre makes of it.

        Raises:
            ForbiddenMove: it was answered already, or by who gave it.
            InputError: nobody is named, or the reason is missing.
        """
        if self.state is not ExplanationState.WAITING:
            raise ForbiddenMove("该情况说明已审核。", "this explanation was answered already.")
        if not by.strip() or not reason.strip():
            raise InputError("须写明经办人和理由。", "actor and reason are needed.", where="reason")
        if by == self.by:
            raise ForbiddenMove(
                "情况说明须由提交人以外的人员审核。", "somebody else answers an explanation."
            )
        state = ExplanationState.ACCEPTED if accept else ExplanationState.REFUSED
        return replace(self, state=state, answered_by=by, answered_at=now, reason=reason.strip())


def check_explainable(stage: Stage) -> None:
    """Refuse an explanation of what is decided or published.

    Raises:
        ForbiddenMove: it is too late, or nothing is to be explained.
    """
    if stage not in EXPLAINED_IN:
        raise ForbiddenMove(
            f"该情形现为“{STAGE_NAMES[stage]}”,不再接受情况说明;已入通报的请申诉。",
            f"the finding is {stage.value}: nothing is explained any more; appeal against a "
            "published one.",
            where="finding",
        )
