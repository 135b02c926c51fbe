"""The monthly absence report to one unit (单位月报): its own rows, its state, a form to answer on.

Source: domain.md §2.6, unit version. No findings is still a report.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.domain.document import (
    Annex,
    Block,
    Column,
    Document,
    Heading,
    Para,
    Picture,
    Table,
    day_text,
    printed,
)
from models.domain.ratio import Ratio
from models.domain.report import Report, ReportProblem, UnitRow, points_text
from scheduler.circulars import tables
from scheduler.circulars.compose import Heads, Issue, shown

REPLY = "回执"


def unit_report(
    report: Report,
    unit_id: str,
    heads: Heads,
    issue: Issue,
    pictures: tuple[Picture, ...] = (),
) -> Document:
    """A unit's report of the period, also where nothing was found.

    Args:
        report: The whole period's report; only the unit's own rows are taken from it.
        unit_id: The unit.
        heads: Issuer and appeal channel.
        issue: Number and date.
        pictures: Small masked pictures of the unit's problems.
    """
    row = report.of_unit(unit_id) or UnitRow(unit_id)
    own = sorted(
        (one for one in report.problems if one.unit_id == unit_id),
        key=lambda one: (one.at, one.number),
    )
    blocks: list[Block] = [
        Para(_lead(report, row)),
        Heading(1, "一、核查情况"),
        tables.own_figures(row),
        Para(_compared(report, row)),
        Heading(1, "二、问题明细"),
        *_problems(own),
        Heading(1, "三、电子监察数据"),
        tables.case_table(_alone(report, row)),
        Heading(1, "四、办理要求"),
        *[Para(text) for text in _demands(report, heads, own)],
    ]
    return printed(
        Document(
            heads.issuer,
            f"{report.period.name}窗口在岗情况月报",
            tuple(blocks),
            number=issue.number,
            to=unit_id,
            annexes=(Annex(REPLY, (_reply(own),)), *shown(pictures)),
            dated=issue.dated,
            mark=issue.mark,
            note="仅供本单位使用",
        )
    )


def _alone(report: Report, row: UnitRow) -> Report:
    return Report(
        report.period, report.workdays, report.halls, report.covered, report.batches, (row,)
    )


def _lead(report: Report, row: UnitRow) -> str:
    period = report.period
    found = f"确认问题{row.problems}件" if row.problems else "未发现问题(零报告)"
    return (
        f"{day_text(period.first)}至{day_text(period.last)},对贵单位窗口计划核查"
        f"{row.counts.planned}窗次,有效核查{row.counts.effective}窗次,"
        f"在岗率{row.counts.on_post_rate};{found}。"
    )


def _compared(report: Report, row: UnitRow) -> str:
    """Against the period before and against its group."""
    change = points_text(row.counts.on_post_rate.points_from(row.before))
    peers = [other for other in report.rows if other.group == row.group]
    group = sum((other.counts.on_post_rate for other in peers), Ratio(0, 0))
    name = f"“{row.group}”组" if row.group else "全部单位"
    place = "样本不足,未排名"
    if row.place is not None:
        ranked = sum(1 for other in peers if other.place is not None)
        place = f"{name}第{row.place.rank}名(共{ranked}个单位)"
    return f"在岗率{change};{name}在岗率{group};名次:{place}。"


def _problems(own: Sequence[ReportProblem]) -> list[Block]:
    return [tables.own_problems(own)] if own else [Para("本期未发现问题。")]


def _demands(report: Report, heads: Heads, own: Sequence[ReportProblem]) -> list[str]:
    duties = report.duties
    told = []
    if own and duties.rectify_by is not None:
        told.append(f"请于{day_text(duties.rectify_by)}前整改,并填写回执反馈。")
    told.append(
        f"如有异议,请自收到之次日起{duties.appeal_days}个工作日内申诉,方式:{heads.channel}。"
    )
    told.append("请在系统内签收本月报。")
    return told


def _reply(own: Sequence[ReportProblem]) -> Table:
    """The form to answer on: one line for each problem, to be filled in."""
    columns = (
        Column("编号", 3, number=True),
        Column("情形", 6),
        Column("情况说明", 12),
        Column("整改措施", 12),
        Column("责任人签字", 6),
    )
    rows = tuple((one.number, one.label, None, None, None) for one in own)
    return Table(REPLY, columns, rows or ((None, "无", None, None, None),))
