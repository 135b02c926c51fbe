"""A notice finds its person whether or not units were written; staff lists from a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.domain.leave import Notice, NoticeKind
from scheduler.rosters.importing import import_rosters
from scheduler.rosters.problems import RosterProblems
from scheduler.rosters.same_people import align
from scheduler.rosters.staff_csv import read_staff
from tests.duty_builders import at
from tests.roster_city import CITY

FREE = replace(CITY, staff=None)


def away(person: str, cover: str = "") -> Notice:
    return Notice("n", person, NoticeKind.OUT, at("09:00"), at("10:00"), at("08:50"), cover)


@pytest.mark.parametrize(
    ("written", "people", "meant"),
    [
        ("张三", {"张三"}, "张三"),
        ("公安局/张三", {"张三"}, "张三"),
        ("张三", {"公安局/张三", "公安局/李四"}, "公安局/张三"),
        ("公安局/张三", {"公安局/张三", "税务局/张三"}, "公安局/张三"),
    ],
)
def test_the_person_is_found(written: str, people: set[str], meant: str) -> None:
    found = align([away(written)], people)
    assert (found.notices[0].person_id, found.strangers, found.doubtful) == (meant, (), ())


def test_the_cover_is_found_too() -> None:
    (notice,) = align([away("张三", "李四")], {"公安局/张三", "公安局/李四"}).notices
    assert notice.cover_id == "公安局/李四"


def test_the_same_name_in_two_units_is_doubtful_and_another_unit_is_a_stranger() -> None:
    assert align([away("张三")], {"公安局/张三", "税务局/张三"}).doubtful == (away("张三"),)
    other = away("人社局/张三")
    assert align([other], {"公安局/张三"}).strangers == (other,)
    assert align([away("赵六")], {"公安局/张三"}).strangers == (away("赵六"),)


SHIFTS = "日期,窗口,姓名,时间段\n2026-11-23,12,张三,全天\n".encode()
BOOK = "姓名,单位,类别,开始,结束,登记时间\n{},公安局,外出,{}\n"


def leave(name: str) -> bytes:
    times = "2026-11-23 09:00,2026-11-23 10:00,2026-11-23 08:50"
    return BOOK.format(name, times).encode()


def test_files_with_and_without_units_are_read_together() -> None:
    read = import_rosters([("s.csv", SHIFTS), ("l.csv", leave("张三"))], FREE)
    assert read.notices[0].person_id == read.roster.shifts[0].person_id == "张三"


def test_a_notice_that_excuses_nobody_is_told() -> None:
    read = import_rosters([("s.csv", SHIFTS), ("l.csv", leave("张山"))], FREE)
    assert [(one.code, one.where) for one in read.warnings] == [("W109", "l.csv:2 A2")]


def test_a_staff_list_gives_ids_and_units() -> None:
    staff = read_staff("s.csv", "姓名,单位,工号\n张 三,公安局,007\n李四,公安局,\n".encode())
    assert set(staff.persons) == {"007", "公安局/李四"}
    assert staff.persons["007"].name == "张三"
    assert set(staff.units) == {"公安局"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("姓名\n张三\n", "E102"),
        ("姓名,单位\n张三,\n", "E109"),
        ("姓名,单位\n张三,公安局\n张三,公安局\n", "E110"),
    ],
)
def test_a_wrong_staff_list_is_refused(text: str, code: str) -> None:
    with pytest.raises(RosterProblems) as caught:
        read_staff("s.csv", text.encode())
    assert [one.code for one in caught.value.problems] == [code]
