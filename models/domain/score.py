"""Scores (计分): points off a hundred by versioned rules, per window, unit or person.

Source: domain.md §2.4. A unit's points are normalised per hundred effective checks, so that a large
one is not punished for its size. A person is scored only for what was confirmed and attributed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from models.domain.check_counts import ENOUGH
from models.domain.errors import InputError

FULL: Final = Decimal(100)
_STEP: Final = Decimal("0.1")


class Target(StrEnum):
    """What a rule scores: 窗口, 单位, 人员."""

    WINDOW = "window"
    UNIT = "unit"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Points for one kind of event.

    Attributes:
        code: Kind of event it holds for, e.g. `off_post`, `case_red`, `B-PHONE`.
        target: What it scores.
        points: Taken off (positive) or given (negative) for each event.
        valid_from: First day it holds; old months keep the rules of their time.
        cap: Most that all events of the code together may take off; None for no limit.
        name: What a report calls it.
    """

    code: str
    target: Target
    points: Decimal
    valid_from: date = date.min
    cap: Decimal | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if not self.code or (self.cap is not None and self.cap < 0):
            raise InputError(
                "计分规则须有代码,封顶分不能为负。",
                "a score rule has a code and a cap that is not negative.",
                where=f"score_rules.{self.code}",
            )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is scored.

    Attributes:
        code: What it was.
        on: The day.
        window_id: The window, empty where there is none (a case).
        unit_id: The unit.
        person: The person, only where a person confirmed it and the roster names one.
        ref: Number of the finding or case it rests on.
    """

    code: str
    on: date
    unit_id: str
    window_id: str = ""
    person: str = ""
    ref: str = ""

    def of(self, target: Target) -> str:
        """Whom it falls to, empty for nobody."""
        named = {Target.WINDOW: self.window_id, Target.UNIT: self.unit_id}
        return named.get(target, self.person)


@dataclass(frozen=True, slots=True)
class Line:
    """What one code came to."""

    code: str
    events: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """A score and how it came about.

    Attributes:
        subject: Window, unit or person.
        lines: Points by code, before normalising.
        effective: Effective checks it is held against; None where it is not normalised.
    """

    subject: str
    lines: tuple[Line, ...]
    effective: int | None = None

    @property
    def points(self) -> Decimal:
        """Taken off, before normalising (扣分)."""
        return sum((line.points for line in self.lines), Decimal(0))

    @property
    def enough(self) -> bool:
        """Whether the sample is large enough to be ranked (否则样本不足)."""
        return self.effective is None or self.effective >= ENOUGH

    @property
    def value(self) -> Decimal | None:
        """The score out of a hundred, at least 0; None where nothing was effectively checked."""
        points = self.points
        if self.effective is not None:
            if self.effective == 0:
                return None
            points = points * 100 / self.effective
        return max(Decimal(0), FULL - points).quantize(_STEP, ROUND_HALF_UP)


class ScoreSheet:
    """Rules of all times; the newest that is valid on an event's day holds."""

    def __init__(self, rules: Iterable[ScoreRule]) -> None:
        self._rules = tuple(rules)

    def rule(self, code: str, target: Target, on: date) -> ScoreRule | None:
        """The rule of a code on a day."""
        fitting = [
            rule
            for rule in self._rules
            if (rule.code, rule.target) == (code, target) and rule.valid_from <= on
        ]
        return max(fitting, key=lambda rule: rule.valid_from, default=None)

    def score(
        self,
        events: Iterable[Event],
        target: Target,
        effective: Mapping[str, int] | None = None,
    ) -> dict[str, Score]:
        """Scores by subject.

        Args:
            events: What happened in the period.
            target: What is scored.
            effective: Effective checks by subject; every one in it gets a score, without an event
                too, and is normalised. None leaves scores as they are.
        """
        points: dict[str, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
        caps: dict[str, Decimal | None] = {}
        for event in events:
            rule = self.rule(event.code, target, event.on)
            subject = event.of(target)
            if rule is None or not subject:
                continue
            points[subject][event.code].append(rule.points)
            caps[event.code] = rule.cap
        subjects = dict.fromkeys([*(effective or {}), *points])
        return {
            subject: Score(
                subject,
                tuple(
                    _line(code, given, caps[code])
                    for code, given in sorted(points[subject].items())
                ),
                None if effective is None else effective.get(subject, 0),
            )
            for subject in subjects
        }


def _line(code: str, given: list[Decimal], cap: Decimal | None) -> Line:
    total = sum(given, Decimal(0))
    return Line(code, len(given), total if cap is None else min(total, cap))


DEFAULT_RULES: Final = (
    ScoreRule("late", Target.UNIT, Decimal(1), name="迟到"),
    ScoreRule("early", Target.UNIT, Decimal(1), name="早退"),
    ScoreRule("off_post", Target.UNIT, Decimal(3), name="脱岗"),
    ScoreRule("cover_off_post", Target.UNIT, Decimal(3), name="脱岗(顶岗人)"),
    ScoreRule("absent_half_day", Target.UNIT, Decimal(5), name="缺岗(半天)"),
    ScoreRule("absent_session", Target.UNIT, Decimal(5), name="缺岗(全场)"),
    ScoreRule("unmanned", Target.UNIT, Decimal(3), name="空岗"),
    ScoreRule("behaviour", Target.UNIT, Decimal(1), name="服务不规范"),
    ScoreRule("case_red", Target.UNIT, Decimal(2), name="红牌"),
    ScoreRule("rectification_overdue", Target.UNIT, Decimal(2), name="整改逾期"),
    ScoreRule("late", Target.PERSON, Decimal(1), name="迟到"),
    ScoreRule("early", Target.PERSON, Decimal(1), name="早退"),
    ScoreRule("off_post", Target.PERSON, Decimal(3), name="脱岗"),
    ScoreRule("cover_off_post", Target.PERSON, Decimal(3), name="脱岗(顶岗人)"),
    ScoreRule("absent_half_day", Target.PERSON, Decimal(5), name="缺岗(半天)"),
    ScoreRule("absent_session", Target.PERSON, Decimal(5), name="缺岗(全场)"),
)
"""What is assumed where nothing is set; from the sheets found (domain.md §2.4)."""
