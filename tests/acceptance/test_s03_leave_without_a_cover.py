"""S03: approved leave all day, nobody named: the unit's, one record, and the unit is reminded."""

from __future__ import annotations

from tests.acceptance.town import Town, spans


def test_s03_the_unit_answers_for_the_whole_morning_and_is_reminded(town: Town) -> None:
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    town.leave(
        "甲,公安局,年休,2026-11-23 00:00,2026-11-24 00:00,,2026-11-20 09:00,2026-11-20 09:00"
    )
    done = town.judge(spans("W12", ("08:00", "12:30")))
    (one,) = done.findings
    assert (one["label"], one["at_least_s"]) == ("空岗", 210 * 60)
    assert (one["post"], one["unit"], one["reminder_to"]) == ("", "公安局", "公安局")


def test_s03_the_gap_is_told_before_it_happens(town: Town) -> None:
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    town.leave(
        "甲,公安局,年休,2026-11-23 00:00,2026-11-24 00:00,,2026-11-20 09:00,2026-11-20 09:00"
    )
    done = town.run("roster", "coverage", "2026-11")
    assert done.code == 1
    assert "2026-11-23 08:30-12:00 W12 unmanned: 1 人已请假或外出,无人顶岗" in done.out
    assert "2026-11-23 14:30-17:30 W12 no_roster: 该时段没有排班" in done.out


def test_leave_that_nobody_approved_excuses_nobody(town: Town) -> None:
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    town.leave("甲,公安局,年休,2026-11-23 00:00,2026-11-24 00:00,,,2026-11-20 09:00")
    (one,) = town.judge(spans("W12", ("08:00", "12:30"))).findings
    assert (one["label"], one["post"]) == ("缺岗(全场)", "W12/A")
