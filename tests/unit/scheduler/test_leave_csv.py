"""The leave book from a CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.domain.leave import NoticeKind
from scheduler.rosters.leave_csv import read_leave
from scheduler.rosters.problems import RosterProblems

HEAD = "姓名,单位,类别,开始,结束,顶岗人,登记时间,审批时间\n"


def read(rows: str, head: str = HEAD, encoding: str = "utf-8-sig"):
    return read_leave("leave.csv", (head + rows).encode(encoding), "Asia/Shanghai")


def test_a_row_becomes_a_notice_with_its_cover_in_the_same_unit() -> None:
    row = (
        "林 安宁,甲局,临时外出,2026-11-23 08:30,2026年11月23日 10点30分,何静怡,2026-11-23 08:15,\n"
    )
    (notice,) = read(row)
    assert notice.person_id == "甲局/林安宁"
    assert notice.cover_id == "甲局/何静怡"
    assert notice.kind is NoticeKind.OUT
    assert notice.start == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert notice.end == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    assert notice.counts
    assert not notice.late


def test_leave_that_needs_approval_counts_only_with_it() -> None:
    row = "林安宁,甲局,事假,2026-11-23 08:30,2026-11-23 12:00,,2026-11-22 16:00,{}\n"
    (without,) = read(row.format(""))
    (approved,) = read(row.format("2026-11-22 17:00"))
    assert not without.counts
    assert approved.counts
    assert approved.cover_id == ""


def test_a_gb18030_file_reads_the_same() -> None:
    row = "林安宁,甲局,会议,2026-11-23 08:30,2026-11-23 12:00,,2026-11-22 16:00,\n"
    assert read(row, encoding="gb18030") == read(row)


def test_an_empty_file_is_an_empty_book() -> None:
    assert read("", head="") == ()
    assert read("") == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("林安宁,甲局,旷工,2026-11-23 08:30,2026-11-23 12:00,,2026-11-22 16:00,\n", "E106"),
        ("林安宁,甲局,事假,2026-11-31 08:30,2026-11-23 12:00,,2026-11-22 16:00,\n", "E103"),
        ("林安宁,甲局,事假,2026-11-23,2026-11-23 12:00,,2026-11-22 16:00,\n", "E103"),
        ("林安宁,甲局,事假,2026-11-23 12:00,2026-11-23 08:30,,2026-11-22 16:00,\n", "E120"),
        ("林安宁,甲局,事假,2026-11-23 8:30,2026-11-23 12:00,林安宁,2026-11-22 16:00,\n", "E117"),
        ("林安宁,甲局,事假,2026-11-23 08:30,,,2026-11-22 16:00,\n", "E102"),
    ],
)
def test_one_bad_row_refuses_the_file_and_says_where(row: str, code: str) -> None:
    good = "何静怡,甲局,会议,2026-11-23 08:30,2026-11-23 12:00,,2026-11-22 16:00,\n"
    with pytest.raises(RosterProblems) as refused:
        read(good + row)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert "leave.csv:3" in problem.where


def test_a_book_without_a_needed_column_is_refused() -> None:
    with pytest.raises(RosterProblems, match="E102"):
        read("林安宁,2026-11-23 08:30\n", head="姓名,开始\n")
