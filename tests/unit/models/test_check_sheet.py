"""The register sheet: whatever was checked, its counts balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.domain.check_counts import CheckCounts
from models.domain.check_result import NOT_EFFECTIVE, Result
from models.domain.check_sheet import CheckSheet, SheetCheck, SheetLine
from models.domain.document import Table
from models.domain.inspection import CheckKind, CheckState
from scheduler.circulars.check_sheet import check_sheet

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

lines = st.builds(
    SheetLine,
    window=st.sampled_from(["1号窗口", "2号窗口", "=2+2"]),
    unit=st.sampled_from(["户籍", "税务", ""]),
    result=st.none() | st.sampled_from(Result),
    looked_at=st.none() | st.just(NOON),
    empty_s=st.none() | st.floats(0, 40_000),
    evidence=st.lists(st.just("ab" * 32), max_size=2).map(tuple),
)
checks = st.builds(
    SheetCheck,
    id=st.integers(1, 10_000),
    hall=st.sampled_from(["市中心", "柳溪镇"]),
    kind=st.sampled_from(CheckKind),
    state=st.sampled_from(CheckState),
    due_at=st.integers(0, 600).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    counted=st.booleans(),
    lines=st.lists(lines, max_size=6).map(tuple),
)
sheets = st.lists(checks, max_size=12).map(
    lambda found: CheckSheet("2026年11月23日", NOON, "fu.he", tuple(found))
)


def added(counts: dict[str, CheckCounts]) -> CheckCounts:
    return sum(counts.values(), CheckCounts({}))


@given(sheets)
def test_planned_is_the_sum_of_the_twelve_by_hall_by_unit_and_in_all(sheet: CheckSheet) -> None:
    total = sheet.counts
    certain = [
        line.result
        for check in sheet.checks
        if check.state in {CheckState.SETTLED, CheckState.NOT_DONE} and check.counted
        for line in check.lines
        if line.result is not None
    ]
    assert total.planned == len(certain)
    assert total.effective == sum(one not in NOT_EFFECTIVE for one in certain)
    for parts in (sheet.by_hall, sheet.by_unit):
        whole = added(parts)
        assert [whole[result] for result in Result] == [total[result] for result in Result]
    assert sum(map(len, sheet.halls.values())) == len(sheet.checks)


@given(sheets)
def test_the_document_prints_every_window_once_and_figures_that_balance(sheet: CheckSheet) -> None:
    tables = {table.name: table for table in check_sheet(sheet, "政务服务监督中心").tables()}
    summary = tables.pop("核查汇总表")
    tables.pop("单位汇总表", None)
    for row in summary.all_rows:
        _, planned, effective, *rest = row
        assert planned == sum(int(str(one)) for one in rest[: len(Result)])
        assert isinstance(effective, int)
    printed = sum(len(table.rows) for table in tables.values())
    assert printed == sum(max(1, len(check.lines)) for check in sheet.checks)


def test_what_is_not_certain_or_does_not_count_stands_there_in_words() -> None:
    seen = SheetLine("1号窗口", "户籍", None, "工位无人", NOON)
    running = SheetCheck(1, "市中心", CheckKind.RANDOM, CheckState.LOOKING, NOON, lines=(seen,))
    night = replace(
        running,
        id=2,
        state=CheckState.SETTLED,
        counted=False,
        remark="非工作时间;夜间巡查",
        lines=(replace(seen, result=Result.OFF_POST, empty_s=960.0, evidence=("ab" * 32,)),),
    )
    document = check_sheet(CheckSheet("今天", NOON, "fu.he", (running, night)), "中心")
    words = [block.text for block in document.blocks if hasattr(block, "text")]
    assert "其中1次在非工作时间进行,只作登记,不计入统计。" in words
    assert "另有1次尚未结束,不计入统计。" in words
    (table,) = [one for one in document.tables() if one.name == "市中心"]
    assert isinstance(table, Table)
    assert [row[4] for row in table.rows] == ["待复核", "脱岗"]
    assert table.rows[1][5:9] == (
        "工位无人;非工作时间;夜间巡查",
        "04:00:00",
        "16分00秒",
        "abababababab",
    )


def test_a_sheet_of_nothing_is_a_sheet() -> None:
    document = check_sheet(CheckSheet("2026年11月23日", NOON, "fu.he", ()), "中心")
    assert [table.name for table in document.tables()] == ["核查汇总表"]
    assert "无核查记录" in str(document.blocks[0])
