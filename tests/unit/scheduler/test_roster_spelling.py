"""How people write dates, times, windows and names."""

from __future__ import annotations

from datetime import date

import pytest

from models.domain.hours import AFTERNOON, MORNING, Sitting
from scheduler.rosters.names import Written, written_people
from scheduler.rosters.spelling import (
    WindowFinder,
    fold,
    fold_name,
    read_date,
    read_sitting,
    serial_date,
    sittings_meant,
    weekday_in,
    window_key,
)
from tests.roster_city import WINDOWS

NOVEMBER = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026/11/23",
        "2026.11.23",
        "20261123",
        "2026年11月23日",
        "2026年11月23日(周一)",
        "2026-11-23 星期一",
        "2026-11-23",
        "2026-11-23 00:00:00",
        "46349",
        "46349.0",
        "11-23",
        "11.23",
        "11/23",
        "11月23日",
        "11月23号",
        "23日(周一)",
        "23",
    ],
)
def test_dates(text: str) -> None:
    assert read_date(text, year=2026, month=11) == NOVEMBER


@pytest.mark.parametrize(
    "text", ["", "今天", "2026-13-01", "2026-02-29", "32日", "11-23-2026", "46349.5", "99999"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        read_date(text, year=2026, month=11)


@pytest.mark.parametrize("text", ["11-23", "23日", "23"])
def test_a_date_without_a_year_needs_one(text: str) -> None:
    with pytest.raises(ValueError):
        read_date(text)


def test_excel_counts_days_in_two_ways() -> None:
    assert serial_date(45323) == date(2024, 2, 1)
    assert serial_date(45323 - 1462, epoch_1904=True) == date(2024, 2, 1)
    with pytest.raises(ValueError):
        serial_date(60)


@pytest.mark.parametrize(
    "text",
    [
        "08:30-12:00",
        "8:30-12",
        "8:30—12:00",
        "8:30~12:00",
        "08:30-12:00",
        "8点30分至12点",
        "8点半到12点整",
        "0830-1200",
        "8:30 - 12:00",
    ],
)
def test_times(text: str) -> None:
    assert read_sitting(text) == Sitting.parse("08:30-12:00")


@pytest.mark.parametrize("text", ["12:00-08:30", "08:30", "8:30-12:00-13:00", "a-b", "8:75-9:00"])
def test_what_is_no_stretch_of_time(text: str) -> None:
    with pytest.raises(ValueError):
        read_sitting(text)


def test_words_for_parts_of_the_day() -> None:
    own = (MORNING, AFTERNOON)
    assert sittings_meant("上午", own) == (MORNING,)
    assert sittings_meant("下午", own) == (AFTERNOON,)
    assert sittings_meant("全天", own) == own
    assert sittings_meant("", own) == own
    assert sittings_meant("上午8:30-12:00、下午14:30-17:30", own) == [MORNING, AFTERNOON]
    assert sittings_meant("下午", (Sitting.parse("09:00-17:00"),)) == ()


@pytest.mark.parametrize(
    "text", ["3", "03", "3号", "三号窗口", "第3号窗口", "3号窗", "窗口3", "3 号 窗口", "3号"]
)
def test_spellings_of_a_window(text: str) -> None:
    assert window_key(text) == "3"
    assert [one.id for one in WindowFinder(WINDOWS).find(text)] == ["W03"]


@pytest.mark.parametrize(
    ("text", "key"), [("A03", "A3"), ("十二号", "12"), ("二十号窗口", "20"), ("100", "100")]
)
def test_other_windows(text: str, key: str) -> None:
    assert window_key(text) == key


def test_forms_of_characters_are_folded() -> None:
    assert fold(" 08:30 \u200b") == "08:30"
    assert fold("稅務局張麗華") == "税务局张丽华"
    assert fold_name("张 三") == fold_name("张\u3000三") == "张三"
    assert fold_name("John Smith") == "John Smith"


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("星期一", 0),
        ("周日", 6),
        ("23日(周三)", 2),
        ("天", 6),
        ("二", 1),
        ("23日", None),
        ("", None),
    ],
)
def test_weekdays(text: str, weekday: int | None) -> None:
    assert weekday_in(text) == weekday


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("张三", [Written("张三")]),
        ("张 三", [Written("张三")]),
        ("张三(代李四)", [Written("张三", "", "李四")]),
        ("张三(替李四)", [Written("张三", "", "李四")]),
        ("李四→张三", [Written("张三", "", "李四")]),
        ("李四->张三", [Written("张三", "", "李四")]),
        ("张三替李四", [Written("张三", "", "李四")]),
        ("欧阳小明代李四", [Written("欧阳小明", "", "李四")]),
        ("张三/李四", [Written("张三"), Written("李四")]),
        ("张三、李四,王五", [Written("张三"), Written("李四"), Written("王五")]),
        ("A:张三 B:李四", [Written("张三", "A"), Written("李四", "B")]),
        ("A岗:张三、B岗:李四", [Written("张三", "A"), Written("李四", "B")]),
        ("张三(A)、李四(B)", [Written("张三", "A"), Written("李四", "B")]),
        ("張三", [Written("张三")]),
        ("", []),
        ("—", []),
        ("轮休", []),
        ("待定", []),
        ("张三、待定", [Written("张三")]),
    ],
)
def test_who_is_meant(text: str, people: list[Written]) -> None:
    assert written_people(text) == people
