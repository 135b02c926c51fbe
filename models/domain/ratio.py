"""Rates (比率) as a report prints them: exact fractions, one rounding, "—" over nothing.

Source: domain.md §2.5 and §1.6: 1990 of 2078 prints 95.8 %; a zero denominator is neither 0 % nor
100 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

NOTHING: Final = "—"
"""What stands in the place of a rate over nothing."""

_STEP: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Ratio:
    """`part` of `whole`, both counts; `part` may be larger (55 accepted, 94 closed in a day).

    Raises:
        ValueError: a count below zero.
    """

    part: int
    whole: int

    def __post_init__(self) -> None:
        if self.part < 0 or self.whole < 0:
            raise ValueError(f"{self.part} of {self.whole}")

    @property
    def percent(self) -> Decimal | None:
        """In percent with one decimal, halves away from zero; None over nothing."""
        if self.whole == 0:
            return None
        exact = Decimal(self.part) * 100 / Decimal(self.whole)
        return exact.quantize(_STEP, ROUND_HALF_UP)

    def __str__(self) -> str:
        percent = self.percent
        return NOTHING if percent is None else f"{percent}%"

    def __add__(self, other: Ratio) -> Ratio:
        """Of both together: parts and wholes are added, never the rates."""
        return Ratio(self.part + other.part, self.whole + other.whole)

    def points_from(self, before: Ratio) -> Decimal | None:
        """By how many percentage points this differs from `before`; None where one says nothing.

        The difference is of the printed figures, so that a reader who subtracts gets the same.
        """
        here, there = self.percent, before.percent
        return None if here is None or there is None else here - there
