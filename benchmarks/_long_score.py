"""What was told, held against what was true: false absences, staged absences found, their edges.

Worked out from the script alone, in the plainest way, so that a mistake in the product's rules
shows as a difference. Moments are seconds since local midnight. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks._long_watch import Told
from vision.evaluate_score import Rules, poisson_interval, score
from vision.evaluate_truth import WindowTruth
from vision.sources.rehearsal.actors import Stretch

ALERT_S: Final = 300.0
FINDING_S: Final = 900.0
HALF_DAY_S: Final = 1800.0
FINDING: Final = "finding"


@dataclass(frozen=True, slots=True)
class Case:
    """One window's session.

    Attributes:
        session: Its open hours.
        every_s: Seconds between samples.
        absent: When nobody was there, within the session; at any other time somebody was.
        told: Every alert and finding that was told.
        spans: ABSENT spans.
        hidden: What kept a clerk who was there from being seen, and when.
    """

    session: Stretch
    every_s: float
    absent: Sequence[Stretch]
    told: Sequence[Told]
    spans: Sequence[Stretch] = ()
    hidden: Sequence[tuple[str, Stretch]] = ()

    @property
    def slack_s(self) -> float:
        """Two samples."""
        return 2 * self.every_s

    @property
    def hours(self) -> float:
        """Window-hours."""
        return (self.session[1] - self.session[0]) / 3600

    @property
    def staffed_hours(self) -> float:
        """Window-hours with somebody there."""
        return self.hours - sum(end - start for start, end in self.absent) / 3600


@dataclass(frozen=True, slots=True)
class Wrong:
    """An alert or finding that is not true: what was true of it would not have carried it.

    Attributes:
        cause: What hid the clerk most of the time that somebody was there, or `unexplained`.
    """

    told: Told
    cause: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts that add up.

    Attributes:
        hours, staffed_hours: Window-hours, and those with somebody there.
        wrong: Alerts and findings that are not true.
        grown: Findings over a true absence that was up to two samples too short to be one.
        spans: ABSENT spans that began, or went on, while somebody was there: what no rule of
            duty has weighed yet, and nobody is told.
        staged: Absences long enough to have to be a finding (`finding`) or an alert at the
            least (`alert`); `found`: of them told, as such.
        kinds: Of the findings that were found, those of the kind that was staged.
        edges: Start and end of what was found, told minus true, in samples.
    """

    hours: float = 0.0
    staffed_hours: float = 0.0
    wrong: tuple[Wrong, ...] = ()
    grown: int = 0
    spans: int = 0
    staged: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    kinds: int = 0
    edges: tuple[Stretch, ...] = ()

    def __add__(self, other: Figures) -> Figures:
        names = self.__dataclass_fields__
        return Figures(*(getattr(self, name) + getattr(other, name) for name in names))

    def false(self, level: str) -> int:
        """How many of a level are not true."""
        return sum(one.told.level == level for one in self.wrong)

    def false_per_1000_h(self, level: str) -> tuple[float, float, float]:
        """Per 1,000 staffed window-hours, with the exact 95 % interval."""
        events = self.false(level)
        low, high = poisson_interval(events)
        scale = 1000 / self.staffed_hours if self.staffed_hours else 0.0
        return events * scale, low * scale, high * scale

    def within(self, samples: float = 2.0) -> tuple[int, int]:
        """How many starts and how many ends lie so near the truth."""
        starts = sum(abs(start) <= samples for start, _ in self.edges)
        return starts, sum(abs(end) <= samples for _, end in self.edges)


def total(cases: Iterable[Case]) -> Figures:
    """All of them together."""
    return sum(map(figures, cases), Figures())


def figures(case: Case) -> Figures:
    """One window's session, scored."""
    wrong = [one for one in case.told if not _is_carried(one, case)]
    staged, found, edges, kinds = Counter[str](), Counter[str](), [], 0
    for absent in case.absent:
        must = _must(absent, case)
        if not must:
            continue
        staged[must] += 1
        told = _answer(absent, must, case)
        if told is None:
            continue
        found[must] += 1
        edges.append(_off(told, absent, case.every_s))
        kinds += must == FINDING and told.kind in _kinds(absent, case)
    return Figures(
        case.hours,
        case.staffed_hours,
        tuple(Wrong(one, _cause(one, case)) for one in wrong),
        sum(_has_grown(one, case) for one in case.told),
        _false_spans(case),
        staged,
        found,
        kinds,
        tuple(edges),
    )


def _shared(told: Told, absent: Stretch) -> float:
    """Seconds of a true absence in what was told."""
    return max(0.0, min(told.until, absent[1]) - max(told.since, absent[0]))


def _true_of(told: Told, case: Case) -> Stretch | None:
    """The true absence that what was told is about."""
    longest = max(case.absent, key=lambda one: _shared(told, one), default=None)
    return longest if longest and _shared(told, longest) > 0 else None


def _is_carried(told: Told, case: Case) -> bool:
    """Whether the truth beneath, with two samples to spare, is long enough to be told as that."""
    true = _true_of(told, case)
    if true is None:
        return False
    least = _least(true, case) if told.level == FINDING else ALERT_S
    return _shared(told, true) + case.slack_s >= least


def _edge(absent: Stretch, case: Case) -> bool:
    return absent[0] <= case.session[0] or absent[1] >= case.session[1]


def _least(absent: Stretch, case: Case) -> float:
    """How long a true absence must last to be a finding."""
    return ALERT_S if _edge(absent, case) else FINDING_S


def _must(absent: Stretch, case: Case) -> str:
    """What it must be told as: with room for a sample lost at either end, otherwise nothing."""
    length = absent[1] - absent[0] - case.slack_s
    if length >= _least(absent, case):
        return FINDING
    return "alert" if length >= ALERT_S else ""


def _answer(absent: Stretch, must: str, case: Case) -> Told | None:
    """What was told of it: where it has to be a finding, a finding; the longest."""
    fitting = [
        one
        for one in case.told
        if _true_of(one, case) == absent
        and _is_carried(one, case)
        and (must != FINDING or one.level == FINDING)
    ]
    return max(fitting, key=lambda one: one.until - one.since, default=None)


def _off(told: Told, absent: Stretch, every_s: float) -> Stretch:
    return (told.since - absent[0]) / every_s, (told.until - absent[1]) / every_s


def _has_grown(told: Told, case: Case) -> bool:
    true = _true_of(told, case)
    if true is None or told.level != FINDING or not _is_carried(told, case):
        return False
    return true[1] - true[0] < _least(true, case)


def _kinds(absent: Stretch, case: Case) -> set[str]:
    """The kinds it may be told as; both where its length is near their border."""
    length, slack = absent[1] - absent[0], case.slack_s
    at_start, at_end = absent[0] <= case.session[0], absent[1] >= case.session[1]
    if at_start and at_end:
        return {"absent_session"}
    if not (at_start or at_end):
        return {"off_post"}
    kinds = {"absent_half_day"} if length >= HALF_DAY_S else set()
    return kinds | ({"late" if at_start else "early"} if length < HALF_DAY_S + slack else set())


def _cause(told: Told, case: Case) -> str:
    """What hid the clerk for most of the time that was told and is not true."""
    shares: dict[str, float] = {}
    for name, (start, end) in case.hidden:
        shares[name] = shares.get(name, 0.0) + max(
            0.0, min(end, told.until) - max(start, told.since)
        )
    name, seconds = max(shares.items(), key=lambda one: one[1], default=("", 0.0))
    true = sum(_shared(told, one) for one in case.absent)
    length = max(told.until - told.since - true, 1.0)
    return name if seconds >= length / 2 else "unexplained"


def _false_spans(case: Case) -> int:
    """As `onpost evaluate` counts them."""
    start, end = case.session
    present, here = [], start
    for one in case.absent:
        present.append((here, one[0]))
        here = one[1]
    present.append((here, end))
    truth = WindowTruth(tuple((a, b) for a, b in present if b > a), tuple(case.absent))
    return score(truth, (), case.spans, Rules(0.0, case.every_s, 0.0, end)).false_absences
