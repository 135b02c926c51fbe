"""The register sheet of checks (登记表): by hall, a line for each window, and counts that balance.

Source: domain.md §2.5 and §2.6. Planned is the sum of the twelve results, by hall, by unit and in
all; a check that has not ended yet, and one outside working hours (S08), stand on the sheet and
in no count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from models.domain.check_counts import CheckCounts
from models.domain.check_result import Result
from models.domain.inspection import OPEN_STATES, CheckKind, CheckState


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One window of a check.

    Attributes:
        result: None while it is 待复核.
        reason: What was seen, or why it could not be told; in Chinese.
        looked_at: First look.
        empty_s: How long the window was empty at least, None where it was not.
        evidence: SHA-256 of its pictures.
        entry_seq: Its own register entry, 0 for none.
        stage: Where its finding is in its life, in Chinese; empty without one.
    """

    window: str
    unit: str
    result: Result | None = None
    reason: str = ""
    looked_at: datetime | None = None
    empty_s: float | None = None
    evidence: tuple[str, ...] = ()
    entry_seq: int = 0
    stage: str = ""


@dataclass(frozen=True, slots=True)
class SheetCheck:
    """One check of one hall. Moments are in the hall's time zone.

    Attributes:
        hall: The hall's name.
        by: Login of who asked for it or entered it, empty for a plan's.
        counted: Whether it counts in rates.
        remark: Why it was made, why it was not, how late; in Chinese.
    """

    id: int
    hall: str
    kind: CheckKind
    state: CheckState
    due_at: datetime
    started_at: datetime | None = None
    by: str = ""
    counted: bool = True
    remark: str = ""
    lines: tuple[SheetLine, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state not in OPEN_STATES

    @property
    def results(self) -> list[tuple[str, Result]]:
        """Unit and certain result of its windows, where they count."""
        if not (self.ended and self.counted):
            return []
        return [(line.unit, line.result) for line in self.lines if line.result is not None]

    @property
    def counts(self) -> CheckCounts:
        """What it adds to the counts."""
        return CheckCounts.of(result for _, result in self.results)


@dataclass(frozen=True, slots=True)
class CheckSheet:
    """Checks on one sheet.

    Attributes:
        scope: Which checks, in Chinese: day, hall, campaign.
        made_at: When it was made.
        made_by: Login of who made it.
        checks: By hall and moment.
    """

    scope: str
    made_at: datetime
    made_by: str
    checks: tuple[SheetCheck, ...]

    @property
    def halls(self) -> dict[str, list[SheetCheck]]:
        """The checks of each hall, by moment."""
        return _grouped(self.checks)

    @property
    def counts(self) -> CheckCounts:
        """All that counts."""
        return CheckCounts.of(result for check in self.checks for _, result in check.results)

    @property
    def by_hall(self) -> dict[str, CheckCounts]:
        """The same by hall; one whose checks do not count stands there with noughts."""
        return {
            hall: CheckCounts.of(result for check in own for _, result in check.results)
            for hall, own in self.halls.items()
        }

    @property
    def by_unit(self) -> dict[str, CheckCounts]:
        """The same by unit."""
        found: dict[str, list[Result]] = {}
        for check in self.checks:
            for unit, result in check.results:
                found.setdefault(unit, []).append(result)
        return {unit: CheckCounts.of(found[unit]) for unit in sorted(found)}

    @property
    def running(self) -> int:
        """Checks that have not ended."""
        return _how_many(self.checks, lambda check: not check.ended)

    @property
    def not_done(self) -> int:
        """Checks that were not made (未执行)."""
        return _how_many(self.checks, lambda check: check.state is CheckState.NOT_DONE)

    @property
    def not_counted(self) -> int:
        """Checks outside working hours, which count in no rate."""
        return _how_many(self.checks, lambda check: check.ended and not check.counted)


def _grouped(checks: Iterable[SheetCheck]) -> dict[str, list[SheetCheck]]:
    found: dict[str, list[SheetCheck]] = {}
    for check in sorted(checks, key=lambda one: (one.due_at, one.id)):
        found.setdefault(check.hall, []).append(check)
    return dict(sorted(found.items()))


def _how_many(checks: Iterable[SheetCheck], wanted: Callable[[SheetCheck], bool]) -> int:
    return sum(1 for check in checks if wanted(check))
