"""What a rehearsal showed: the register held against the script's truth, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from api.demo_city import PERIOD_S
from models.domain.finding import KIND_NAMES, Kind
from models.domain.ports import MakeUnitOfWork
from models.domain.records import FindingRecord
from vision.sources.rehearsal.crew import moment_of, second_of
from vision.sources.rehearsal.day import FAULTS, WORDS, Day, What
from vision.sources.rehearsal.recall import Count
from vision.sources.rehearsal.truth import Comparison, Expected, Registered, compare, expected

RECONNECT_S: Final = 120.0
"""A cut camera is tried again at growing intervals of up to a minute."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What the watch counted; `due` is 0 where it left no word."""

    due: int
    missed: int

    @classmethod
    def of(cls, word: Mapping[str, Any] | None) -> Samples:
        """From the word that the watch left on the shelf."""
        known = word or {}
        return cls(int(known.get("samples_due", 0)), int(known.get("samples_missed", 0)))


@dataclass(frozen=True, slots=True)
class Kept:
    """What the record holds after a rehearsal: findings, oldest first, and how many alerts."""

    findings: Sequence[FindingRecord] = ()
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a rehearsal.

    Attributes:
        comparison: Truth against register.
        withdrawn: Findings that were registered and taken back.
        alerts: Alerts raised, over or not.
        samples: Due and missed.
        cut: Samples that no program could have taken, their camera being cut by the script.
        recall: What the detector finds in one sample; None where it was not measured.
    """

    comparison: Comparison
    withdrawn: tuple[Registered, ...]
    alerts: int
    samples: Samples
    cut: int = 0
    recall: Count | None = None

    @property
    def status(self) -> int:
        """The command's exit status: 0 where the findings are the truth, otherwise 1."""
        return 0 if self.comparison.agrees and not self.withdrawn else 1


def kept_in(make_uow: MakeUnitOfWork) -> Kept:
    """Everything that a record holds."""
    rows: list[FindingRecord] = []
    with make_uow(read_only=True) as uow:
        while page := uow.findings.list(after_id=rows[-1].id if rows else 0, limit=500):
            rows += page
        alerts = len(uow.alerts.recent(10_000))
    return Kept(rows, alerts)


def outcome(
    day: Day,
    until: float,
    kept: Kept,
    samples: Samples,
    recall: Count | None = None,
) -> Outcome:
    """Hold the record against the script.

    Args:
        day: The script.
        until: Up to when, seconds since local midnight.
        kept: Everything registered.
        samples: What the watch counted.
        recall: What the detector finds in one sample.
    """
    standing = [_registered(row) for row in kept.findings if not row.details.get("withdrawn")]
    taken_back = [_registered(row) for row in kept.findings if row.details.get("withdrawn")]
    comparison = compare(expected(day, until), standing)
    return Outcome(
        comparison, tuple(taken_back), kept.alerts, samples, cut_samples(day, until), recall
    )


def cut_samples(day: Day, until: float) -> int:
    """Samples due while the script cuts their camera, the reconnecting included."""
    lost = 0.0
    for one in day.staged:
        if one.what is What.CUT and one.fault and one.fault[0] < until:
            lost += min(one.fault[1] + RECONNECT_S, until) - one.fault[0]
    return ceil(lost / PERIOD_S)


def _registered(row: FindingRecord) -> Registered:
    return Registered(
        row.window_id, row.kind, second_of(row.started_at), second_of(row.until_at_least)
    )


def staged_lines(day: Day) -> Iterator[str]:
    """What was staged, a line each."""
    yield f"已安排 / staged: {len(day.staged)}"
    for one in day.staged:
        zh, en = WORDS[one.what]
        window = day.city.windows[one.window_id]
        hall = next(hall.name for hall in day.city.halls if hall.id == window.hall_id)
        times = "、".join(f"{_clock(first)}–{_clock(last)}" for first, last in one.away)
        if one.what in FAULTS and one.fault:
            times += f"(摄像头 {one.camera_id} {_clock(one.fault[0])}–{_clock(one.fault[1])})"
        if one.what is What.COVERED_LEAVE and one.leave:
            times = f"{_clock(one.leave[1])}–{_clock(one.leave[2])}"
        yield f"  {zh} / {en}: {hall} {window.name} [{one.window_id}] {times}"


def report_lines(result: Outcome, day: Day) -> Iterator[str]:
    """The report, a line each."""
    seen = result.comparison
    yield f"应登记并已登记 / expected and registered: {len(seen.right)}"
    for one in seen.right:
        yield f"  {_line(one, day)}"
    yield f"漏登 / missed: {len(seen.missed)}"
    for one in seen.missed:
        yield f"  {_line(one, day)}"
    yield f"误登 / false: {len(seen.false)}"
    for other in seen.false:
        yield f"  {_line(other, day)}"
    yield f"登记后撤回 / registered, then withdrawn: {len(result.withdrawn)}"
    for other in result.withdrawn:
        yield f"  {_line(other, day)}"
    yield f"提醒 / alerts raised: {result.alerts}"
    yield f"应取样本 / samples due: {result.samples.due}"
    yield f"漏取样本 / samples missed: {result.samples.missed}"
    yield f"  其中断线摄像头至多 / of these behind cut cameras at most: {result.cut}"
    yield f"  其余漏取 / missed otherwise: {max(0, result.samples.missed - result.cut)}"
    if result.recall is not None:
        yield from _recall_lines(result.recall)
    verdict = ("一致", "as staged") if result.status == 0 else ("不一致", "NOT as staged")
    yield f"结论 / result: {verdict[0]} / {verdict[1]}"


def _recall_lines(count: Count) -> Iterator[str]:
    present = count.share(True, "upright", "hidden")
    yield f"单样本检出率 / one-sample recall of people present: {present}"
    yield f"  正常坐姿 / upright: {count.share(True, 'upright')}"
    yield f"  弯腰或被挡 / bent down or hidden: {count.share(True, 'hidden')}"
    yield f"空窗口判为空 / empty windows called empty: {count.share(False, 'empty')}"


def _line(one: Expected | Registered, day: Day) -> str:
    window = day.city.windows.get(one.window_id)
    hall = next((h.name for h in day.city.halls if window and h.id == window.hall_id), "?")
    name = KIND_NAMES.get(Kind(one.kind), one.kind)
    place = f"{hall} {window.name if window else ''} [{one.window_id}]"
    minutes = (one.until - one.since) / 60
    times = f"{_clock(one.since)}–{_clock(one.until)}"
    return f"{name} / {one.kind}: {place} {times}({minutes:.0f} min)"


def _clock(second: float) -> str:
    return f"{moment_of(second):%H:%M:%S}"
