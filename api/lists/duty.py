"""Columns of the duty record: leave, stops, rosters, gaps, staff, days of the calendar."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from api.lists.listing import Listing, columns, paged
from api.routes.calendar import one_year
from api.routes.halls import StaffFilter, list_staff
from api.routes.leave import list_leave
from api.routes.rosters import VersionsFilter, coverage, list_versions
from api.routes.stops import list_stops
from api.schemas.calendar import DayOut
from api.schemas.fields import Asked, Maybe
from api.schemas.leave import LeaveFilter, StopFilter
from api.schemas.roster import GridFilter
from models.domain.access import Permission

_TROUBLES: Final = {
    "no_roster": ("无排班", "no roster"),
    "unmanned": ("空岗", "unmanned"),
    "several": ("多人同岗", "several at one post"),
    "double": ("一人多窗", "one person at several windows"),
}
_DAYS: Final = {
    "workday": ("工作日", "workday"),
    "make_up": ("调休上班", "make-up workday"),
    "rest": ("休息日", "rest day"),
    "holiday": ("法定节假日", "holiday"),
}
_STATUSES: Final = {
    "official": ("正式", "official"),
    "estimated": ("推算", "estimated"),
    "override": ("本地调整", "own change"),
}


class _Year(Asked):
    year: int = Field(ge=1990, le=2099, examples=[2026])
    hall_id: Maybe = ""


def _days(parts: Any, visitor: Any, wanted: _Year) -> list[DayOut]:
    return one_year(wanted.year, parts, visitor, wanted.hall_id).days


DUTY: Final = (
    Listing(
        "leave",
        "请假外出",
        "leave",
        Permission.SEE_DUTY,
        LeaveFilter,
        paged(list_leave),
        columns(
            ("编号", "id", "id"),
            ("姓名", "person", "person"),
            ("单位", "unit", "unit_id"),
            ("类别", "kind", "kind_name"),
            ("起", "from", "start"),
            ("止", "until", "end"),
            ("销假时间", "back", "back_at"),
            ("顶岗人", "cover", "cover"),
            ("批准人", "approver", "approver"),
            ("批准时间", "approved", "approved_at"),
            ("登记时间", "registered", "registered_at"),
            ("迟登记", "late", "late"),
            ("有效", "counts", "counts"),
        ),
        "leave",
    ),
    Listing(
        "stops",
        "停止服务",
        "stops of service",
        Permission.SEE_DUTY,
        StopFilter,
        paged(list_stops),
        columns(
            ("编号", "id", "id"),
            ("类别", "kind", "kind_name"),
            ("起", "from", "start"),
            ("止", "until", "end"),
            ("大厅", "hall", "hall_id"),
            ("窗口", "window", "window_id"),
            ("批准人", "approver", "approver"),
            ("批准时间", "approved", "approved_at"),
            ("事由", "reason", "reason"),
        ),
        "stops",
    ),
    Listing(
        "rosters",
        "排班版本",
        "roster versions",
        Permission.SEE_DUTY,
        VersionsFilter,
        paged(list_versions),
        columns(
            ("版本", "version", "number"),
            ("文件", "file", "file_name"),
            ("导入时间", "imported", "imported_at"),
            ("导入人", "by", "by"),
            ("更正", "correction", "correction"),
            ("班次", "shifts", "shifts"),
            ("AB岗", "chains", "chains"),
            ("轮值", "turns", "turns"),
            ("SHA-256", "SHA-256", "sha256"),
        ),
        "rosters",
    ),
    Listing(
        "rosters/coverage",
        "空缺与冲突",
        "gaps and clashes",
        Permission.SEE_DUTY,
        GridFilter,
        paged(coverage),
        columns(
            ("窗口", "window", "window_id"),
            ("问题", "trouble", "trouble", _TROUBLES),
            ("起", "from", "start"),
            ("止", "until", "end"),
            ("说明", "why", "why_zh"),
            ("说明(英文)", "why (English)", "why_en"),
        ),
        "rosters",
    ),
    Listing(
        "staff",
        "人员名单",
        "staff",
        Permission.SEE_DUTY,
        StaffFilter,
        paged(list_staff),
        columns(("编号", "id", "id"), ("姓名", "name", "name"), ("单位", "unit", "unit_id")),
        "halls",
    ),
    Listing(
        "calendar",
        "日历",
        "calendar",
        Permission.SEE_DUTY,
        _Year,
        _days,
        columns(
            ("日期", "date", "date"),
            ("上班", "worked", "worked"),
            ("类别", "kind", "kind", _DAYS),
            ("依据", "status", "status", _STATUSES),
            ("名称", "name", "name"),
            ("来源", "source", "source"),
            ("大厅", "hall", "hall_id"),
        ),
        "calendar",
    ),
)
