"""The heads of case tables: the national platform's column names, and the Chinese ones.

Source: domain.md §2.8 (`up_pro_accept`, `up_pro_result`, `up_pro_special_procedure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from models.domain.case import CASE_TYPE_NAMES, ENDING_NAMES, CaseType, Ending
from scheduler.rosters.columns import head_key
from scheduler.rosters.sheets import Cell


class Head(StrEnum):
    """What a column holds."""

    PROJECT_NO = "project_no"
    TASK_CODE = "task_code"
    TASK_NAME = "task_name"
    CASE_TYPE = "case_type"
    UNIT = "unit"
    ACCEPTED = "accepted"
    PROMISE_DAYS = "promise_days"
    PROMISE_DATE = "promise_date"
    STATUTORY_DAYS = "statutory_days"
    ENDED = "ended"
    ENDING = "ending"
    CORRECTIONS = "corrections"
    APPLICANT = "applicant"
    SPECIAL_START = "special_start"
    SPECIAL_END = "special_end"
    SPECIAL_NAME = "special_name"


HEADS: Final[Mapping[Head, frozenset[str]]] = {
    Head.PROJECT_NO: frozenset({"project_no", "projectno", "办件编号", "办件号", "业务流水号"}),
    Head.TASK_CODE: frozenset({"task_code", "事项编码", "事项代码"}),
    Head.TASK_NAME: frozenset({"task_name", "事项名称", "事项"}),
    Head.CASE_TYPE: frozenset({"project_type", "case_type", "办件类型", "件类"}),
    Head.UNIT: frozenset({"org_name", "unit", "单位", "办理单位", "受理单位", "部门"}),
    Head.ACCEPTED: frozenset({"accept_date", "受理时间", "受理日期"}),
    Head.PROMISE_DAYS: frozenset({"promisetimelimit", "promise_days", "承诺时限", "承诺工作日"}),
    Head.PROMISE_DATE: frozenset({"promise_date", "承诺办结时间", "承诺办结日期"}),
    Head.STATUTORY_DAYS: frozenset({"timelimit", "statutory_days", "法定时限", "法定工作日"}),
    Head.ENDED: frozenset({"result_date", "办结时间", "办结日期"}),
    Head.ENDING: frozenset({"result_type", "办结结果", "办理结果"}),
    Head.CORRECTIONS: frozenset({"corrections", "补正次数"}),
    Head.APPLICANT: frozenset({"applyer_name", "applicant", "申请人", "申请人姓名"}),
    Head.SPECIAL_START: frozenset({"special_time", "特别程序开始", "特别程序开始日期"}),
    Head.SPECIAL_END: frozenset({"end_time", "特别程序结束", "特别程序结束日期"}),
    Head.SPECIAL_NAME: frozenset({"special_name", "特别程序", "特别程序名称"}),
}

NEEDED: Final = frozenset({Head.PROJECT_NO, Head.UNIT, Head.ACCEPTED})
NEEDED_SPECIAL: Final = frozenset({Head.PROJECT_NO, Head.SPECIAL_START})
NEEDED_RESULT: Final = frozenset({Head.PROJECT_NO, Head.ENDED})

IDENTITY: Final = frozenset(
    {
        "applyer_page_type",
        "applyer_page_code",
        "applyer_phone",
        "applyer_mobile",
        "applyer_address",
        "身份证号",
        "证件号码",
        "申请人证件号",
        "联系电话",
        "手机号",
        "申请人电话",
        "申请人地址",
    }
)
"""Columns that say who applied: dropped as they are read."""

_NATIONAL_TYPES: Final = {"1": CaseType.IMMEDIATE, "2": CaseType.PROMISED}
_NATIONAL_ENDINGS: Final = {
    "1": Ending.CLOSED,
    "准予许可": Ending.CLOSED,
    "不予许可": Ending.CLOSED,
    "不予受理": Ending.RETURNED,
    "撤回": Ending.WITHDRAWN,
    "作废": Ending.WITHDRAWN,
}
TYPES: Final[Mapping[str, CaseType]] = (
    {name: kind for kind, name in CASE_TYPE_NAMES.items()}
    | {kind.value: kind for kind in CaseType}
    | _NATIONAL_TYPES
)
ENDINGS: Final[Mapping[str, Ending]] = (
    {name: kind for kind, name in ENDING_NAMES.items()}
    | {kind.value: kind for kind in Ending}
    | _NATIONAL_ENDINGS
)


def heads_of(row: Sequence[Cell]) -> dict[Head, int]:
    """The columns that a row heads, first ones first."""
    found: dict[Head, int] = {}
    for place, cell in enumerate(row):
        key = head_key(cell.text)
        for head, names in HEADS.items():
            if key in names and head not in found:
                found[head] = place
    return found


def identities_of(row: Sequence[Cell]) -> list[str]:
    """Heads that name who applied and are not read."""
    return [cell.text for cell in row if head_key(cell.text) in IDENTITY]
