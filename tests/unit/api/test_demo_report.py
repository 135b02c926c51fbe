"""The demo's verdict: truth against register, and the exit status that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from api.demo_report import Kept, Outcome, Samples, cut_samples, outcome, report_lines, staged_lines
from models.domain.records import FindingRecord
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.crew import moment_of
from vision.sources.rehearsal.day import STARTS, Day, What, written
from vision.sources.rehearsal.recall import Count
from vision.sources.rehearsal.truth import Expected, expected

UNTIL = STARTS + 64 * 60.0


@pytest.fixture(scope="module")
def day() -> Day:
    return written(built(2026), UNTIL)


def row(
    day: Day,
    window: str,
    kind: str,
    times: tuple[float, float],
    details: Mapping[str, Any] | None = None,
) -> FindingRecord:
    since, until = times
    return FindingRecord(
        key=f"{window}@{since}",
        window_id=window,
        hall_id=day.city.windows[window].hall_id,
        kind=kind,
        state="clue",
        opened_at=moment_of(until),
        started_at=moment_of(since),
        until_at_least=moment_of(until),
        proven_s=until - since,
        details=details or {},
    )


def as_staged(day: Day) -> list[FindingRecord]:
    """What a register would hold that saw everything, up to a minute late."""
    return [
        row(day, one.window_id, one.kind, (one.since + 50, one.until - 40))
        for one in expected(day, UNTIL)
    ]


def judged(day: Day, rows: list[FindingRecord]) -> Outcome:
    return outcome(day, UNTIL, Kept(rows, alerts=9), Samples(5000, 0))


def text(result: Outcome, day: Day) -> str:
    return "\n".join(report_lines(result, day))


def test_a_register_that_holds_the_truth_ends_with_0(day: Day) -> None:
    result = judged(day, as_staged(day))
    assert result.status == 0
    assert len(result.comparison.right) == 8
    shown = text(result, day)
    assert "漏登 / missed: 0" in shown
    assert "误登 / false: 0" in shown
    assert "一致 / as staged" in shown
    assert "samples missed: 0" in shown


def test_a_missed_finding_ends_with_1_and_is_named(day: Day) -> None:
    rows = as_staged(day)
    lost = rows.pop()
    result = judged(day, rows)
    assert result.status == 1
    assert [one.window_id for one in result.comparison.missed] == [lost.window_id]
    assert f"[{lost.window_id}]" in text(result, day).partition("missed: 1")[2]


def test_a_false_finding_ends_with_1_and_is_named(day: Day) -> None:
    innocent = next(w for w in day.city.windows if w not in {s.window_id for s in day.staged})
    rows = [*as_staged(day), row(day, innocent, "off_post", (31800, 32800))]
    result = judged(day, rows)
    assert result.status == 1
    assert [one.window_id for one in result.comparison.false] == [innocent]
    assert f"[{innocent}]" in text(result, day).partition("false: 1")[2]


def test_a_finding_behind_a_blind_camera_is_false(day: Day) -> None:
    blind = next(one for one in day.staged if one.what is What.FROZEN)
    start, end = blind.away[0]
    result = judged(day, [*as_staged(day), row(day, blind.window_id, "off_post", (start, end))])
    assert [one.window_id for one in result.comparison.false] == [blind.window_id]


@pytest.mark.parametrize("change", ["kind", "since", "until"])
def test_the_right_window_with_another_kind_or_time_is_both_missed_and_false(
    day: Day, change: str
) -> None:
    one: Expected = expected(day, UNTIL)[0]
    shifted = {
        "kind": row(day, one.window_id, "off_post", (one.since, one.until)),
        "since": row(day, one.window_id, one.kind, (one.since + 400, one.until)),
        "until": row(day, one.window_id, one.kind, (one.since, one.until + 400)),
    }
    others = [kept for kept in as_staged(day) if kept.window_id != one.window_id]
    result = judged(day, [*others, shifted[change]])
    assert (len(result.comparison.missed), len(result.comparison.false)) == (1, 1)
    assert result.status == 1


def test_two_findings_for_one_absence_are_one_too_many(day: Day) -> None:
    rows = as_staged(day)
    result = judged(day, [*rows, rows[0]])
    assert len(result.comparison.false) == 1


def test_a_finding_that_was_withdrawn_ends_with_1(day: Day) -> None:
    innocent = next(w for w in day.city.windows if w not in {s.window_id for s in day.staged})
    taken_back = row(day, innocent, "late", (30600, 30960), {"withdrawn": True})
    result = judged(day, [*as_staged(day), taken_back])
    assert result.comparison.agrees
    assert result.status == 1
    assert "then withdrawn: 1" in text(result, day)


def test_samples_come_from_the_watchs_word() -> None:
    assert Samples.of({"samples_due": 900, "samples_missed": 3}) == Samples(900, 3)
    assert Samples.of(None) == Samples(0, 0)


def test_samples_behind_a_cut_camera_are_told_apart(day: Day) -> None:
    cuts = [one.fault for one in day.staged if one.what is What.CUT and one.fault]
    minutes = sum(end - start for start, end in cuts) / 60
    assert cut_samples(day, UNTIL) == minutes + 2 * len(cuts)
    assert cut_samples(day, STARTS + 60) == 0
    shown = text(outcome(day, UNTIL, Kept(as_staged(day)), Samples(5000, 40)), day)
    assert f"missed otherwise: {40 - cut_samples(day, UNTIL)}" in shown


def test_recall_is_printed_as_measured(day: Day) -> None:
    count = Count()
    count.verdicts.update({("upright", True): 190, ("upright", False): 1, ("hidden", False): 9})
    count.verdicts.update({("empty", False): 40})
    result = outcome(day, UNTIL, Kept(as_staged(day)), Samples(1, 0), count)
    shown = text(result, day)
    assert "190/200 = 95.00%" in shown
    assert "40/40 = 100.00%" in shown
    assert count.recall() == pytest.approx(0.95)


def test_everything_staged_is_told_with_hall_window_and_time(day: Day) -> None:
    lines = list(staged_lines(day))
    assert lines[0].endswith(str(len(day.staged)))
    assert len(lines) == len(day.staged) + 1
    for one in day.staged:
        assert any(f"[{one.window_id}]" in line for line in lines)
