"""The arithmetic of the hall's benchmark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._figures import PARTS, Run, bisected, percentile, split, table
from benchmarks._rivals import rows
from benchmarks._split import Split


def run(**changed: object) -> Run:
    """Two cameras, 10 samples each with two windows, 4 s of processor."""
    known: dict[str, object] = {
        "name": "2 RTSP, 5 s, gate on",
        "cameras": 2,
        "period_s": 5.0,
        "seconds": 50.0,
        "cpu_s": split({"decode": 1.0, "detect": 2.0, "gate": 0.4}, 4.0),
        "due": 20,
        "missed": 0,
        "frames": 20,
        "windows": 40,
        "looked": 10,
    }
    return Run(**(known | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("share", "found"), [(0.5, 10), (0.95, 19), (0.951, 20), (1.0, 20), (0.0, 1)]
)
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(
    share: float, found: float
) -> None:
    assert percentile([float(n) for n in range(20, 0, -1)], share) == found


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.floats(0.01, 1))
def test_at_least_the_share_is_at_or_below_a_percentile(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(one <= found for one in values) >= share * len(values) - 1e-4


def test_a_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 0.95) == 0.0


def test_what_no_part_counts_is_other_and_never_below_zero() -> None:
    parts = split({"decode": 1.0, "detect": 0.5}, 2.0)
    assert tuple(parts) == PARTS
    assert parts["other"] == 0.5
    assert split({"decode": 3.0}, 2.0)["other"] == 0.0


@given(st.integers(0, 200), st.integers(1, 200))
def test_bisection_finds_the_largest_that_holds(most: int, high: int) -> None:
    tried: list[int] = []

    def holds(number: int) -> bool:
        tried.append(number)
        return number <= most

    assert bisected(holds, 1, high) == min(most, high)
    assert len(tried) <= 2 + high.bit_length()


def test_costs_are_told_a_sample_and_a_decision() -> None:
    found = run()
    assert found.a_sample_ms == pytest.approx(200.0)
    assert found.a_decision_ms == pytest.approx(100.0)
    assert found.beside == pytest.approx(4 / 3)
    assert found.held
    assert not run(missed=1).held
    assert run(frames=0, windows=0).a_decision_ms == 0.0


def test_a_table_has_a_line_below_its_heads() -> None:
    assert table(["a", "b"], [["1", "2"]]).splitlines() == ["| a | b |", "|---|---:|", "| 1 | 2 |"]


def test_what_is_not_measured_is_said_with_how() -> None:
    listed = rows([run()], decode=300.0, found=0.0)
    assert "not measured" in listed[-1][2]


def test_a_rival_is_compared_with_and_without_decoding() -> None:
    whole, alone = rows([run()], decode=300.0, found=150.0)[-2:]
    assert whole[3:] == ["450.0", "4.5 (in the order above)"]
    assert alone[4] == "2.0"


def test_a_part_inside_another_is_counted_once() -> None:
    class Work:
        def outer(self) -> None:
            burn()
            self.inner()

        def inner(self) -> None:
            burn()

    counted = Split()
    counted.around(Work, "outer", "decide")
    counted.around(Work, "inner", "store")
    Work().outer()
    found = counted.totals()
    assert set(found) == {"decide", "store"}
    assert found["decide"] > 0
    assert found["store"] > 0


def test_a_part_from_one_method_to_another_ends_where_the_first_fails() -> None:
    class Unit:
        def enter(self) -> None:
            raise OSError

        def leave(self) -> None:
            raise AssertionError

    counted = Split()
    counted.between(Unit, "enter", "leave", "store")
    with pytest.raises(OSError):
        Unit().enter()
    assert counted._mine()[0] == []


def burn() -> None:
    """A little processor time."""
    assert sum(range(20_000)) > 0
