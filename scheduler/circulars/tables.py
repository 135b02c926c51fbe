"""The tables of circulars: each made once, from the report's rows, for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from models.domain.case_kpi import (
    CLOSING_FORMULA,
    EARLY_FORMULA,
    ON_TIME_FORMULA,
    STOCK_FORMULA,
    CaseCounts,
)
from models.domain.check_counts import (
    EFFECTIVE_FORMULA,
    ENOUGH,
    ON_POST_FORMULA,
    UNVERIFIABLE_FORMULA,
    VACANCY_FORMULA,
    CheckCounts,
)
from models.domain.check_result import RESULT_NAMES, Result
from models.domain.deadline import CARD_NAMES, Card
from models.domain.document import Cell, Column, Table
from models.domain.report import Correction, Report, ReportProblem, UnitRow, Unseen

SUMMARY: Final = "单位汇总表"
OWN_FIGURES: Final = "本单位核查数据"
PROBLEMS: Final = "问题清单"
UNSEEN: Final = "摄像头无法核查清单"
CORRECTIONS: Final = "更正情况"
CASES: Final = "电子监察数据"

RESULT_COLUMNS: Final = tuple(Result)
TOO_FEW: Final = "样本不足"


def summary(report: Report) -> Table:
    """附件1: one line for each unit, every column of the balance (domain.md §2.6)."""
    return summary_of(report.rows)


def summary_of(lines: Sequence[UnitRow]) -> Table:
    """The same of these units only."""
    figures = ["计划", "有效", *(RESULT_NAMES[result] for result in RESULT_COLUMNS), "不规范"]
    columns = (
        Column("单位", 8),
        *(Column(name, 2.4, number=True) for name in figures),
        Column("在岗率", 3.6, number=True),
        Column("扣分", 2.4, number=True),
        Column("名次", 3, number=True),
    )
    misconduct = sum(row.misconduct for row in lines)
    counts = sum((row.counts for row in lines), CheckCounts({}))
    return Table(
        SUMMARY,
        columns,
        tuple(_summary_row(row) for row in lines),
        total=(*_figures("合计", counts, misconduct), None, None),
        notes=(
            f"{EFFECTIVE_FORMULA};{ON_POST_FORMULA}。",
            f"{VACANCY_FORMULA};{UNVERIFIABLE_FORMULA}。",
            f"每次核查每个窗口恰有一个结果,各列之和等于计划;有效核查少于{ENOUGH}次的单位不排名。",
        ),
    )


def _figures(name: str, counts: CheckCounts, misconduct: int) -> tuple[Cell, ...]:
    results = (counts[result] for result in RESULT_COLUMNS)
    return (name, counts.planned, counts.effective, *results, misconduct, counts.on_post_rate)


def _summary_row(row: UnitRow) -> tuple[Cell, ...]:
    points: Cell = None if row.score is None else row.score.points
    place: Cell = TOO_FEW
    if row.place is not None:
        place = f"{row.place.rank}(并列)" if row.place.tied else str(row.place.rank)
    return (*_figures(row.unit_id, row.counts, row.misconduct), points, place)


def own_figures(row: UnitRow) -> Table:
    """One unit's line of the summary, upright: two figures a line."""
    table = summary_of((row,))
    line = table.rows[0]
    pairs = [(column.name, cell) for column, cell in zip(table.columns, line, strict=True)]
    figures = pairs[1:]
    half = len(figures) // 2
    rows = tuple(
        (*left, *right) for left, right in zip(figures[:half], figures[half:], strict=True)
    )
    columns = (Column("项目", 6), Column("本期", 5, number=True)) * 2
    return Table(OWN_FIGURES, columns, rows, notes=table.notes)


def problems(found: Sequence[ReportProblem], *, named: bool = False) -> Table:
    """附件2: every problem with date, minute, place, length and evidence number."""
    names = [Column("责任人", 4)] if named else []
    columns = (*_PROBLEM[:3], Column("单位", 6), *_PROBLEM[3:], *names)
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        line = _problem(one)
        row = (*line[:3], one.unit_id, *line[3:])
        rows.append((*row, one.person) if named else row)
    return Table(PROBLEMS, columns, tuple(rows))


def own_problems(found: Sequence[ReportProblem]) -> Table:
    """One unit's own problems."""
    return Table(PROBLEMS, _PROBLEM, tuple(_problem(one) for one in found))


_PROBLEM: Final = (
    Column("编号", 3, number=True),
    Column("日期", 6),
    Column("时刻", 3.4),
    Column("大厅", 6),
    Column("窗口", 5),
    Column("情形", 5),
    Column("时长", 5),
    Column("证据号", 5.4),
    Column("状态", 3.6),
)


def _problem(one: ReportProblem) -> tuple[Cell, ...]:
    return (
        one.number,
        f"{one.at:%Y-%m-%d}",
        f"{one.at:%H:%M}",
        one.hall,
        one.window,
        one.label,
        one.duration,
        one.evidence,
        one.state,
    )


def unseen(found: Iterable[Unseen]) -> Table:
    """附件3: what could not be verified; it never counts as absent."""
    columns = (
        Column("大厅", 8),
        Column("窗口", 6),
        Column("原因", 8),
        Column("次数", 3, number=True),
    )
    rows = [(one.hall, one.window, one.reason, one.count) for one in found]
    return Table(
        UNSEEN,
        columns,
        tuple(rows),
        total=("合计", None, None, sum(row[3] for row in rows)),
        notes=("无法核查不作缺岗,不计入有效核查。",),
    )


def corrections(found: Iterable[Correction]) -> Table:
    """附件4: what was corrected since."""
    columns = (
        Column("更正文号", 7),
        Column("原文号", 7),
        Column("单位", 6),
        Column("更正内容", 12),
    )
    rows = tuple((one.number, one.original, one.unit_id, one.what) for one in found)
    return Table(CORRECTIONS, columns, rows)


def case_table(report: Report) -> Table:
    """二、电子监察数据 by unit, with the balance of the stock."""
    names = ["期初", "受理", "办结", "退撤", "期末", *(CARD_NAMES[card] for card in Card)]
    columns = (
        Column("单位", 7),
        *(Column(name, 2.8, number=True) for name in names),
        Column("办结率", 3.6, number=True),
        Column("按期率", 3.6, number=True),
        Column("提前率", 3.6, number=True),
    )
    rows = tuple(_case_row(row.unit_id, row.cases) for row in report.rows if _has_cases(row.cases))
    return Table(
        CASES,
        columns,
        rows,
        total=_case_row("合计", report.cases),
        notes=(
            f"{STOCK_FORMULA};{CLOSING_FORMULA}。",
            f"{ON_TIME_FORMULA};{EARLY_FORMULA}。",
        ),
    )


def _has_cases(cases: CaseCounts) -> bool:
    return bool(cases.opening or cases.accepted or cases.closed or cases.left)


def _case_row(name: str, cases: CaseCounts) -> tuple[Cell, ...]:
    return (
        name,
        cases.opening,
        cases.accepted,
        cases.closed,
        cases.left,
        cases.closing,
        *(cases.cards.get(card, 0) for card in Card),
        cases.closing_rate,
        cases.on_time_rate,
        cases.early_rate,
    )
