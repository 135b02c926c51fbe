"""Traps of real files, the remaining messages, and the way back out to .xlsx."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from models.domain.errors import InputError
from models.domain.hall import Hall, Window
from models.domain.hours import SessionKind
from models.domain.leave import Notice, NoticeKind
from models.domain.people import Person, Staff
from models.domain.roster import CoverChain, Roster, Shift, Turn
from scheduler.rosters.exporting import TEMPLATES, export_roster, template
from scheduler.rosters.importing import Imported, changes, import_rosters, merged
from scheduler.rosters.problems import RosterProblems
from tests.duty_builders import at
from tests.roster_city import CITY, STAFF, UNITS

HEADS = ["日期", "窗口", "姓名", "时间段", "岗位"]
Row = list[Any]


def book(*rows: Row, heads: Row = HEADS, edit: Callable[[Any], None] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "表"
    for row in [heads, *rows]:
        sheet.append(row)
    if edit is not None:
        edit(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read(*rows: Row, context: Any = CITY, **more: Any) -> Imported:
    return import_rosters([("r.xlsx", book(*rows, **more))], context)


def codes(*rows: Row, context: Any = CITY, **more: Any) -> list[str]:
    """Codes of all that is noticed, gaps (W113) left out."""
    try:
        found = read(*rows, context=context, **more).warnings
    except RosterProblems as refused:
        found = refused.problems
    return [one.code for one in found if one.code != "W113"]


DAY: Row = ["2026-11-23", "12", "张三", "全天", "A"]


def test_a_plain_day_is_two_shifts_without_a_word() -> None:
    assert len(read(DAY).roster.shifts) == 2
    assert codes(DAY) == []


def test_a_wrong_weekday_is_told_and_the_date_counts() -> None:
    row = ["2026-11-23(周二)", "12", "张三", "全天", "A"]
    assert codes(row) == ["W105"]
    assert read(row).roster.shifts[0].start == at("08:30")


def test_hours_beyond_the_halls_are_told() -> None:
    assert codes(["2026-11-23", "12", "张三", "07:00-12:00", "A"]) == ["W107"]


def test_a_day_of_rest_is_told_and_named() -> None:
    assert codes(["2026-10-01", "12", "张三", "上午", "A"]) == ["W114"]
    (warning, *_) = read(["2026-10-01", "12", "张三", "上午", "A"]).warnings
    assert "国庆节" in warning.zh


def test_s09_a_make_up_day_without_a_roster_is_told() -> None:
    rows = [["2026-09-18", "12", "张三", "全天", "A"], ["2026-09-21", "12", "张三", "全天", "A"]]
    assert codes(*rows) == ["W115"]


def test_gaps_on_workdays_are_told_by_session() -> None:
    warnings = read(["2026-11-23", "12", "张三", "上午", "A"]).warnings
    assert [(one.code, "14:30-17:30" in one.zh) for one in warnings] == [("W113", True)]


def test_many_gaps_are_summed_up() -> None:
    rows = [["2026-11-02", "12", "张三", "全天", "A"], ["2026-11-30", "12", "张三", "全天", "A"]]
    warnings = read(*rows).warnings
    assert len(warnings) == 21
    assert "另有 18 个时段" in warnings[-1].zh


def test_a_rostered_person_on_leave_without_a_cover_is_told() -> None:
    leave = Notice(
        "L",
        "p1",
        NoticeKind.SICK,
        at("08:30"),
        at("12:00"),
        at("08:00"),
        approved_at=at("08:00"),
    )
    away = replace(CITY, notices=(leave,))
    assert codes(["2026-11-23", "12", "张三", "上午", "A"], context=away) == ["W116"]
    covered = replace(CITY, notices=(replace(leave, cover_id="p2"),))
    assert codes(["2026-11-23", "12", "张三", "上午", "A"], context=covered) == []
    behind = ["2026-11-23", "12", "李四", "上午", "B"]
    assert codes(["2026-11-23", "12", "张三", "上午", "A"], behind, context=away) == []


def test_a_telephone_number_is_hinted_at() -> None:
    heads = [*HEADS, "联系电话"]
    assert codes([*DAY, "12345"], heads=heads) == ["W124"]
    assert codes([*DAY, 13800000001], heads=heads) == []
    assert codes([*DAY, "0551-6200001"], heads=heads) == []


def test_the_same_name_in_two_units_needs_its_unit() -> None:
    twins = Staff((*STAFF.persons.values(), Person("p9", "张三", "r1")), UNITS)
    context = replace(CITY, staff=twins)
    assert codes(["2026-11-23", "综合受理窗口", "张三", "全天", "A"], context=context) == ["E110"]
    assert codes(DAY, context=context) == []


def test_nobody_behind_a_formula_that_was_never_computed() -> None:
    row = ["2026-11-23", "12", "=A1", "全天", "A"]
    assert codes(row) == ["E109", "W122"]


def test_colours_and_comments_are_told() -> None:
    def edit(workbook: Any) -> None:
        sheet = workbook.active
        sheet["F2"].fill = PatternFill("solid", fgColor="FFFF0000")
        sheet["C2"].comment = Comment("替班", "某人")

    (warning,) = [one for one in read(DAY, edit=edit).warnings if one.code == "W122"]
    assert "共 2 处" in warning.zh


def test_a_hidden_sheet_is_not_read_and_a_sheet_of_notes_is_no_mistake() -> None:
    def edit(workbook: Any) -> None:
        hidden = workbook.create_sheet("旧")
        hidden.append(HEADS)
        hidden.append(["2026-11-24", "99", "无此人", "全天", "A"])
        hidden.sheet_state = "hidden"
        workbook.create_sheet("说明").append(["请按时报送"])

    assert len(read(DAY, edit=edit).roster.shifts) == 2
    assert codes(DAY, edit=edit) == ["W102"]


def test_lunch_duty_is_no_clash_with_a_shift_that_spans_noon() -> None:
    heads = [*HEADS, "类别"]
    rows = [
        ["2026-11-23", "12", "张三", "08:30-17:30", "A", ""],
        ["2026-11-23", "12", "李四", "12:00-14:30", "A", "午间"],
        ["2026-11-23", "综合受理窗口", "王五", "08:30-17:30", "A", ""],
        ["2026-11-23", "综合受理窗口", "张三", "12:00-14:30", "A", "午间"],
    ]
    assert codes(*rows, heads=heads) == []


TOWN = replace(
    CITY,
    halls={**CITY.halls, "east": Hall("east", "东镇便民服务中心")},
    windows=(*CITY.windows, Window("E3", "east", "3号窗口", ())),
    staff=None,
)


def test_a_hall_in_the_title_says_which_window_is_meant() -> None:
    def titled(title: str) -> Callable[[Any], None]:
        def edit(workbook: Any) -> None:
            workbook.active.insert_rows(1)
            workbook.active["A1"] = title

        return edit

    row = ["2026-11-23", "3号", "张三", "全天", "A"]
    assert codes(row, context=TOWN) == ["E108"]
    read_east = read(row, context=TOWN, edit=titled("东镇便民服务中心2026年11月值班表"))
    assert {one.window_id for one in read_east.roster.shifts} == {"E3"}
    read_main = read(row, context=TOWN, edit=titled("政务大厅值班表"))
    assert {one.window_id for one in read_main.roster.shifts} == {"W03"}
    named = import_rosters([("东镇便民服务中心.xlsx", book(row))], TOWN)
    assert {one.window_id for one in named.roster.shifts} == {"E3"}


def test_a_unit_whose_name_begins_like_a_note_is_no_note() -> None:
    heads = ["单位", *HEADS]
    rows = [
        ["审核股", *DAY],
        ["备注:", "以上请知悉", "", "", "", ""],
        ["审核:李主任", "", "制表:王"],
    ]
    free = replace(CITY, staff=None)
    assert len(read(*rows, heads=heads, context=free).roster.shifts) == 2


def test_the_year_may_stand_in_the_files_name_and_the_month_in_the_sheets() -> None:
    context = replace(CITY, year=None)

    def edit(workbook: Any) -> None:
        workbook.active.title = "11月"

    data = book(["23日", "12", "张三", "上午", "A"], edit=edit)
    (one,) = import_rosters([("2026年值班表.xlsx", data)], context).roster.shifts
    assert one.start == at("08:30")
    with pytest.raises(RosterProblems):
        import_rosters([("值班表.xlsx", data)], context)


def test_two_sheets_that_overlap_are_merged() -> None:
    def edit(workbook: Any) -> None:
        second = workbook.create_sheet("另一张")
        second.append(HEADS)
        second.append(DAY)

    assert len(read(DAY, edit=edit).roster.shifts) == 2
    assert codes(DAY, edit=edit) == ["W121"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.et", book(DAY)),
        ("x.xlsx", b"PK\x03\x04 broken"),
        ("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("x.csv", b"\x00\x01\x02"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(RosterProblems) as caught:
        import_rosters([(name, data)], CITY)
    assert [one.code for one in caught.value.problems] == ["E101"]


@pytest.mark.parametrize("data", [b"", b"\n\n", "注:空表\n".encode()])
def test_a_file_without_a_table_is_refused(data: bytes) -> None:
    with pytest.raises(RosterProblems) as caught:
        import_rosters([("x.csv", data)], CITY)
    assert [one.code for one in caught.value.problems] == ["E102"]


def test_a_new_roster_replaces_the_days_it_speaks_of_and_no_others() -> None:
    first = read(DAY, ["2026-11-24", "12", "张三", "全天", "A"]).roster
    second = read(["2026-11-24", "12", "李四", "上午", "A"]).roster
    after = merged(first, second, CITY)
    assert [str(one) for one in changes(first, after, CITY)] == [
        "- 2026-11-24 W12 08:30-12:00 A p1",
        "+ 2026-11-24 W12 08:30-12:00 A p2",
        "- 2026-11-24 W12 14:30-17:30 A p1",
    ]
    assert merged(after, second, CITY).version == after.version


MINUTES = st.integers(0, 23 * 60).map(lambda minute: timedelta(minutes=minute))


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Rosters that break no rule: each A post of its own person and day."""
    days = draw(st.lists(st.integers(1, 28), unique=True, max_size=6))
    shifts, turns = [], []
    for number in days:
        midnight = at("00:00", date(2026, 11, number))
        start = midnight + draw(MINUTES)
        end = start + timedelta(minutes=draw(st.integers(1, 59)))
        kind = draw(st.sampled_from(list(SessionKind)))
        for person, grade in (("p1", "A"), ("p2", "B")):
            if grade == "A" or draw(st.booleans()):
                shifts.append(Shift("W12", start, end, person, grade, "u1", kind))
    if draw(st.booleans()):
        start = at("00:00", date(2026, 11, 2))
        turns = [
            Turn(
                "ZH", start + timedelta(days=7 * n), start + timedelta(days=7 * n + 5), f"r{n + 1}"
            )
            for n in range(draw(st.integers(1, 4)))
        ]
    chains = []
    if draw(st.booleans()):
        people = draw(st.permutations(["p4", "p5"]))
        chains = [CoverChain("W03", at("00:00", date(2026, 11, 1)), tuple(people), "u2")]
    return Roster(tuple(shifts), tuple(chains), tuple(turns))


@settings(deadline=None, max_examples=40)
@given(rosters())
def test_what_was_exported_is_imported_as_the_same_roster(roster: Roster) -> None:
    again = import_rosters([("out.xlsx", export_roster(roster, CITY))], CITY).roster
    assert again.version == roster.version


def test_notices_come_back_too() -> None:
    notices = [
        Notice(
            "x",
            "p1",
            NoticeKind.ANNUAL,
            at("08:30"),
            at("17:30"),
            at("08:00"),
            cover_id="p2",
            approved_at=at("07:50"),
            approver="陈局长",
            back_at=at("15:00"),
        )
    ]
    (again,) = import_rosters([("out.xlsx", export_roster(Roster(), CITY, notices))], CITY).notices
    assert replace(again, id="x") == notices[0]
    assert "p1" not in again.id  # findings quote it, and name nobody


@pytest.mark.parametrize("letter", sorted(TEMPLATES))
def test_a_template_is_recognised_as_its_layout_and_is_empty(letter: str) -> None:
    named = replace(CITY, month=date(2026, 11, 1))
    read_back = import_rosters([("t.xlsx", template(letter, date(2026, 11, 1)))], named)
    assert [found for _, found in read_back.layouts] == [letter]
    assert read_back.roster.version == Roster().version
    assert read_back.notices == ()


def test_there_is_no_seventh_template() -> None:
    with pytest.raises(InputError):
        template("G")


def test_the_same_roster_gives_the_same_cells() -> None:
    roster = read(DAY).roster
    first = openpyxl.load_workbook(io.BytesIO(export_roster(roster, CITY)))
    second = openpyxl.load_workbook(io.BytesIO(export_roster(roster, CITY)))
    assert [[cell.value for cell in row] for row in first["班次"]] == [
        [cell.value for cell in row] for row in second["班次"]
    ]
