from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from models.domain.case import Case, CaseType, Ending, Suspension, renewed
from models.domain.workdays import WorkCalendar
from scheduler.cases.reading import CaseContext, read_cases, read_files
from scheduler.rosters.problems import RosterProblems

ZONE = ZoneInfo("Asia/Shanghai")
CONTEXT = CaseContext(
    ZONE,
    WorkCalendar.builtin(),
    lambda on: datetime.combine(on, time(17, 30), ZONE),
    frozenset({"公安局", "民政局"}),
)

HEADS = "办件编号,单位,事项名称,办件类型,受理时间,承诺时限,法定时限,办结时间"
CHINESE = f"""{HEADS},办结结果,申请人,联系电话
B1,公安局,户口迁移,承诺件,2026-11-02 09:30,10,20,2026-11-16,办结,张三丰,13800000000
B2,民政局,婚姻登记,即办件,2026年11月3日 10:00,,,2026-11-03,,李四,
B3,民政局,低保,联办件,2026/11/04,5个工作日,,,,,
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def refused(data: bytes, name: str = "办件.csv") -> list[tuple[str, str]]:
    with pytest.raises(RosterProblems) as caught:
        read_cases(name, data, CONTEXT)
    return [(one.code, one.where) for one in caught.value.problems if one.blocking]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_with_chinese_heads_is_read_in_any_encoding_people_use(encoding: str) -> None:
    read = read_cases("办件.csv", CHINESE.encode(encoding), CONTEXT)
    first, second, third = read.cases
    assert first == Case(
        "B1",
        "公安局",
        CaseType.PROMISED,
        at("2026-11-02T09:30"),
        10,
        20,
        at("2026-11-16T17:30"),
        Ending.CLOSED,
        task_name="户口迁移",
        applicant="张**",
        source="办件.csv",
    )
    assert (second.case_type, second.promise_days, second.ending) == (
        CaseType.IMMEDIATE,
        0,
        Ending.CLOSED,
    )
    assert (third.case_type, third.promise_days, third.ended_at) == (CaseType.JOINT, 5, None)


def test_who_applied_is_dropped_and_that_is_told() -> None:
    read = read_cases("办件.csv", CHINESE.encode(), CONTEXT)
    assert [(one.code, one.where) for one in read.problems] == [("W209", "办件.csv:1 A1")]
    assert "13800000000" not in repr(read)
    assert "三丰" not in repr(read)


def test_the_national_column_names_and_codes_are_read() -> None:
    text = (
        "project_no,org_name,project_type,accept_date,promise_date,result_date,result_type\n"
        "P1,公安局,2,2026-04-30 08:30:00,2026-05-11,,\n"
        "P2,公安局,1,2026-04-30 08:30:00,,2026-04-30 09:00:00.0,1\n"
    )
    first, second = read_cases("up_pro_accept.csv", text.encode(), CONTEXT).cases
    assert (first.promise_days, first.ended_at) == (5, None)
    assert (second.case_type, second.ended_at) == (CaseType.IMMEDIATE, at("2026-04-30T09:00"))


def workbook(*sheets: Sequence[Any]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_may_hold_special_procedures_on_a_sheet_of_their_own() -> None:
    data = workbook(
        [["某市办件明细"], ["办件编号", "单位", "受理时间", "承诺时限"],
         ["P1", "公安局", datetime(2026, 11, 2, 9, 30), 10]],  # noqa: DTZ001
        [["办件编号", "特别程序开始", "特别程序结束", "特别程序名称"],
         ["P1", date(2026, 11, 5), date(2026, 11, 12), "听证"]],
    )  # fmt: skip
    (case,) = read_cases("办件.xlsx", data, CONTEXT).cases
    assert case.accepted_at == at("2026-11-02T09:30")
    assert case.suspensions == (Suspension(date(2026, 11, 5), date(2026, 11, 12), "听证"),)


def test_every_planted_error_is_named_with_its_place() -> None:
    text = (
        "办件编号,单位,办件类型,受理时间,承诺时限,办结时间\n"
        ",公安局,承诺件,2026-11-02,10,\n"
        "B2,,承诺件,2026-11-02,10,\n"
        "B3,公安局,急件,2026-11-02,10,\n"
        "B4,公安局,承诺件,2026-13-02,10,\n"
        "B5,公安局,承诺件,2026-11-02,十天,\n"
        "B6,公安局,承诺件,2026-11-02,10,2026-11-01\n"
        "B7,公安局,承诺件,2026-11-02,,\n"
    )
    assert refused(text.encode()) == [
        ("E202", "办件.csv:2 A2"),
        ("E203", "办件.csv:3 B3"),
        ("E204", "办件.csv:4 C4"),
        ("E202", "办件.csv:5 D5"),
        ("E205", "办件.csv:6 E6"),
        ("E206", "办件.csv:7 F7"),
        ("E205", "办件.csv:8 A8"),
    ]


def test_a_file_without_the_needed_columns_is_refused() -> None:
    assert refused("编号,名称\n1,2\n".encode()) == [("E201", "办件.csv")]


def test_what_is_no_table_is_refused() -> None:
    assert [code for code, _ in refused(b"\x00\x01", "x.csv")] == ["E101"]


def test_a_special_procedure_of_an_unknown_case_or_turned_round_is_refused() -> None:
    accept = [["办件编号", "单位", "受理时间", "承诺时限"], ["P1", "公安局", "2026-11-02", 10]]
    special = ["办件编号", "特别程序开始", "特别程序结束"]
    unknown = workbook(accept, [special, ["P9", "2026-11-05", "2026-11-06"]])
    turned = workbook(accept, [special, ["P1", "2026-11-06", "2026-11-05"]])
    assert refused(unknown, "a.xlsx") == [("E208", "a.xlsx [Sheet1] A2")]
    assert refused(turned, "a.xlsx") == [("E208", "a.xlsx [Sheet1] C2")]


def test_of_a_number_that_stands_twice_the_last_row_holds_and_that_is_told() -> None:
    text = "办件编号,单位,受理时间,承诺时限\nB1,公安局,2026-11-02,10\nB1,公安局,2026-11-02,5\n"
    read = read_cases("a.csv", text.encode(), CONTEXT)
    assert [case.promise_days for case in read.cases] == [5]
    assert [one.code for one in read.problems] == ["W207"]


def test_an_older_row_neither_reopens_a_case_nor_forgets_its_suspension() -> None:
    stop = Suspension(date(2026, 11, 5), date(2026, 11, 12))
    before = Case(
        "B1", "公安局", CaseType.PROMISED, at("2026-11-02T09:00"), 10, 20,
        at("2026-11-20T09:00"), Ending.CLOSED, suspensions=(stop,),
    )  # fmt: skip
    again = Case("B1", "民政局", CaseType.PROMISED, at("2026-11-02T09:00"), 12)
    after = renewed(before, again)
    assert (after.unit_id, after.promise_days) == ("民政局", 12)
    assert (after.ended_at, after.ending, after.suspensions) == (
        before.ended_at,
        Ending.CLOSED,
        (stop,),
    )


def test_reading_never_touches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read_cases("办件.csv", CHINESE.encode(), CONTEXT)
    assert list(tmp_path.iterdir()) == []


def accepted(number: str = "B1") -> Case:
    moment = at("2026-11-02T09:30")
    return Case(number, "公安局", CaseType.PROMISED, moment, 10, source="办件.csv")


def recorded(*found: Case) -> CaseContext:
    by_number = {one.project_no: one for one in found}
    return replace(
        CONTEXT, known=lambda numbers: {n: by_number[n] for n in numbers if n in by_number}
    )


SPECIAL = "办件编号,特别程序开始,特别程序结束,特别程序名称\nB1,2026-11-05,2026-11-12,听证\n"
RESULT = "project_no,result_date,result_type\nB1,2026-11-20 10:00,1\n"


def test_tables_of_special_procedures_and_results_add_to_cases_of_the_record() -> None:
    files = [("特别程序.csv", SPECIAL.encode()), ("up_pro_result.csv", RESULT.encode())]
    (case,) = read_files(files, recorded(accepted())).cases
    assert case == replace(
        accepted(),
        suspensions=(Suspension(date(2026, 11, 5), date(2026, 11, 12), "听证"),),
        ended_at=at("2026-11-20T10:00"),
        ending=Ending.CLOSED,
        source="up_pro_result.csv",
    )


def test_files_that_belong_together_are_read_together() -> None:
    main = "办件编号,单位,受理时间,承诺时限\nB1,公安局,2026-11-02 09:30,10\n"
    files = [("特别程序.csv", SPECIAL.encode()), ("办件.csv", main.encode())]
    (case,) = read_files(files, CONTEXT).cases
    assert (case.project_no, len(case.suspensions), case.source) == ("B1", 1, "办件.csv")


def test_what_adds_to_a_case_that_nobody_knows_is_refused() -> None:
    assert refused(SPECIAL.encode(), "特别程序.csv") == [("E208", "特别程序.csv:2 A2")]
    with pytest.raises(RosterProblems) as caught:
        read_files([("早.csv", RESULT.replace("11-20", "10-20").encode())], recorded(accepted()))
    assert [(one.code, one.where) for one in caught.value.problems] == [("E206", "早.csv:2 A2")]


def test_a_special_procedure_that_ends_later_replaces_the_running_one() -> None:
    running = replace(accepted(), suspensions=(Suspension(date(2026, 11, 5), None, "听证"),))
    (case,) = read_cases("特别程序.csv", SPECIAL.encode(), recorded(running)).cases
    assert case.suspensions == (Suspension(date(2026, 11, 5), date(2026, 11, 12), "听证"),)
    again = SPECIAL.replace("2026-11-12", "").encode()
    (same,) = read_cases("特别程序.csv", again, recorded(case)).cases
    assert same.suspensions == case.suspensions


def test_names_that_are_too_long_are_refused() -> None:
    long = "办" * 101
    text = (
        f"办件编号,单位,受理时间,承诺时限\n{long},公安局,2026-11-02,10\nB2,{long},2026-11-02,10\n"
    )
    assert refused(text.encode()) == [("E202", "办件.csv:2 A2"), ("E203", "办件.csv:3 B3")]
