"""The first roster: a simple CSV, all or nothing, every problem with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.domain.errors import RosterError
from models.domain.hall import Hall, Window
from models.domain.hours import SessionKind
from models.domain.people import Person, Staff, Unit
from models.domain.roster import Roster
from scheduler.rosters.context import RosterContext
from scheduler.rosters.problems import RosterProblems
from scheduler.rosters.shifts_csv import read_shifts, read_shifts_file
from tests.duty_builders import at

HALLS = {"main": Hall("main", "市政务服务中心"), "town": Hall("town", "东镇便民服务中心")}
WINDOWS = (
    Window("W12", "main", "12号窗口", (), unit_id="u1"),
    Window("A03", "main", "三号窗口", (), unit_id="u2", required=2),
    Window("T1", "town", "1号窗口", ()),
    Window("M1", "main", "1号窗口", ()),
)
UNITS = (Unit("u1", "公安局"), Unit("u2", "税务局"))
STAFF = Staff(
    (Person("p1", "张三", "u1"), Person("p2", "李伟", "u1"), Person("p3", "李伟", "u2")), UNITS
)
FREE = RosterContext(HALLS, WINDOWS)
STRICT = RosterContext(HALLS, WINDOWS, staff=STAFF)

ENGLISH = """date,window,person,start,end,grade,unit
2026-11-23,W12,张三,08:30,12:00,A,
2026-11-23,W12,李四,08:30,12:00,B,
2026-11-23,A03,王五,14:30,17:30,,
"""
CHINESE = """日期;窗口(号);姓名;开始;结束;岗位;单位
2026年11月23日;12号;张 三;8:30;12点;A岗;
〃;12号窗;李四;8:30;12点;B岗;
2026/11/23;03号窗口;王五;14:30;17点半;;
"""


def problems(text: str, context: RosterContext = FREE) -> list[tuple[str, str]]:
    with pytest.raises(RosterProblems) as caught:
        read_shifts("r.csv", text.encode(), context)
    return [(one.code, one.where) for one in caught.value.problems]


def roster(text: str, context: RosterContext = FREE) -> Roster:
    return read_shifts("r.csv", text.encode(), context).roster


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_three_encodings_and_two_spellings_give_the_same_roster(encoding: str) -> None:
    plain = read_shifts("r.csv", ENGLISH.encode(encoding), FREE).roster
    first, second, third = plain.shifts
    assert (first.window_id, first.person_id, first.grade) == ("W12", "张三", "A")
    assert (first.start, first.end) == (at("08:30"), at("12:00"))
    assert (second.grade, third.grade, third.start) == ("B", "A", at("14:30"))
    spelled = CHINESE.replace("12号", "W12").replace("03号", "A03")
    assert read_shifts("r.csv", spelled.encode(encoding), FREE).roster.version == plain.version


def test_a_window_is_found_by_its_name_its_id_and_usual_spellings() -> None:
    head = "date,window,person,start,end\n"
    for written in ("W12", "w12", "12号窗口", "12", "12号", "十二号窗口"):
        (one,) = roster(f"{head}2026-11-23,{written},张三,08:30,12:00\n").shifts
        assert one.window_id == "W12"


def test_the_same_name_in_two_halls_needs_the_hall() -> None:
    head = "date,hall,window,person,start,end\n"
    (one,) = roster(f"{head}2026-11-23,东镇便民服务中心,1号窗口,张三,08:30,12:00\n").shifts
    assert one.window_id == "T1"
    (two,) = roster(f"{head}2026-11-23,main,1号,张三,08:30,12:00\n").shifts
    assert two.window_id == "M1"
    assert problems(f"{head}2026-11-23,,1号窗口,张三,08:30,12:00\n") == [("E108", "r.csv:2 window")]


def test_extra_duty_has_its_kind() -> None:
    text = "日期,窗口,姓名,开始,结束,类别\n2026-11-23,W12,张三,12:00,14:30,午间\n"
    (one,) = roster(text).shifts
    assert one.kind is SessionKind.LUNCH


def test_a_stand_in_is_put_there_in_the_others_stead() -> None:
    head = "date,window,person,start,end\n"
    for written in ("张三(代李四)", "张三(代李四)", "李四→张三", "张三替李四"):
        (one,) = roster(f"{head}2026-11-23,W12,{written},08:30,12:00\n").shifts
        assert one.person_id == "张三"


def test_two_people_fill_two_places_and_else_the_second_stands_in() -> None:
    head = "date,window,person,start,end\n"
    both = roster(f"{head}2026-11-23,A03,张三、李四,08:30,12:00\n").shifts
    assert [one.grade for one in both] == ["A", "A"]
    one = roster(f"{head}2026-11-23,W12,张三/李四,08:30,12:00\n").shifts
    assert [(shift.person_id, shift.grade) for shift in one] == [("张三", "A"), ("李四", "B")]
    graded = roster(f"{head}2026-11-23,W12,B:李四 A:张三,08:30,12:00\n").shifts
    assert {(shift.person_id, shift.grade) for shift in graded} == {("张三", "A"), ("李四", "B")}


BAD = [
    ("2026-02-30,W12,张三,08:30,12:00", "E103", "r.csv:2 date"),
    ("明天,W12,张三,08:30,12:00", "E103", "r.csv:2 date"),
    ("11-23,W12,张三,08:30,12:00", "E103", "r.csv:2 date"),
    ("2026-11-23,W12,张三,8点,半天", "E106", "r.csv:2 start"),
    ("2026-11-23,W12,张三,12:00,08:30", "E106", "r.csv:2 start"),
    ("2026-11-23,W12,张三,25:00,26:00", "E106", "r.csv:2 start"),
    ("2026-11-23,W99,张三,08:30,12:00", "E108", "r.csv:2 window"),
    ("2026-11-23,,张三,08:30,12:00", "E108", "r.csv:2 window"),
    ("2026-11-23,W12,,08:30,12:00", "E109", "r.csv:2 person"),
    ("2026-11-23,W12,张三", "E102", "r.csv:2"),
]


@pytest.mark.parametrize(("row", "code", "where"), BAD)
def test_a_bad_row_is_told_with_its_line_and_column(row: str, code: str, where: str) -> None:
    assert problems(f"date,window,person,start,end\n{row}\n") == [(code, where)]


def test_all_problems_are_told_at_once_in_both_languages() -> None:
    rows = "\n".join(row for row, _, _ in BAD)
    with pytest.raises(RosterProblems) as caught:
        read_shifts("r.csv", f"date,window,person,start,end\n{rows}\n".encode(), FREE)
    assert len(caught.value.problems) == len(BAD)
    told = str(caught.value)
    assert "“2026-02-30”不是有效日期。可写成 2026-11-23 或 2026年11月23日。" in told
    assert "'2026-02-30' is not a valid date; write 2026-11-23." in told


def test_one_bad_row_refuses_the_good_ones_too() -> None:
    assert problems(ENGLISH + "2026-13-01,W12,张三,08:30,12:00\n") == [("E103", "r.csv:5 date")]


def test_a_line_number_counts_lines_and_not_rows() -> None:
    text = 'date,window,person,start,end,remark\n2026-11-23,W12,张三,08:30,12:00,"a\nb"\n\n'
    assert problems(text + "x,W12,张三,08:30,12:00,\n") == [("E103", "r.csv:5 date")]


def test_two_first_posts_at_one_window_clash() -> None:
    text = ENGLISH + "2026-11-23,W12,赵六,11:30,14:00,A,\n"
    assert problems(text) == [("E112", "r.csv:5 person")]


def test_one_person_at_two_windows_clashes() -> None:
    text = ENGLISH + "2026-11-23,T1,张三,11:30,12:00,A,\n"
    assert problems(text) == [("E111", "r.csv:5 person")]


def test_a_row_said_twice_is_merged_with_a_warning() -> None:
    read = read_shifts("r.csv", (ENGLISH + ENGLISH.splitlines()[1]).encode(), FREE)
    assert len(read.roster.shifts) == 3
    assert [(one.code, one.where) for one in read.warnings] == [("W121", "r.csv:5 person")]


def test_with_staff_lists_names_must_be_on_them() -> None:
    head = "date,window,person,start,end,unit\n"
    (one,) = roster(f"{head}2026-11-23,W12,张三,08:30,12:00,\n", STRICT).shifts
    assert (one.person_id, one.unit_id) == ("p1", "u1")
    assert problems(f"{head}2026-11-23,W12,张四,08:30,12:00,\n", STRICT) == [
        ("E109", "r.csv:2 person")
    ]
    (two,) = roster(f"{head}2026-11-23,T1,李伟,08:30,12:00,税务局\n", STRICT).shifts
    assert two.person_id == "p3"
    (own,) = roster(f"{head}2026-11-23,W12,李伟,08:30,12:00,\n", STRICT).shifts
    assert own.person_id == "p2"
    assert problems(f"{head}2026-11-23,T1,李伟,08:30,12:00,\n", STRICT) == [
        ("E110", "r.csv:2 person")
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E102"),
        (b"hello\nworld\n", "E102"),
        ("日期,姓名\n2026-11-23,张三\n".encode(), "E102"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "E101"),
        (b"date,window,person,start,end\n\xff\xff\n", "E101"),
        (b'date,window,person,start,end\n2026-11-23,W12,"x,08:30', "E101"),
    ],
)
def test_what_is_no_roster_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(RosterError) as caught:
        read_shifts("r.csv", data, FREE)
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RosterError) as caught:
        read_shifts_file(tmp_path / "none.csv", FREE)
    assert caught.value.code == "E101"
