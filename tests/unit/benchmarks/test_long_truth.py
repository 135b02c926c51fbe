"""The long run's own measuring: it must be able to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import _long_month as month
from benchmarks._long_misses import Misses, Process, measured, runs_of_misses
from benchmarks._long_pixels import jobs
from benchmarks._long_report import cases, told_of
from benchmarks._long_score import Case, figures, total
from benchmarks._long_script import CALM_S, Script, written
from benchmarks._long_watch import Told
from benchmarks.long_truth import Lines
from models.domain.presence import Look
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import built

SESSION = (30600.0, 43200.0)
NINE = 9 * 3600.0


def told(since: float, until: float, *, level: str = "finding", kind: str = "off_post") -> Told:
    return Told(kind, level, since, until)


def case(*said: Told, absent: tuple[tuple[float, float], ...] = (), **more: object) -> Case:
    return Case(SESSION, 60, absent, said, **more)  # type: ignore[arg-type]


def test_a_finding_about_somebody_who_was_there_is_false() -> None:
    found = figures(case(told(NINE, NINE + 1000)))
    assert (found.false("finding"), found.false("alert")) == (1, 0)
    rate, low, high = found.false_per_1000_h("finding")
    assert rate == pytest.approx(1000 / 3.5)
    assert low < rate < high


def test_a_false_finding_is_not_forgotten_when_hours_are_added_up() -> None:
    found = total([case(), case(told(NINE, NINE + 1000)), case()])
    assert (found.false("finding"), found.hours, found.staffed_hours) == (1, 10.5, 10.5)


def test_none_false_still_has_an_upper_end() -> None:
    rate, low, high = total([case()] * 1143).false_per_1000_h("finding")
    assert (rate, low) == (0.0, 0.0)
    assert high == pytest.approx(3.689 / 4.0005, abs=0.001)


def test_a_finding_is_false_where_the_truth_beneath_would_not_have_carried_it() -> None:
    absent = ((NINE, NINE + 600),)
    long = told(NINE, NINE + 1500)
    (wrong,) = figures(case(long, absent=absent)).wrong
    assert wrong.told == long
    assert figures(case(told(NINE, NINE + 900), absent=((NINE, NINE + 780),))).wrong == ()
    (short,) = figures(case(told(NINE, NINE + 900), absent=((NINE, NINE + 779),))).wrong
    assert short.told.until == NINE + 900


def test_a_true_absence_that_goes_on_too_long_is_an_edge_beyond_two_samples() -> None:
    found = figures(case(told(NINE + 30, NINE + 1200 + 121), absent=((NINE, NINE + 1200),)))
    assert (found.wrong, found.found["finding"]) == ((), 1)
    assert found.within() == (1, 0)


def test_a_staged_absence_that_nobody_was_told_of_is_not_found() -> None:
    found = figures(case(absent=((NINE, NINE + 1200),)))
    assert (found.staged["finding"], found.found["finding"], found.edges) == (1, 0, ())


def test_an_alert_does_not_answer_for_a_finding() -> None:
    said = told(NINE, NINE + 600, level="alert", kind="away")
    found = figures(case(said, absent=((NINE, NINE + 1200),)))
    assert (found.staged["finding"], found.found["finding"], found.wrong) == (1, 0, ())


def test_edges_are_told_minus_true_in_samples() -> None:
    found = figures(case(told(NINE + 60, NINE + 1050), absent=((NINE, NINE + 1200),)))
    assert found.edges == ((1.0, -2.5),)
    assert found.within() == (1, 0)


@pytest.mark.parametrize(
    ("absent", "must"),
    [
        ((NINE, NINE + 1020), "finding"),
        ((NINE, NINE + 1019), "alert"),
        ((NINE, NINE + 419), ""),
        ((SESSION[0], SESSION[0] + 420), "finding"),
        ((SESSION[1] - 419, SESSION[1]), ""),
    ],
)
def test_what_has_to_be_found_leaves_room_for_a_sample_at_either_end(
    absent: tuple[float, float], must: str
) -> None:
    found = figures(case(absent=(absent,)))
    assert dict(found.staged) == ({must: 1} if must else {})


def test_a_finding_over_an_absence_too_short_for_one_is_counted_apart() -> None:
    found = figures(case(told(NINE - 60, NINE + 870), absent=((NINE, NINE + 850),)))
    assert (found.grown, found.wrong) == (1, ())


def test_the_wrong_kind_is_found_but_not_of_the_staged_kind() -> None:
    absent = ((SESSION[0], SESSION[0] + 1200),)
    right = figures(case(told(*absent[0], kind="late"), absent=absent))
    wrong = figures(case(told(*absent[0]), absent=absent))
    assert (right.kinds, wrong.kinds, wrong.found["finding"]) == (1, 0, 1)


def test_what_hid_the_clerk_is_named_and_the_alert_is_false_all_the_same() -> None:
    said = told(NINE, NINE + 400, level="alert", kind="away")
    hidden = (("board", (NINE - 10, NINE + 410)),)
    (wrong,) = figures(case(said, hidden=hidden)).wrong
    assert wrong.cause == "board"
    (other,) = figures(case(said)).wrong
    assert other.cause == "unexplained"


def test_spans_of_somebody_who_was_there_are_counted_though_nobody_is_told() -> None:
    assert figures(case(spans=((NINE, NINE + 120),))).spans == 1
    assert figures(case(spans=((NINE, NINE + 120),), absent=((NINE - 9, NINE + 110),))).spans == 0


def script(day: int = 0) -> Script:
    plan = next(one for one in built(2026).cameras.values() if len(one.seats) == 2)
    return written(plan, day, SESSION)


def test_a_script_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert repr(script().posts.keys()) == repr(script().posts.keys())
    assert [post.absent for post in script().posts.values()] == [
        post.absent for post in script().posts.values()
    ]
    assert len({str([p.absent for p in script(day).posts.values()]) for day in range(20)}) > 5


def test_nobody_is_there_exactly_while_the_script_says_so() -> None:
    for day in range(12):
        written_ = script(day)
        for window, post in written_.posts.items():
            for second in range(int(SESSION[0]), int(SESSION[1]), 97):
                away = any(start <= second < end for start, end in post.absent)
                assert (written_.posture(window, second) == "A") is away


def test_whoever_comes_or_goes_is_upright_for_two_minutes() -> None:
    for day in range(12):
        written_ = script(day)
        for window, post in written_.posts.items():
            for start, end in post.absent:
                near = (start - CALM_S / 2, end + CALM_S / 2)
                inside = [second for second in near if SESSION[0] < second < SESSION[1]]
                assert {written_.posture(window, second) for second in inside} <= {"E"}


def test_work_is_the_same_for_the_same_seed_and_more_hours_only_add_to_it() -> None:
    some, more = jobs(2026, 50), jobs(2026, 100)
    assert more[: len(some)] == some
    assert len({one.key for one in more}) == len(more)


def test_a_line_that_a_crash_cut_short_is_run_again_and_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "pixels.jsonl"
    Lines(file).add({"key": "a"})
    with file.open("a", encoding="utf-8") as out:
        out.write('{"key": "b", "wind')
    again = Lines(file)
    assert set(again.known) == {"a"}
    again.add({"key": "b"})
    assert set(Lines(file).known) == {"a", "b"}


def test_misses_that_last_are_measured_as_lasting() -> None:
    lasting = measured(["E..80 H..m H..m H..m H..m E..80 " * 40], 10)
    fleeting = measured(["H..m H..60 " * 100], 10)
    assert lasting.share("H..", "after_missed") == 0.0
    assert fleeting.share("H..", "after_missed") == 1.0
    assert list(runs_of_misses(["E..80 H..m H..m H..u E..m A..m E..80"])) == [("H", 3)]


def test_a_replayed_window_misses_as_often_as_was_measured() -> None:
    process = measured(["E..80 E..m E..80 E..80 " * 200], 10)
    drawn = Misses(process, chance(1, "misses"), 10)
    looks = [drawn.look("E..", doubtful=True) for _ in range(4000)]
    assert sum(one == 0 for one in looks) / 4000 == pytest.approx(0.25, abs=0.03)


def test_an_unchanged_window_is_looked_at_again_after_so_many_samples() -> None:
    process = Process({"E": {"first": [1, 1], "after_seen": [1, 1], "changed": [0, 100]}}, {})
    drawn = Misses(process, chance(1, "misses"), 5)
    looked = [drawn.look("E..", doubtful=False) is not Look.UNCHANGED for _ in range(11)]
    assert looked == [True, *[False] * 4, True, *[False] * 4, True]


def test_a_window_that_health_refused_behind_a_board_is_refused_in_the_replay() -> None:
    process = measured(["E..80 Eb.m Eb.xoccluded Eb.xoccluded Eb.xoccluded E..80 " * 80], 10)
    drawn = Misses(process, chance(1, "misses"), 10)
    looks = [drawn.look(one, doubtful=False) for one in ("E..", *["Eb."] * 4, "E..")]
    assert looks == [0.8, 0.0, *[Look.UNUSABLE] * 3, 0.8]


def perfect(*, blind: bool) -> Process:
    """A detector that never errs, or one that sees nobody anywhere."""
    seen = [0, 100] if blind else [100, 100]
    places = {"first": seen, "after_seen": seen, "after_missed": seen, "changed": [10, 100]}
    empty = {**places, **{one: [0, 100] for one in ("first", "after_seen", "after_missed")}}
    return Process({"E": places, "H": places, "L": places, "A": empty}, {"E": [0.8], "H": [0.8]})


def test_the_real_rules_find_every_staged_absence_of_a_detector_that_never_errs() -> None:
    lines = {job.key: month.run(job, perfect(blind=False), 60) for job in month.jobs(3, 1, 7)}
    found = total(one for line in lines.values() for one in cases(line))
    assert (found.wrong, found.spans) == ((), 0)
    assert found.staged["finding"] == found.found["finding"] > 2
    assert found.within() == (len(found.edges), len(found.edges))
    assert "0 false findings" in told_of(lines)[0]


def test_a_detector_that_sees_nobody_is_caught_in_false_findings() -> None:
    job = next(month.jobs(3, 1, 9))
    line = month.run(job, perfect(blind=True), 60)
    found = total(cases(line))
    assert found.false("finding") >= 1
    assert {one.told.kind for one in found.wrong} == {"absent_session"}
    assert "unexplained" in {one.cause for one in found.wrong}
