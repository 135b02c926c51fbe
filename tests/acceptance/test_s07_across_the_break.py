"""S07: empty from 11:50 to 14:40, with and without lunch duty."""

from __future__ import annotations

from tests.acceptance.town import Town, spans

SHIFTS = (
    "2026-11-23,W12,公安局,甲,A,08:30,12:00,",
    "2026-11-23,W12,公安局,甲,A,14:30,17:30,",
)


def test_s07_the_break_is_nobodys_time(town: Town) -> None:
    town.roster(*SHIFTS)
    done = town.judge(spans("W12", ("11:50", "14:40")))
    assert [(one["label"], one["at_least_s"]) for one in done.findings] == [
        ("早退", 600),
        ("迟到", 600),
    ]


def test_s07_with_lunch_duty_it_is_one_absence_of_170_minutes(town: Town) -> None:
    town.roster(*SHIFTS, "2026-11-23,W12,公安局,乙,A,12:00,14:30,午间")
    (one,) = town.judge(spans("W12", ("11:50", "14:40"))).findings
    assert (one["label"], one["at_least_s"]) == ("脱岗", 170 * 60)
    assert one["unit"] == "公安局", "two people stood in it one after the other: the unit's"


def test_s07_lunch_duty_may_come_as_a_table_of_its_own(town: Town) -> None:
    town.roster(*SHIFTS)
    lunch = town.write(
        "午间值班表.csv",
        "午间值班表\n日期,时间段,姓名,窗口,单位\n11.23,12:00-14:30,乙,W12,公安局\n",
    )
    done = town.good("roster", "import", lunch)
    assert "layout F" in done.out
    assert "+1 -0" in done.out, "the day's regular shifts stay"
    (one,) = town.judge(spans("W12", ("11:50", "14:40"))).findings
    assert one["at_least_s"] == 170 * 60
