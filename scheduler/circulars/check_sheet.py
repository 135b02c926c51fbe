"""The register sheet of checks (登记表) as a document: a summary, then a table for each hall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from models.domain.check_counts import (
    EFFECTIVE_FORMULA,
    ON_POST_FORMULA,
    UNVERIFIABLE_FORMULA,
    CheckCounts,
)
from models.domain.check_result import RESULT_NAMES, Result
from models.domain.check_sheet import CheckSheet, SheetCheck, SheetLine
from models.domain.document import Annex, Block, Cell, Column, Document, Heading, Para, Table
from models.domain.inspection import KIND_NAMES, STATE_NAMES

TITLE: Final = "窗口在岗核查登记表"
SUMMARY: Final = "核查汇总表"
UNITS: Final = "单位汇总表"
LINES: Final = "核查登记明细"
PENDING: Final = "待复核"
BY_ITSELF: Final = "系统"
SIGNED: Final = "核查人(签字):                复核人(签字):                "
SHORT: Final = 12
"""Digits of a picture's SHA-256 that name it on paper (证据编号)."""


def check_sheet(sheet: CheckSheet, issuer: str) -> Document:
    """The sheet as a document, also where no check was made."""
    blocks: list[Block] = [Para(_lead(sheet)), *(Para(text) for text in _remarks(sheet))]
    blocks += [
        Para(f"制表:{sheet.made_by},{sheet.made_at:%Y-%m-%d %H:%M}。"),
        Para(SIGNED),
    ]
    annexes = [Annex(SUMMARY, (_counted(SUMMARY, "大厅", sheet.by_hall, sheet.counts),), wide=True)]
    if sheet.by_unit:
        annexes.append(
            Annex(UNITS, (_counted(UNITS, "单位", sheet.by_unit, sheet.counts),), wide=True)
        )
    lines = tuple(_of_halls(sheet.halls))
    if lines:
        annexes.append(Annex(LINES, lines, wide=True))
    return Document(issuer, TITLE, tuple(blocks), annexes=tuple(annexes), note="内部资料")


def _lead(sheet: CheckSheet) -> str:
    counts = sheet.counts
    if not sheet.checks:
        return f"{sheet.scope}:无核查记录。"
    return (
        f"{sheet.scope}:核查{len(sheet.checks)}次,涉及{len(sheet.halls)}个大厅;"
        f"计划核查{counts.planned}窗次,有效核查{counts.effective}窗次,"
        f"在岗率{counts.on_post_rate},无法核查率{counts.unverifiable_rate}。"
    )


def _remarks(sheet: CheckSheet) -> list[str]:
    told = []
    if sheet.not_done:
        told.append(f"其中{sheet.not_done}次未执行,原因见明细。")
    if sheet.not_counted:
        told.append(f"其中{sheet.not_counted}次在非工作时间进行,只作登记,不计入统计。")
    if sheet.running:
        told.append(f"另有{sheet.running}次尚未结束,不计入统计。")
    return told


def _counted(name: str, head: str, rows: Mapping[str, CheckCounts], total: CheckCounts) -> Table:
    columns = (
        Column(head, 8),
        *(Column(one, 2.4, number=True) for one in ("计划", "有效")),
        *(Column(RESULT_NAMES[result], 2.4, number=True) for result in Result),
        Column("在岗率", 3, number=True),
    )
    return Table(
        name,
        columns,
        tuple(_figures(one, counts) for one, counts in rows.items()),
        total=_figures("合计", total),
        notes=(
            f"{EFFECTIVE_FORMULA};{ON_POST_FORMULA};{UNVERIFIABLE_FORMULA}。",
            "每次核查每个窗口恰有一个结果,各列之和等于计划。",
        ),
    )


def _figures(name: str, counts: CheckCounts) -> tuple[Cell, ...]:
    each = (counts[result] for result in Result)
    return (name, counts.planned, counts.effective, *each, counts.on_post_rate)


def _of_halls(halls: Mapping[str, list[SheetCheck]]) -> Iterator[Block]:
    columns = (
        Column("核查时间", 7),
        Column("类型", 4),
        Column("窗口", 6),
        Column("单位", 6),
        Column("结果", 3),
        Column("说明", 8),
        Column("首次查看", 4),
        Column("空缺至少", 4),
        Column("证据编号", 7),
        Column("登记号", 3, number=True),
        Column("登记人", 4),
    )
    for hall, checks in halls.items():
        yield Heading(1, hall)
        rows = tuple(row for check in checks for row in _rows(check))
        yield Table(hall, columns, rows, notes=("证据编号为图片SHA-256的前12位。",))


def _rows(check: SheetCheck) -> Iterator[tuple[Cell, ...]]:
    head = (f"{check.due_at:%Y-%m-%d %H:%M}", KIND_NAMES[check.kind])
    by = check.by or BY_ITSELF
    if not check.lines:
        state = STATE_NAMES[check.state]
        yield (*head, None, None, state, check.remark or None, None, None, None, None, by)
    for line in check.lines:
        yield (*head, *_window(line, check), by)


def _window(line: SheetLine, check: SheetCheck) -> tuple[Cell, ...]:
    remarks = [line.reason, f"({line.stage})" if line.stage else "", check.remark]
    seconds = line.empty_s
    return (
        line.window,
        line.unit,
        PENDING if line.result is None else RESULT_NAMES[line.result],
        ";".join(one for one in remarks if one) or None,
        f"{line.looked_at:%H:%M:%S}" if line.looked_at else None,
        f"{int(seconds) // 60}分{int(seconds) % 60:02}秒" if seconds is not None else None,
        " ".join(one[:SHORT] for one in line.evidence) or None,
        line.entry_seq or None,
    )


def file_stem(sheet: CheckSheet) -> str:
    """What a file of it is called, without its ending."""
    return f"onpost-checks-{sheet.made_at:%Y%m%d-%H%M%S}"
