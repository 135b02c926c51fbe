"""What a run over known clips is worth: recalls, false and missed absences, delays.

Pure arithmetic. A sample is scored where the truth says something of its moment; an absence is
scored by its span, as findings are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from vision.evaluate_truth import Stretch, WindowTruth

ALLOWED_LOSS: Final = 0.5
"""Points of recall that a cheaper way of looking may lose."""
_TAIL: Final = 0.025


@dataclass(frozen=True, slots=True)
class Verdict:
    """One window in one sample: was somebody seen (None: it could not be told), and what the
    filter said right after it (True staffed, False empty, None unknown)."""

    second: float
    seen: bool | None
    state: bool | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that add up over windows and clips.

    Attributes:
        present, found: Samples with somebody there; of them found.
        empty, clear: Samples with nobody there; of them called empty.
        blind: Samples of which nothing could be told.
        staffed_s, empty_s: Seconds of known presence and of known emptiness.
        false_absences: Absences that began, or went on, while somebody was there.
        absences, missed: Absences long enough to be noticed; of them not noticed.
        short: Absences too short to be noticed by any setting of this sampling.
        delays_s: From leaving until the window was called empty.
    """

    present: int = 0
    found: int = 0
    empty: int = 0
    clear: int = 0
    blind: int = 0
    staffed_s: float = 0.0
    empty_s: float = 0.0
    false_absences: int = 0
    absences: int = 0
    missed: int = 0
    short: int = 0
    delays_s: tuple[float, ...] = field(default=())

    def __add__(self, other: Tally) -> Tally:
        names = self.__dataclass_fields__
        return Tally(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def recall_present(self) -> float | None:
        """Share of samples with somebody there that say so."""
        return self.found / self.present if self.present else None

    @property
    def recall_empty(self) -> float | None:
        """Share of samples with nobody there that say so."""
        return self.clear / self.empty if self.empty else None

    @property
    def false_per_1000_h(self) -> tuple[float, float, float] | None:
        """False absences per 1,000 hours of a staffed window, with a 95 % interval."""
        if self.staffed_s <= 0:
            return None
        scale = 1000 / (self.staffed_s / 3600)
        low, high = poisson_interval(self.false_absences)
        return self.false_absences * scale, low * scale, high * scale

    @property
    def delay_s(self) -> tuple[float, float] | None:
        """Median and longest delay."""
        return (median(self.delays_s), max(self.delays_s)) if self.delays_s else None


def poisson_interval(events: int) -> tuple[float, float]:
    """Exact 95 % interval of a count's expectation (Garwood 1936); its lower end is 0 for none."""
    high = _solve(lambda mean: _at_most(events, mean) - _TAIL, events)
    if events == 0:
        return 0.0, high
    return _solve(lambda mean: 1 - _TAIL - _at_most(events - 1, mean), events, falls=True), high


def _at_most(events: int, mean: float) -> float:
    """Chance of at most so many events."""
    logs = (k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(events + 1))
    return math.fsum(map(math.exp, logs))


def _solve(above: Callable[[float], float], events: int, *, falls: bool = False) -> float:
    """Where a monotone function of the mean crosses zero."""
    low, high = 1e-12, 10.0 + 3 * events
    for _ in range(100):
        middle = (low + high) / 2
        if (above(middle) > 0) is not falls:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Rules:
    """How a window's run is scored.

    Attributes:
        tolerance_s: Moments so near a change are not scored.
        every_s: Seconds between samples.
        noticeable_s: An absence takes so long to be noticed at the sooner.
        length_s: The clip's length; truth beyond it is left out.
    """

    tolerance_s: float
    every_s: float
    noticeable_s: float
    length_s: float


def score(
    truth: WindowTruth, verdicts: Sequence[Verdict], absences: Iterable[Stretch], rules: Rules
) -> Tally:
    """One window of one clip.

    Args:
        truth: What was so.
        verdicts: What was said, sample by sample.
        absences: Absences as their spans have them, seconds from the clip's start.
        rules: How to score.
    """
    said = [(truth.staffed(one.second, rules.tolerance_s), one.seen) for one in verdicts]
    spans = list(absences)
    noticed = [_noticed(one, truth, verdicts, spans, rules) for one in _cut(truth.absent, rules)]
    long = [one for one in noticed if one is not None]
    return Tally(
        present=sum(was is True and seen is not None for was, seen in said),
        found=sum(was is True and seen is True for was, seen in said),
        empty=sum(was is False and seen is not None for was, seen in said),
        clear=sum(was is False and seen is False for was, seen in said),
        blind=sum(was is not None and seen is None for was, seen in said),
        staffed_s=sum(end - start for start, end in _cut(truth.present, rules)),
        empty_s=sum(end - start for start, end in _cut(truth.absent, rules)),
        false_absences=sum(
            _wrongs(stretch, spans, rules) for stretch in _cut(truth.present, rules)
        ),
        absences=len(long),
        missed=sum(not was for was, _ in long),
        short=len(noticed) - len(long),
        delays_s=tuple(late for _, late in long if late is not None),
    )


def _cut(stretches: Iterable[Stretch], rules: Rules) -> list[Stretch]:
    cut = ((start, min(end, rules.length_s)) for start, end in stretches)
    return [(start, end) for start, end in cut if end >= start]


def _wrongs(present: Stretch, absences: Iterable[Stretch], rules: Rules) -> int:
    """Absences that begin while somebody is there, or go on after somebody came.

    One that began truly may go on for two samples: the first shows who came, one may be lost.
    """
    start, end = present[0] + rules.tolerance_s, present[1] - rules.tolerance_s
    grace = 2 * rules.every_s
    return sum(
        start < one[0] < end or (one[0] <= start and min(one[1], end) - start > grace)
        for one in absences
    )


def _noticed(
    absent: Stretch,
    truth: WindowTruth,
    verdicts: Sequence[Verdict],
    spans: Iterable[Stretch],
    rules: Rules,
) -> tuple[bool, float | None] | None:
    """Whether an absence was noticed and how late; None for one too short to be noticed."""
    start, end = absent
    # The first sample may come a period after the leaving, and both ends are uncertain.
    if end - start < rules.noticeable_s + rules.every_s + 2 * rules.tolerance_s:
        return None
    found = any(low < end and high > start for low, high in spans)
    told = next(
        (one.second for one in verdicts if start <= one.second and one.state is False), None
    )
    after_somebody = any(math.isclose(one[1], start, abs_tol=1e-6) for one in truth.present)
    late = told - start if told is not None and found and after_somebody else None
    return found, late


def loss(before: float | None, after: float | None) -> float:
    """Points of a recall that were lost; 0 where there is nothing to compare."""
    return 0.0 if before is None or after is None else 100 * (before - after)


def loses_too_much(first: Tally, other: Tally) -> bool:
    """Whether a configuration loses more of either recall than it may."""
    lost = (
        loss(first.recall_present, other.recall_present),
        loss(first.recall_empty, other.recall_empty),
    )
    return max(lost) > ALLOWED_LOSS + 1e-9
