"""The heads of roster tables, as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.spelling import fold


class Column(StrEnum):
    """What a column holds."""

    DATE = "date"
    WEEKDAY = "weekday"
    TIMES = "times"
    START = "start"
    END = "end"
    HALL = "hall"
    WINDOW = "window"
    UNIT = "unit"
    PERSON = "person"
    GRADE = "grade"
    KIND = "kind"
    PHONE = "phone"
    REMARK = "remark"


HEADS: Mapping[Column, frozenset[str]] = {
    Column.DATE: frozenset({"date", "day", "日期", "值班日期", "排班日期"}),
    Column.WEEKDAY: frozenset({"weekday", "星期", "周几"}),
    Column.TIMES: frozenset({"times", "session", "时间段", "时段", "值班时间", "班次", "时间"}),
    Column.START: frozenset({"start", "from", "开始", "开始时间", "上班", "上班时间"}),
    Column.END: frozenset({"end", "to", "结束", "结束时间", "下班", "下班时间"}),
    Column.HALL: frozenset({"hall", "centre", "center", "大厅", "中心"}),
    Column.WINDOW: frozenset({"window", "窗口", "窗口号", "窗口编号", "窗口名称", "位置"}),
    Column.UNIT: frozenset({"unit", "单位", "部门", "所属单位", "进驻单位"}),
    Column.PERSON: frozenset({"person", "name", "姓名", "人员", "值班人", "值班人员", "工作人员"}),
    Column.GRADE: frozenset({"grade", "post", "岗位", "岗", "ab岗", "a/b岗"}),
    Column.KIND: frozenset({"kind", "类别", "时段类别", "值班类别"}),
    Column.PHONE: frozenset({"phone", "tel", "电话", "联系电话", "手机"}),
    Column.REMARK: frozenset({"remark", "note", "备注", "说明", "交接备注"}),
}


def head_key(text: str) -> str:
    """A head in plain form: `窗口(号)`, `窗 口 号` and `窗口号` are the same."""
    plain = fold(text).lower().replace(" ", "")
    plain = re.sub(r"[((]号[))]", "号", plain)
    return re.sub(r"[((].*?[))]|[:*]", "", plain)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose head row was found: `columns` by place, `rows` the cells below it."""

    sheet: Sheet
    columns: Mapping[Column, int]
    rows: Sequence[Sequence[Cell]]


def recognised(row: Sequence[Cell]) -> dict[Column, int]:
    """The columns that a row heads, first ones first; empty where it is no head row."""
    found: dict[Column, int] = {}
    for place, cell in enumerate(row):
        key = head_key(cell.text)
        for column, names in HEADS.items():
            if key in names and column not in found:
                found[column] = place
    return found


def find_table(
    sheet: Sheet, needed: frozenset[Column], *, within: int = 10
) -> tuple[Table | None, list[str]]:
    """The table under the first row that heads all `needed` columns.

    Returns:
        The table, None where no such row is among the first `within`; and the heads that the
        best row had, for the error message.
    """
    best: list[str] = []
    for number, row in enumerate(sheet.rows[:within]):
        columns = recognised(row)
        if needed <= columns.keys():
            return Table(sheet, columns, sheet.rows[number + 1 :]), []
        if len(columns) > len(best):
            best = [row[place].text for place in columns.values()]
    return None, best
