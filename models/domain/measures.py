"""Measures (处理措施): what rules suggest, what a named approver decides, what the ledger counts.

Source: domain.md §1.4 rows 44–49 and §1.6. A rule suggests and never executes. Counts with 其中
need not add up: one person may meet two measures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from models.domain.errors import ForbiddenMove, InputError
from models.domain.ranking import Ranking


class Measure(StrEnum):
    """Kinds of measures that the documents name."""

    CRITICISM = "criticism"
    TALK = "talk"
    ADMONITION = "admonition"
    LISTED = "listed"
    NO_MERIT = "no_merit"
    SUSPENSION = "suspension"
    CASE_FILED = "case_filed"
    REMOVAL = "removal"
    DISMISSAL = "dismissal"
    HONOUR = "honour"


MEASURE_NAMES: dict[Measure, str] = {
    Measure.CRITICISM: "通报批评",
    Measure.TALK: "约谈",
    Measure.ADMONITION: "诫勉谈话",
    Measure.LISTED: "挂牌整治",
    Measure.NO_MERIT: "取消评优资格",
    Measure.SUSPENSION: "停职检查",
    Measure.CASE_FILED: "立案",
    Measure.REMOVAL: "免职",
    Measure.DISMISSAL: "辞退",
    Measure.HONOUR: "表扬",
}


@dataclass(frozen=True, slots=True)
class RankRule:
    """Bottom (or top) `count` of a group in `periods` consecutive periods suggests a measure.

    Attributes:
        code: Name of the rule.
        count: How many from the end of each group.
        periods: In how many consecutive periods.
        measure: What is suggested.
        best: From the top instead (奖优).
        ties: Whether all that share the last place are meant.
        groups: Only these groups, all where empty.
    """

    code: str
    count: int
    periods: int
    measure: Measure
    best: bool = False
    ties: bool = True
    groups: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.count < 1 or self.periods < 1:
            raise InputError(
                "名次数与期数须至少为 1。",
                "count and periods are at least 1.",
                where=f"rank_rules.{self.code}",
            )

    def hit_by(self, ranking: Ranking) -> set[str]:
        """Subjects that one period's ranking puts there."""
        ends = ranking.top(self.count) if self.best else ranking.bottom(self.count, ties=self.ties)
        return {one.subject for one in ends if not self.groups or one.group in self.groups}


class Status(StrEnum):
    """待批, 同意, 不同意."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested measure.

    Attributes:
        key: Unique: rule, subject, period.
        why: In a sentence, Chinese.
        tied: Whether a shared place is among the reasons: the approver is told.
        status: 待批 until a named approver decides.
    """

    key: str
    rule: str
    subject: str
    period: str
    measure: Measure
    why: str
    tied: bool = False
    status: Status = Status.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    def decide(self, *, agree: bool, by: str, reason: str, now: datetime) -> Suggestion:
        """What an approver makes of it.

        Raises:
            ForbiddenMove: it was decided already.
            InputError: nobody is named, or a refusal has no reason.
        """
        if self.status is not Status.WAITING:
            raise ForbiddenMove("该建议已审批,不能重复。", "this suggestion was decided already.")
        if not by.strip():
            raise InputError("须写明审批人。", "the approver is missing.", where="by")
        if not agree and not reason.strip():
            raise InputError("不同意须写明理由。", "a refusal needs a reason.", where="reason")
        status = Status.APPROVED if agree else Status.REFUSED
        return replace(self, status=status, decided_by=by, decided_at=now, reason=reason.strip())


def suggestions(rule: RankRule, rankings: Sequence[Ranking]) -> list[Suggestion]:
    """What a rule suggests after the newest of `rankings`.

    Args:
        rule: The rule.
        rankings: Consecutive periods of one kind, oldest first; a subject that was not ranked in
            one of the last `rule.periods` (样本不足) is not meant.
    """
    last = rankings[-rule.periods :]
    if len(last) < rule.periods:
        return []
    meant = set.intersection(*(rule.hit_by(one) for one in last))
    newest = last[-1]
    found = []
    for subject in sorted(meant):
        places = [place for one in last if (place := one.of(subject)) is not None]
        found.append(
            Suggestion(
                f"{rule.code}:{subject}:{newest.period}",
                rule.code,
                subject,
                newest.period,
                rule.measure,
                _why(rule, subject, last),
                tied=any(place.tied for place in places),
            )
        )
    return found


def _why(rule: RankRule, subject: str, last: Sequence[Ranking]) -> str:
    end = "前" if rule.best else "后"
    times = f"连续{rule.periods}次" if rule.periods > 1 else ""
    said = []
    for ranking in last:
        place = ranking.of(subject)
        if place is None:
            continue
        number = place.rank if rule.best else place.from_bottom
        tied = ",并列" if place.tied else ""
        said.append(f"{ranking.period}{'第' if rule.best else '倒数第'}{number}{tied}")
    return f"{times}排名{end}{rule.count}名({';'.join(said)})"


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure that was taken (问责台账): facts entered by a person.

    Attributes:
        case: Number of the affair; several measures may belong to one.
        subject: Unit, or a person's post; names stand where the rules of naming put them.
    """

    case: str
    subject: str
    measure: Measure
    at: datetime
    by: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """How many affairs in a period, 其中 how many with each measure: these need not add up."""

    affairs: int
    among: dict[Measure, int]

    def __str__(self) -> str:
        parts = "、".join(f"{MEASURE_NAMES[kind]}{count}" for kind, count in self.among.items())
        return f"共{self.affairs}" + (f",其中{parts}" if parts else "")


def ledger_counts(taken: Iterable[Taken], start: datetime, end: datetime) -> LedgerCounts:
    """Count what was taken in [start, end)."""
    rows = [one for one in taken if start <= one.at < end]
    pairs = {(one.case, one.measure) for one in rows}
    counts = Counter(measure for _, measure in pairs)
    among = {measure: counts[measure] for measure in Measure if counts[measure]}
    return LedgerCounts(len({one.case for one in rows}), among)
