"""What was measured of this software, for the page about it; docs/performance.md says how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure.

    Attributes:
        value: As docs/performance.md has it.
        zh: What it is.
        en: What it is.
    """

    value: str
    zh: str
    en: str


MEASURED: Final = (
    Fact(
        "94.8 %",
        "有人在岗时,单次取样见到人的比例(其余由多次取样补足,不单凭一次判定)",
        "of single samples show the person who is there; no verdict rests on one sample",
    ),
    Fact(
        "669 of 670",
        "无人的窗口被判为无人(周围有群众、衣物和提包)",
        "empty windows called empty, with citizens, coats and bags about",
    ),
    Fact("8 of 8", "演练中安排的离岗被登记", "absences staged in the rehearsal were registered"),
    Fact(
        "5 176",
        "次取样的演练中,误登记 0 条、漏采样 0 次",
        "samples in the rehearsal: no false finding, none missed",
    ),
)
"""Of the rehearsal hall (演练大厅): made-up pictures whose truth is known. Windows of a real hall
have figures of their own, from what reviewers decide."""
