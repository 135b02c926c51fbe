"""Circulars (通报): kinds, numbers, and the way from draft to issued. Issued is for good.

Source: domain.md §2.6, §2.7 (文号: 年份 in 〔〕, no leading nought, no 第), §2.9; architecture.md,
decision 9: corrected only by a correction notice (更正通知) that cites the number.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.domain.errors import ForbiddenMove, InputError


class CircularKind(StrEnum):
    """周报, 月报, 季报, 半年报, 年报, 专项, 通报批评, 更正通知."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEAR = "half_year"
    YEARLY = "yearly"
    SPECIAL = "special"
    CRITICISM = "criticism"
    CORRECTION = "correction"


CIRCULAR_NAMES: dict[CircularKind, str] = {
    CircularKind.WEEKLY: "周通报",
    CircularKind.MONTHLY: "月通报",
    CircularKind.QUARTERLY: "季度通报",
    CircularKind.HALF_YEAR: "半年通报",
    CircularKind.YEARLY: "年度通报",
    CircularKind.SPECIAL: "专项通报",
    CircularKind.CRITICISM: "通报批评",
    CircularKind.CORRECTION: "更正通知",
}


class Variant(StrEnum):
    """Who reads it: 全文 (inside), 单位版 (one unit's own rows), 公开版 (masked, no names)."""

    FULL = "full"
    UNIT = "unit"
    PUBLIC = "public"


class CircularState(StrEnum):
    """起草, 送审, 签发, 印发, 作废 (a draft that was given up)."""

    DRAFT = "draft"
    REVIEW = "review"
    SIGNED = "signed"
    ISSUED = "issued"
    DROPPED = "dropped"


CIRCULAR_STATE_NAMES: dict[CircularState, str] = {
    CircularState.DRAFT: "起草",
    CircularState.REVIEW: "送审",
    CircularState.SIGNED: "签发",
    CircularState.ISSUED: "印发",
    CircularState.DROPPED: "作废",
}

MOVES: Final[dict[CircularState, frozenset[CircularState]]] = {
    CircularState.DRAFT: frozenset({CircularState.REVIEW, CircularState.DROPPED}),
    CircularState.REVIEW: frozenset(
        {CircularState.DRAFT, CircularState.SIGNED, CircularState.DROPPED}
    ),
    CircularState.SIGNED: frozenset({CircularState.ISSUED, CircularState.DRAFT}),
    CircularState.ISSUED: frozenset(),
    CircularState.DROPPED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document's number (文号), e.g. 汨监通〔2026〕3号.

    Attributes:
        series: The body's short name and kind (机关代字).
        year: The year.
        number: 1, 2, 3, … without a gap in its year and series.
    """

    series: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.series}〔{self.year}〕{self.number}号"


@dataclass(frozen=True, slots=True)
class Sign:
    """A step on the way, and who took it."""

    state: CircularState
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CircularLife:
    """Every step of one circular, oldest first; the first is the draft."""

    steps: tuple[Sign, ...]

    @classmethod
    def begin(cls, by: str, at: datetime) -> CircularLife:
        """A new draft."""
        return cls((Sign(CircularState.DRAFT, by, at),))

    @property
    def state(self) -> CircularState:
        """Where it stands."""
        return self.steps[-1].state

    @property
    def drafter(self) -> str:
        """Who drafted it last."""
        return self._last(CircularState.DRAFT)

    def move(self, to: CircularState, by: str, at: datetime, *, reason: str = "") -> CircularLife:
        """One step on.

        Raises:
            ForbiddenMove: the table does not allow it, or who drafted would sign.
            InputError: nobody is named, or sending it back has no reason.
        """
        if to not in MOVES[self.state]:
            raise ForbiddenMove(
                f"“{CIRCULAR_STATE_NAMES[self.state]}”的通报不能改为“{CIRCULAR_STATE_NAMES[to]}”;"
                "已印发的通报只能以更正通知更正。",
                f"a circular in state {self.state.value} cannot become {to.value}; an issued one "
                "is corrected by a correction notice only.",
            )
        if not by.strip():
            raise InputError("须写明经办人。", "the actor is missing.", where="by")
        back = to in {CircularState.DRAFT, CircularState.DROPPED}
        if back and not reason.strip():
            raise InputError(
                "退回或作废须写明理由。", "sending back needs a reason.", where="reason"
            )
        if to is CircularState.SIGNED and by == self.drafter:
            raise ForbiddenMove(
                "起草人不能签发自己的通报,请由其他签发人签发。",
                "who drafted it cannot sign it; another approver signs.",
            )
        return replace(self, steps=(*self.steps, Sign(to, by, at, reason.strip())))

    def _last(self, state: CircularState) -> str:
        return next((one.by for one in reversed(self.steps) if one.state is state), "")


def check_names(
    kind: CircularKind, variant: Variant, names: Collection[str], agreed: Collection[str]
) -> None:
    """Refuse a name that may not stand there.

    Args:
        kind: The circular's kind; only a 通报批评 names persons.
        variant: The variant that is made.
        names: Names that would stand in it.
        agreed: Names that a second approver agreed to.

    Raises:
        ForbiddenMove: a name where none may stand, or without the second approval.
    """
    if not names:
        return
    if variant is Variant.PUBLIC or kind is not CircularKind.CRITICISM:
        raise ForbiddenMove(
            "公开版和一般通报不得出现个人姓名。",
            "neither a public variant nor an ordinary circular names anybody.",
        )
    lacking = sorted(set(names) - set(agreed))
    if lacking:
        raise ForbiddenMove(
            f"有 {len(lacking)} 人未经第二名审批人同意,不得点名。",
            f"{len(lacking)} persons were not agreed to by a second approver.",
        )
