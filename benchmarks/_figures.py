"""The arithmetic of the hall's benchmark: percentiles, shares of the work, bisection, tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

PARTS = ("decode", "gate", "detect", "decide", "store", "other")
"""Receiving and decoding; health and gate; network and boxes; presence, spans and judging;
JPEG, shelf, record and evidence; whatever none of them is."""

DAY_S = 8 * 3600.0
"""A camera-day: as long as a hall is open."""


@dataclass(frozen=True)
class Run:
    """What one watch under load did while it was measured.

    Attributes:
        cpu_s: Processor seconds by part.
        due, missed: Samples.
        frames, windows, looked: Pictures examined, window decisions, those that were looked at.
        decision_s: From a picture's arrival until its windows were decided, each picture.
        queue_s: From the moment it was read and decoded on.
        rss_mb, base_mb: Memory at the end, and with everything loaded but no camera connected.
        stored: Bytes by which database and evidence grew.
    """

    name: str
    cameras: int
    period_s: float
    seconds: float
    cpu_s: Mapping[str, float]
    due: int
    missed: int
    frames: int
    windows: int
    looked: int
    decision_s: Sequence[float] = field(default_factory=tuple)
    queue_s: Sequence[float] = field(default_factory=tuple)
    rss_mb: float = 0.0
    base_mb: float = 0.0
    stored: int = 0
    simulator_s: float = 0.0

    @property
    def total_s(self) -> float:
        """All processor seconds of the process."""
        return sum(self.cpu_s.values())

    @property
    def a_sample_ms(self) -> float:
        """Processor milliseconds a camera-sample."""
        return 1000 * divided(self.total_s, self.frames)

    @property
    def a_decision_ms(self) -> float:
        """Processor milliseconds a window decision."""
        return 1000 * divided(self.total_s, self.windows)

    @property
    def beside(self) -> float:
        """The whole against decoding and detecting alone."""
        return divided(self.total_s, self.cpu_s["decode"] + self.cpu_s["detect"])

    @property
    def held(self) -> bool:
        """Whether every sample that was due was examined."""
        return self.missed == 0 and self.due > 0


def divided(one: float, by: float) -> float:
    """A quotient; 0 where there is nothing to divide by."""
    return one / by if by else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = max(1, -(-round(share * len(ordered) * 1e6) // 1_000_000))
    return ordered[min(rank, len(ordered)) - 1]


def split(parts: Mapping[str, float], total: float) -> dict[str, float]:
    """Every part, and as `other` what is left of the total."""
    known = {name: parts.get(name, 0.0) for name in PARTS if name != "other"}
    return {**known, "other": max(0.0, total - sum(known.values()))}


def bisected(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The largest number from `low` to `high` that holds, where all below it do; 0 for none."""
    if not holds(low):
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table, numbers to the right."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


SPLIT_HEADS = (
    "CPU ms a camera-sample",
    *PARTS,
    "all",
    "a window decision",
    "all ÷ (decode+detect)",
)


def split_row(run: Run) -> list[str]:
    """One run's processor time."""
    each = [1000 * divided(run.cpu_s[part], run.frames) for part in PARTS]
    figures = [*each, run.a_sample_ms, run.a_decision_ms]
    return [run.name, *(f"{one:.1f}" for one in figures), f"{run.beside:.2f}"]


HELD_HEADS = (
    "samples", "due", "missed", "looked at", "frame → decision p50", "p95", "read → decision p95",
    "CPU of a core", "RSS", "RSS a camera", "stored a camera-day", "simulator, of a core",
)  # fmt: skip


def held_row(run: Run) -> list[str]:
    """One run's samples, times, memory and disk."""
    day = divided(run.stored, run.seconds * run.cameras) * DAY_S
    return [
        run.name,
        str(run.due),
        str(run.missed),
        f"{100 * divided(run.looked, run.windows):.0f} %",
        f"{percentile(run.decision_s, 0.5):.2f} s",
        f"{percentile(run.decision_s, 0.95):.2f} s",
        f"{percentile(run.queue_s, 0.95):.2f} s",
        f"{100 * divided(run.total_s, run.seconds):.0f} %",
        f"{run.rss_mb:.0f} MB",
        f"{divided(run.rss_mb - run.base_mb, run.cameras):.2f} MB",
        f"{day / 1000:.0f} kB",
        f"{100 * divided(run.simulator_s, run.seconds):.0f} %",
    ]
