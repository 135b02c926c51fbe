"""Empty stretches held against sessions and the roster (scenarios S01–S20 in pure form)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.domain.finding import Finding, Kind, Level
from models.domain.hours import HoursBook, SessionKind, Sitting, WorkHours
from models.domain.leave import NoticeKind
from models.domain.presence import State
from models.domain.profiles import DutyProfile, Threshold
from models.domain.roster import Roster, Shift, Turn
from models.domain.workdays import sessions_of
from tests.duty_builders import (
    ALL_DAY,
    BING,
    CALENDAR,
    HALL,
    JIA,
    WINDOW,
    YI,
    at,
    day_of,
    duty,
    judged,
    notice,
    power_cut,
    sessions,
    shift,
    span,
)


def kinds(found: list[Finding]) -> list[Kind]:
    return [one.kind for one in found if one.level is Level.FINDING]


def test_s01_nothing_is_found_where_the_cover_is_there() -> None:
    by = duty(notice(JIA, "09:00", "10:00", registered="08:50", cover=YI))
    assert judged(day_of(), by) == []


def test_s02_an_empty_window_is_the_covers_while_the_first_is_excused() -> None:
    by = duty(notice(JIA, "09:00", "10:00", registered="08:50", cover=YI))
    (found,) = judged(day_of(("09:10", "09:30")), by)
    assert (found.kind, found.post, found.lower_s) == (Kind.COVER_OFF_POST, "W12/B", 1200)
    assert (found.label, found.length_zh) == ("脱岗(顶岗人)", "至少20分钟")
    assert "乙" not in found.why_zh
    assert by.named(WINDOW, found.since, found.until_at_least) == YI


def test_s02_the_chain_goes_on_to_the_third_where_the_second_is_excused_too() -> None:
    by = duty(
        notice(JIA, "09:00", "10:00", cover=YI),
        notice(YI, "09:00", "10:00", cover=BING),
    )
    (found,) = judged(day_of(("09:10", "09:30")), by)
    assert (found.kind, found.post) == (Kind.COVER_OFF_POST, "W12/C")
    assert by.named(WINDOW, found.since, found.until_at_least) == BING


def test_s02_an_exhausted_chain_is_the_units() -> None:
    by = duty(notice(JIA, "09:00", "10:00", cover=YI), notice(YI, "09:00", "10:00"))
    (found,) = judged(day_of(("09:10", "09:30")), by)
    assert (found.kind, found.post, found.unit_id) == (Kind.UNMANNED, "", "公安局")


def test_s03_leave_without_a_cover_is_one_record_of_the_unit() -> None:
    by = duty(notice(JIA, "08:00", "18:00", kind=NoticeKind.ANNUAL))
    (found,) = judged(day_of(("08:20", "12:00")), by)
    assert (found.kind, found.lower_s, found.personal) == (Kind.UNMANNED, 210 * 60, False)


def test_s05_four_minutes_are_neither_alert_nor_finding() -> None:
    assert judged(day_of(("10:00", "10:04"))) == []


@pytest.mark.parametrize(("rule", "expected"), [(">=5min", [Kind.OFF_POST]), (">5min", [])])
def test_s06_the_operator_decides_at_exactly_the_threshold(rule: str, expected: list[Kind]) -> None:
    limit = Threshold.parse(rule)
    profile = DutyProfile(alert=limit, off_post=limit)
    assert kinds(judged(day_of(("10:00", "10:05")), profile=profile)) == expected


def test_s07_noon_is_never_counted() -> None:
    early, late = judged(day_of(("11:50", "14:40")))
    assert (early.kind, early.lower_s) == (Kind.EARLY, 600)
    assert (late.kind, late.lower_s) == (Kind.LATE, 600)


def test_s07_with_lunch_duty_it_is_one_stretch() -> None:
    lunch = Shift(WINDOW.id, at("12:00"), at("14:30"), JIA.id, kind=SessionKind.LUNCH)
    (found,) = judged(day_of(("11:50", "14:40")), duty(roster=Roster((*ALL_DAY.shifts, lunch))))
    assert (found.kind, found.lower_s, found.post) == (Kind.OFF_POST, 170 * 60, "W12/A")


def test_a_stretch_across_a_change_of_shift_is_nobodys_alone() -> None:
    lunch = Shift(WINDOW.id, at("12:00"), at("14:30"), YI.id, kind=SessionKind.LUNCH)
    by = duty(roster=Roster((*ALL_DAY.shifts, lunch)))
    (found,) = judged(day_of(("11:50", "14:40")), by)
    assert (found.lower_s, found.post, found.unit_id) == (170 * 60, "", "公安局")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("08:10", "08:34", []),
        ("08:10", "08:36", [Kind.LATE]),
        ("08:10", "09:00", [Kind.ABSENT_HALF_DAY]),
        ("08:10", "12:10", [Kind.ABSENT_SESSION]),
        ("11:31", "12:10", [Kind.EARLY]),
        ("11:30", "12:10", [Kind.ABSENT_HALF_DAY]),
        ("10:00", "10:14", []),
        ("10:00", "10:15", [Kind.OFF_POST]),
        ("10:00", "11:50", [Kind.OFF_POST]),
    ],
)
def test_the_session_rule(start: str, end: str, expected: list[Kind]) -> None:
    assert kinds(judged(day_of((start, end)))) == expected


def test_between_the_alert_and_the_threshold_it_is_an_alert() -> None:
    (found,) = judged(day_of(("10:00", "10:06")))
    assert (found.kind, found.level) == (Kind.AWAY, Level.ALERT)


def test_both_bounds_are_kept_and_the_lower_one_counts() -> None:
    spans = [
        span(State.PRESENT, at("08:00"), at("10:00:50"), proven_until=at("10:00:00")),
        span(
            State.ABSENT,
            at("10:00:50"),
            at("10:16"),
            proven_since=at("10:00:50"),
            proven_until=at("10:15:40"),
        ),
        span(State.PRESENT, at("10:16"), at("18:00")),
    ]
    (found,) = judged(spans)
    assert (found.kind, found.lower_s, found.upper_s) == (Kind.AWAY, 890, 960)
    assert found.level is Level.ALERT


def test_s16_a_short_gap_joins_and_a_longer_one_splits() -> None:
    def with_gap(seconds: int) -> list[Finding]:
        return judged(
            [
                span(State.PRESENT, at("08:00"), at("10:00")),
                span(State.ABSENT, at("10:00"), at("10:05")),
                span(State.UNKNOWN, at("10:05"), at("10:05") + timedelta(seconds=seconds)),
                span(State.ABSENT, at("10:05") + timedelta(seconds=seconds), at("10:13")),
                span(State.PRESENT, at("10:13"), at("18:00")),
            ],
            profile=DutyProfile(off_post=Threshold.parse(">=5min")),
        )

    (whole,) = with_gap(120)
    assert (whole.since, whole.until_at_least) == (at("10:00"), at("10:13"))
    assert len(with_gap(121)) == 2


def test_an_edge_nobody_saw_gives_the_milder_reading() -> None:
    spans = [
        span(State.UNKNOWN, at("08:00"), at("08:40")),
        span(State.ABSENT, at("08:40"), at("08:56")),
        span(State.PRESENT, at("08:56"), at("11:20")),
        span(State.ABSENT, at("11:20"), at("11:50")),
        span(State.UNKNOWN, at("11:50"), at("12:30")),
    ]
    assert kinds(judged(spans)) == [Kind.OFF_POST, Kind.OFF_POST]


def test_unknown_time_never_accuses() -> None:
    assert judged([span(State.UNKNOWN, at("08:00"), at("18:00"))]) == []


def test_a_half_day_is_absent_once() -> None:
    spans = [
        span(State.ABSENT, at("08:20"), at("09:30")),
        span(State.UNKNOWN, at("09:30"), at("10:00")),
        span(State.ABSENT, at("10:00"), at("12:10")),
    ]
    assert kinds(judged(spans)) == [Kind.ABSENT_HALF_DAY, Kind.OFF_POST]


@pytest.mark.parametrize(
    ("now", "kind", "level", "ended"),
    [
        ("11:36", Kind.AWAY, Level.ALERT, False),
        ("11:46", Kind.OFF_POST, Level.FINDING, False),
        ("12:01", Kind.OFF_POST, Level.FINDING, False),
        ("12:05", Kind.EARLY, Level.FINDING, True),
    ],
)
def test_live_it_is_early_leaving_only_once_the_session_has_ended(
    now: str, kind: Kind, level: Level, ended: bool
) -> None:
    until = min(at(now), at("11:59:30"))
    spans = [
        span(State.PRESENT, at("08:00"), at("11:30")),
        span(State.ABSENT, at("11:30"), None, proven_since=at("11:30"), proven_until=until),
    ]
    (found,) = judged(spans, now=at(now))
    assert (found.kind, found.level, found.ended) == (kind, level, ended)
    assert found.key == "W12@20261123T033000Z"


def test_live_coming_late_grows_under_one_key() -> None:
    keys, seen = set(), []
    for clock in ("08:36", "08:50", "09:01", "11:00", "12:03"):
        empty = span(State.ABSENT, at("08:00"), None, proven_until=at(clock))
        (found,) = judged([empty], now=at(clock))
        keys.add(found.key)
        seen.append(found.kind)
    assert len(keys) == 1
    assert seen == [
        Kind.LATE,
        Kind.LATE,
        Kind.ABSENT_HALF_DAY,
        Kind.ABSENT_HALF_DAY,
        Kind.ABSENT_SESSION,
    ]


def test_s09_a_make_up_saturday_without_a_roster_is_not_an_absence() -> None:
    saturday = date(2026, 5, 9)
    found = judged(day_of(("09:00", "10:00"), day=saturday), day=saturday)
    assert [(one.kind, one.level) for one in found] == [(Kind.NO_ROSTER, Level.NOTE)]


def test_s09_a_plain_saturday_is_closed() -> None:
    saturday = date(2026, 11, 21)
    roster = Roster((shift(JIA, "08:30", "17:30", day=saturday),))
    assert judged(day_of(("09:00", "10:00"), day=saturday), duty(roster=roster), day=saturday) == []


def test_s08_a_holiday_is_closed() -> None:
    holiday = date(2026, 10, 1)
    assert sessions(ALL_DAY, holiday) == []


def test_a_shift_that_starts_later_is_held_to_its_own_start() -> None:
    by = duty(roster=Roster((shift(JIA, "09:00", "12:00"),)))
    found = judged(day_of(("08:30", "09:10")), by)
    assert [(one.kind, one.lower_s) for one in found] == [
        (Kind.NO_ROSTER, 1800),
        (Kind.LATE, 600),
    ]


def test_s15_a_late_notice_within_the_rule_moves_it_to_the_unit() -> None:
    by = duty(notice(JIA, "09:00", "11:30", registered="11:00", kind=NoticeKind.SICK))
    (found,) = judged(day_of(("09:20", "09:50")), by)
    assert (found.kind, found.personal, found.late_notice) == (Kind.UNMANNED, False, True)
    assert "补登记" in found.why_zh


def test_s15_filed_the_next_day_it_stays_with_a_note() -> None:
    late = notice(JIA, "09:00", "11:30", registered="09:00", registered_day=date(2026, 11, 24))
    (found,) = judged(day_of(("09:20", "09:50")), duty(late))
    assert (found.kind, found.post, found.remark_ids) == (Kind.OFF_POST, "W12/A", ("N-p1",))


@pytest.mark.parametrize(
    ("day", "unit"), [(date(2026, 11, 25), "第4单位"), (date(2026, 11, 30), "第5单位")]
)
def test_s18_the_unit_whose_turn_it_is_answers(day: date, unit: str) -> None:
    turns = (
        Turn(WINDOW.id, at("00:00"), at("00:00", date(2026, 11, 28)), "第4单位"),
        Turn(
            WINDOW.id,
            at("00:00", date(2026, 11, 30)),
            at("00:00", date(2026, 12, 5)),
            "第5单位",
        ),
    )
    by = duty(roster=Roster(turns=turns))
    (found,) = judged(day_of(("09:00", "09:30"), day=day), by, day=day)
    assert (found.kind, found.unit_id) == (Kind.OFF_POST, unit)
    assert by.named(WINDOW, found.since, found.until_at_least) is None


def test_s19_old_months_are_judged_by_old_hours() -> None:
    winter = WorkHours()
    summer = WorkHours(
        valid_from=date(2026, 5, 1),
        sittings=(Sitting.parse("08:30-12:00"), Sitting.parse("15:00-18:00")),
    )
    hours = HoursBook((winter, summer))

    def afternoon(day: date) -> list[Finding]:
        roster = Roster((shift(JIA, "08:00", "18:30", day=day),))
        opened = sessions_of(WINDOW, HALL, day, hours=hours, calendar=CALENDAR, roster=roster)
        empty = day_of(("14:30", "15:00"), day=day)
        return judged(empty, duty(roster=roster), day=day, open_in=opened)

    assert kinds(afternoon(date(2026, 4, 30))) == [Kind.ABSENT_HALF_DAY]
    assert afternoon(date(2026, 5, 6)) == []


def test_s20_a_power_cut_exempts_and_the_rest_is_judged_alone() -> None:
    by = duty(exemptions=(power_cut("09:00", "10:00"),))
    assert [one.kind for one in judged(day_of(("09:10", "09:50")), by)] == [Kind.EXEMPT]
    exempt, rest = judged(day_of(("09:50", "10:20")), by)
    assert (exempt.level, rest.kind, rest.lower_s) == (Level.NOTE, Kind.OFF_POST, 1200)


def test_an_exemption_that_was_not_approved_exempts_nobody() -> None:
    stop = replace(power_cut("09:00", "10:00"), approved_at=None)
    (found,) = judged(day_of(("09:10", "09:50")), duty(exemptions=(stop,)))
    assert found.kind is Kind.OFF_POST


def test_each_is_accountable_for_the_part_that_was_theirs() -> None:
    by = duty(notice(JIA, "09:00", "10:00", cover=YI))
    found = judged(day_of(("09:40", "10:20")), by)
    assert [(one.post, one.lower_s) for one in found] == [("W12/B", 1200), ("W12/A", 1200)]


def test_the_same_facts_judged_again_give_the_same() -> None:
    whole = judged(day_of(("10:00", "10:30")))
    assert judged(day_of(("10:00", "10:30"))) == whole
