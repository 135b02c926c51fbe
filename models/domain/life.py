"""The life of a finding: from clue (线索) to closed (销号), with who, when and why on each move.

Source: domain.md §2.9. Nothing is deleted; a move is an entry of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.domain.errors import ForbiddenMove, InputError


class Stage(StrEnum):
    """Where a finding stands."""

    CLUE = "clue"
    TO_VERIFY = "to_verify"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    EXCUSED = "excused"
    EXEMPTED = "exempted"
    PUBLISHED = "published"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    APPEALED = "appealed"
    REVOKED = "revoked"


STAGE_NAMES: dict[Stage, str] = {
    Stage.CLUE: "线索",
    Stage.TO_VERIFY: "待核实",
    Stage.CONFIRMED: "确认",
    Stage.DISMISSED: "误报排除",
    Stage.EXCUSED: "情况说明成立",
    Stage.EXEMPTED: "豁免",
    Stage.PUBLISHED: "入通报",
    Stage.RECTIFYING: "整改",
    Stage.CLOSED: "销号",
    Stage.APPEALED: "申诉",
    Stage.REVOKED: "撤销",
}

# 申诉 returns to where it came from when it is rejected (维持), so its way out is by history.
MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.CLUE: frozenset({Stage.TO_VERIFY, Stage.CONFIRMED, Stage.DISMISSED, Stage.EXCUSED}),
    Stage.TO_VERIFY: frozenset(
        {Stage.CONFIRMED, Stage.DISMISSED, Stage.EXCUSED, Stage.EXEMPTED, Stage.REVOKED}
    ),
    Stage.CONFIRMED: frozenset(
        {Stage.PUBLISHED, Stage.EXCUSED, Stage.EXEMPTED, Stage.APPEALED, Stage.REVOKED}
    ),
    Stage.DISMISSED: frozenset({Stage.TO_VERIFY}),
    Stage.EXCUSED: frozenset({Stage.TO_VERIFY}),
    Stage.EXEMPTED: frozenset({Stage.TO_VERIFY}),
    Stage.PUBLISHED: frozenset({Stage.RECTIFYING, Stage.APPEALED, Stage.REVOKED}),
    Stage.RECTIFYING: frozenset({Stage.RECTIFYING, Stage.CLOSED, Stage.APPEALED, Stage.REVOKED}),
    Stage.CLOSED: frozenset({Stage.APPEALED}),
    Stage.APPEALED: frozenset(
        {Stage.CONFIRMED, Stage.PUBLISHED, Stage.RECTIFYING, Stage.CLOSED, Stage.REVOKED}
    ),
    Stage.REVOKED: frozenset(),
}

NEEDS_REASON = frozenset(
    {
        Stage.DISMISSED,
        Stage.EXCUSED,
        Stage.EXEMPTED,
        Stage.APPEALED,
        Stage.REVOKED,
    }
)

# The system may move a finding by itself only where it thereby accuses nobody.
BY_SYSTEM = frozenset({Stage.TO_VERIFY, Stage.EXCUSED, Stage.EXEMPTED, Stage.REVOKED})

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One move: who, when, why; `reference` names a document, a notice, an exemption."""

    stage: Stage
    actor: str
    at: datetime
    reason: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """Every move of one finding, oldest first. The first step is where it began."""

    steps: tuple[Step, ...]

    @classmethod
    def begin(cls, stage: Stage, actor: str, at: datetime, reference: str = "") -> Life:
        """A new finding: 线索 from outside, 待核实 from the monitor's judgement.

        Raises:
            ForbiddenMove: Findings begin in no other stage.
        """
        if stage not in {Stage.CLUE, Stage.TO_VERIFY}:
            raise ForbiddenMove(
                f"情形不能以“{STAGE_NAMES[stage]}”开始。", f"no finding begins as {stage.value}."
            )
        return cls((Step(stage, actor, at, "", reference),))

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.steps[-1].stage

    @property
    def counted(self) -> bool:
        """Whether reports may count it: only what a person confirmed, and nobody took back."""
        return self._before_appeal() in {
            Stage.CONFIRMED,
            Stage.PUBLISHED,
            Stage.RECTIFYING,
            Stage.CLOSED,
        }

    @property
    def may_name(self) -> bool:
        """Whether a person's name may be shown: only after a person confirmed it."""
        return self.counted

    def _before_appeal(self) -> Stage:
        for step in reversed(self.steps):
            if step.stage is not Stage.APPEALED:
                return step.stage
        return self.stage

    def move(
        self, to: Stage, actor: str, at: datetime, *, reason: str = "", reference: str = ""
    ) -> Life:
        """One step on.

        Raises:
            ForbiddenMove: The table does not allow it, or not to the system.
            InputError: The reason or the actor is missing.
        """
        here = self.stage
        if to not in MOVES[here] or (
            here is Stage.APPEALED and to not in {self._before_appeal(), Stage.REVOKED}
        ):
            raise ForbiddenMove(
                f"“{STAGE_NAMES[here]}”不能改为“{STAGE_NAMES[to]}”。",
                f"a finding that is {here.value} cannot become {to.value}.",
            )
        if not actor.strip():
            raise InputError("须写明经办人。", "the actor is missing.", where="actor")
        if actor == SYSTEM and to not in BY_SYSTEM:
            raise ForbiddenMove(
                f"“{STAGE_NAMES[to]}”须由人员办理,系统不能自动处理。",
                f"only a person may make a finding {to.value}.",
            )
        if to in NEEDS_REASON and not reason.strip():
            raise InputError(
                f"“{STAGE_NAMES[to]}”须写明理由。", f"{to.value} needs a reason.", where="reason"
            )
        if at < self.steps[-1].at:
            raise ForbiddenMove(
                "办理时间早于上一步,已拒绝。", "the move is older than the last one; refused."
            )
        return Life((*self.steps, Step(to, actor, at, reason.strip(), reference)))
