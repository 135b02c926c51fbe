"""What a check's result counts as today (现行结果): a person's decision outweighs the machine's.

The result of a check is never changed (domain.md §2.5). But a report must not count as absent what
was dismissed, excused or taken back since, nor what no person has confirmed yet.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from models.domain.check_result import Result
from models.domain.life import Life, Stage, Step
from models.domain.records import FindingRecord

ACCUSES: Final = frozenset(
    {
        Result.OFF_POST,
        Result.ABSENT,
        Result.UNMANNED,
        Result.LATE,
        Result.EARLY,
    }
)
"""Results that say that somebody was not where they had to be."""


class Doubt(StrEnum):
    """Why a report cannot count an accusing result as it stands."""

    TO_VERIFY = "to_verify"
    DISMISSED = "dismissed"
    NO_FINDING = "no_finding"


DOUBT_NAMES: dict[Doubt, str] = {
    Doubt.TO_VERIFY: "待核实",
    Doubt.DISMISSED: "误报排除",
    Doubt.NO_FINDING: "无对应情形",
}

_EXEMPTED: Final = frozenset({Stage.EXCUSED, Stage.EXEMPTED, Stage.REVOKED})


def counts_as(result: Result, finding: FindingRecord | None) -> tuple[Result, Doubt | None]:
    """What a result counts as, and why where that is 无法核查.

    Args:
        result: As the check settled it.
        finding: The finding it belongs to as it stands now, None where there is none.

    Returns:
        An accusing result stands only with a confirmed finding. Excused, exempted or revoked it
        is 豁免; dismissed or not yet verified it is 无法核查.
    """
    if result not in ACCUSES:
        return result, None
    if finding is None:
        return Result.UNVERIFIABLE, Doubt.NO_FINDING
    stage = Stage(finding.state)
    if stage in _EXEMPTED:
        return Result.EXEMPT, None
    if stage is Stage.DISMISSED:
        return Result.UNVERIFIABLE, Doubt.DISMISSED
    if confirmed(finding):
        return result, None
    return Result.UNVERIFIABLE, Doubt.TO_VERIFY


def confirmed(finding: FindingRecord) -> bool:
    """Whether a person confirmed it and nobody took it back; one under appeal still stands."""
    steps = [Step(Stage.TO_VERIFY, "record", finding.opened_at)]
    steps += [
        Step(Stage(one["stage"]), one["by"], finding.opened_at)
        for one in finding.details.get("life", ())
    ]
    if steps[-1].stage is not Stage(finding.state):
        steps.append(Step(Stage(finding.state), "record", finding.opened_at))
    return Life(tuple(steps)).counted
