"""What a report says (通报内容), as figures and facts, before anybody words it.

Source: domain.md §2.5 and §2.6. Units add up to the city by construction: totals are sums of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from models.domain.case_kpi import CaseCounts
from models.domain.check_counts import CheckCounts
from models.domain.inspection import CheckKind
from models.domain.ranking import Place
from models.domain.ratio import Ratio
from models.domain.score import Score

NO_RATE: Final = Ratio(0, 0)


class ProblemGroup(StrEnum):
    """The headings under which problems are listed."""

    ABSENT = "absent"
    UNMANNED = "unmanned"
    EDGES = "edges"
    BEHAVIOUR = "behaviour"
    REPORTING = "reporting"


GROUP_NAMES: dict[ProblemGroup, str] = {
    ProblemGroup.ABSENT: "缺岗脱岗",
    ProblemGroup.UNMANNED: "空岗",
    ProblemGroup.EDGES: "迟到早退",
    ProblemGroup.BEHAVIOUR: "服务不规范",
    ProblemGroup.REPORTING: "设备与排班报送",
}


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """The time a report is about.

    Attributes:
        name: As titles write it: 2026年11月, 2026年第48周, 2026年上半年.
        first: First day.
        last: Last day, counted.
        start: First instant, aware.
        end: First instant after it, aware.
    """

    name: str
    first: date
    last: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ReportProblem:
    """One problem of the list (问题清单): what was confirmed and still stands.

    Attributes:
        number: The finding's number.
        at: When it began, in the hall's zone.
        label: What it was (情形).
        at_least_s: Proven seconds, None where there is no duration.
        evidence: Number under which its pictures are kept (证据号), empty for none.
        state: Where it stands, Chinese.
        person: Name, only where a circular may name.
    """

    number: int
    at: datetime
    unit_id: str
    hall: str
    window: str
    label: str
    group: ProblemGroup
    at_least_s: float | None = None
    evidence: str = ""
    state: str = ""
    person: str = ""

    @property
    def duration(self) -> str:
        """Its proven length as documents write it; empty where there is none."""
        if self.at_least_s is None:
            return ""
        minutes = int(self.at_least_s // 60)
        return f"至少{minutes}分钟" if minutes else f"至少{int(self.at_least_s)}秒"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit's line of every table.

    Attributes:
        group: The group it is ranked in.
        counts: Its checks.
        misconduct: Confirmed behaviour findings (不规范).
        problems: Confirmed findings of all kinds.
        cases: Its cases.
        before: Its on-post rate of the period before.
        score: Its score, None where rules score nothing.
        place: Its place, None where the sample is too small.
    """

    unit_id: str
    group: str = ""
    counts: CheckCounts = field(default_factory=lambda: CheckCounts({}))
    misconduct: int = 0
    problems: int = 0
    cases: CaseCounts = field(default_factory=CaseCounts)
    before: Ratio = NO_RATE
    score: Score | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be verified (无法核查) and why, counted."""

    hall: str
    window: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction (更正) since the last report."""

    number: str
    original: str
    unit_id: str
    what: str


@dataclass(frozen=True, slots=True)
class ReportDuties:
    """What the readers must do, and until when.

    Attributes:
        rectify_by: Last day for rectification; None where nothing is to be rectified.
        appeal_days: Working days for an appeal.
        overdue: Rectifications that are overdue, in words.
        measures: Approved measures, in words.
    """

    rectify_by: date | None = None
    appeal_days: int = 5
    overdue: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One period's report.

    Attributes:
        workdays: Workdays in it.
        halls: Halls there are.
        covered: Halls that were checked at least once.
        batches: Checks of a hall (批次) by kind.
        rows: One for each unit, in the order of the tables.
        total_before: All checks of the period before.
        online: Seconds cameras gave pictures, of the seconds they had to.
        by_hour: On-post rate by hour of day.
        by_month: On-post rate by month; one month alone is no comparison.
        notice: What must be said of the work calendar, empty for nothing.
    """

    period: ReportPeriod
    workdays: int
    halls: int
    covered: int
    batches: Mapping[CheckKind, int]
    rows: tuple[UnitRow, ...]
    problems: tuple[ReportProblem, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    corrections: tuple[Correction, ...] = ()
    duties: ReportDuties = field(default_factory=ReportDuties)
    total_before: CheckCounts = field(default_factory=lambda: CheckCounts({}))
    online: Ratio = NO_RATE
    by_hour: tuple[tuple[str, Ratio], ...] = ()
    by_month: tuple[tuple[str, Ratio], ...] = ()
    notice: str = ""

    @property
    def counts(self) -> CheckCounts:
        """Of all units together."""
        return sum((row.counts for row in self.rows), CheckCounts({}))

    @property
    def cases(self) -> CaseCounts:
        """Of all units together."""
        return sum((row.cases for row in self.rows), CaseCounts())

    @property
    def praised(self) -> list[str]:
        """Units with checks enough and nothing found (表扬)."""
        return [row.unit_id for row in self.rows if row.counts.enough and not row.problems]

    def of_unit(self, unit_id: str) -> UnitRow | None:
        """A unit's line."""
        return next((row for row in self.rows if row.unit_id == unit_id), None)

    def in_group(self, group: ProblemGroup) -> list[ReportProblem]:
        """Problems under a heading, oldest first."""
        return sorted((one for one in self.problems if one.group is group), key=lambda one: one.at)


def points_text(points: Decimal | None) -> str:
    """A difference in percentage points as a sentence says it."""
    if points is None:
        return "上期无可比数据"
    if points == 0:
        return "与上期持平"
    return f"较上期{'上升' if points > 0 else '下降'}{abs(points)}个百分点"
