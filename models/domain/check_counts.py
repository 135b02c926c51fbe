"""Results of checks counted (核查统计): the twelve columns of a report, and what follows of them.

Source: domain.md §2.5. planned = the sum of the twelve, per row, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from models.domain.check_result import NOT_EFFECTIVE, Result
from models.domain.ratio import Ratio

STAFFED: Final = frozenset({Result.ON_POST, Result.COVERED, Result.AWAY})
"""Counted as on post: 离岗 came back before the threshold."""

VACANT: Final = frozenset({Result.UNMANNED, Result.ABSENT, Result.OFF_POST})

ON_POST_FORMULA: Final = "在岗率=(在岗+顶岗+离岗)/有效核查"
VACANCY_FORMULA: Final = "空缺率=(空岗+缺岗+脱岗)/有效核查"
UNVERIFIABLE_FORMULA: Final = "无法核查率=无法核查/计划核查"
EFFECTIVE_FORMULA: Final = "有效核查=计划核查-豁免-无排班-无法核查-未执行"

ENOUGH: Final = 20
"""Effective checks below which a row says 样本不足 (domain.md §2.4)."""


@dataclass(frozen=True, slots=True)
class CheckCounts:
    """How many checks of a row had which result.

    Attributes:
        by_result: Count of each of the twelve; one that is missing is 0.
    """

    by_result: Mapping[Result, int]

    @classmethod
    def of(cls, results: Iterable[Result]) -> CheckCounts:
        """Count results."""
        counts = dict.fromkeys(Result, 0)
        for result in results:
            counts[result] += 1
        return cls(counts)

    def __getitem__(self, result: Result) -> int:
        return self.by_result.get(result, 0)

    def __add__(self, other: CheckCounts) -> CheckCounts:
        return CheckCounts({result: self[result] + other[result] for result in Result})

    @property
    def planned(self) -> int:
        """All of them (计划核查)."""
        return sum(self[result] for result in Result)

    @property
    def effective(self) -> int:
        """Those that say something of the window (有效核查)."""
        return self.planned - sum(self[result] for result in NOT_EFFECTIVE)

    @property
    def on_post_rate(self) -> Ratio:
        """在岗率."""
        return Ratio(sum(self[result] for result in STAFFED), self.effective)

    @property
    def vacancy_rate(self) -> Ratio:
        """空缺率."""
        return Ratio(sum(self[result] for result in VACANT), self.effective)

    @property
    def unverifiable_rate(self) -> Ratio:
        """无法核查率."""
        return Ratio(self[Result.UNVERIFIABLE], self.planned)

    @property
    def enough(self) -> bool:
        """Whether there are effective checks enough to be ranked by (样本)."""
        return self.effective >= ENOUGH
