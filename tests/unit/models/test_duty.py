"""Rosters, notices, chains and profiles: who is accountable, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.duty import Status
from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.hours import SessionKind
from models.domain.leave import Effect, LateRule, Notice, NoticeKind
from models.domain.people import Person, Staff, rank_of
from models.domain.profiles import (
    DutyProfile,
    ProfileBook,
    ProfileChoice,
    Threshold,
    at_least,
    more_than,
)
from models.domain.roster import CoverChain, Roster, Shift, Turn, merge
from tests.duty_builders import (
    ALL_DAY,
    BING,
    JIA,
    STAFF,
    WINDOW,
    YI,
    at,
    duty,
    notice,
    power_cut,
    shift,
)


def status(by, clock: str) -> Status:
    return by.expectation(WINDOW, at(clock)).status


def test_the_rostered_person_is_expected() -> None:
    expected = duty().expectation(WINDOW, at("10:00"))
    assert expected.status is Status.ON_DUTY
    assert expected.why(STAFF) == ("排班为A岗甲。", "rostered: A.")
    assert expected.why() == ("排班为A岗。", "rostered: A.")


def test_a_shift_ends_the_moment_it_ends() -> None:
    by = duty(roster=Roster((shift(JIA, "08:30", "12:00"),)))
    assert status(by, "08:30") is Status.ON_DUTY
    assert status(by, "11:59:59") is Status.ON_DUTY
    assert status(by, "12:00") is Status.NO_ROSTER
    assert status(by, "08:29:59") is Status.NO_ROSTER


def test_b_stands_in_where_a_is_excused_and_no_cover_is_named() -> None:
    roster = Roster((shift(JIA, "08:30", "17:30"), shift(YI, "08:30", "17:30", "B")))
    expected = duty(notice(JIA, "09:00", "10:00"), roster=roster).expectation(WINDOW, at("09:30"))
    assert (expected.status, expected.who[0].post) == (Status.COVERING, "W12/B")
    assert "由B岗乙顶岗" in expected.why(STAFF)[0]


def test_b_is_not_accountable_while_a_is_on_duty() -> None:
    roster = Roster((shift(JIA, "08:30", "17:30"), shift(YI, "08:30", "17:30", "B")))
    expected = duty(roster=roster).expectation(WINDOW, at("09:30"))
    assert [one.person_id for one in expected.who] == [JIA.id]


def test_a_chain_of_any_length_is_walked_down() -> None:
    people = [Person(f"q{n}", f"人{n}") for n in range(8)]
    chain = CoverChain(WINDOW.id, at("00:00"), tuple(one.id for one in people))
    away = [notice(one, "09:00", "10:00", number=f"N{n}") for n, one in enumerate(people[:-1])]
    by = duty(*away, roster=Roster(chains=(chain,)))
    expected = by.expectation(WINDOW, at("09:30"))
    assert (expected.status, expected.who[0].post) == (Status.COVERING, "W12/H")
    assert len(expected.excused) == 7


def test_covers_that_name_each_other_do_not_go_round_for_ever() -> None:
    by = duty(
        notice(JIA, "09:00", "10:00", cover=YI),
        notice(YI, "09:00", "10:00", cover=JIA),
    )
    assert status(by, "09:30") is Status.UNMANNED


def test_the_standing_chain_supplies_who_is_missing_from_the_day() -> None:
    chain = CoverChain(WINDOW.id, at("00:00"), (JIA.id, YI.id))
    today = Roster((shift(BING, "08:30", "12:00"),), chains=(chain,))
    by = duty(notice(BING, "09:00", "10:00"), roster=today)
    assert by.expectation(WINDOW, at("08:45")).who[0].person_id == BING.id
    assert by.expectation(WINDOW, at("09:30")).who[0].person_id == YI.id
    assert by.expectation(WINDOW, at("15:00")).who[0].person_id == JIA.id


def test_a_chain_holds_until_the_next_one() -> None:
    chains = (
        CoverChain(WINDOW.id, at("00:00"), (JIA.id,)),
        CoverChain(WINDOW.id, at("12:00"), (YI.id,)),
    )
    by = duty(roster=Roster(chains=chains))
    assert by.expectation(WINDOW, at("11:00")).who[0].person_id == JIA.id
    assert by.expectation(WINDOW, at("12:00")).who[0].person_id == YI.id


def test_two_first_posts_at_once_are_the_units() -> None:
    roster = Roster((shift(JIA, "08:30", "12:00"), shift(YI, "08:30", "12:00")))
    by = duty(roster=roster)
    expected = by.expectation(WINDOW, at("09:00"))
    assert expected.accountable is None
    assert "由单位负责" in expected.why()[0]
    excused = duty(notice(YI, "08:40", "11:00"), roster=roster)
    assert excused.expectation(WINDOW, at("09:00")).who[0].person_id == JIA.id


def test_a_turn_gives_the_unit_and_a_dated_shift_the_person() -> None:
    turn = Turn(WINDOW.id, at("00:00"), at("23:00"), "第4单位")
    unit_only = duty(roster=Roster(turns=(turn,))).expectation(WINDOW, at("10:00"))
    assert (unit_only.unit_id, unit_only.who[0].person_id) == ("第4单位", "")
    both = duty(roster=Roster((shift(JIA, "08:30", "12:00"),), turns=(turn,)))
    expected = both.expectation(WINDOW, at("10:00"))
    assert (expected.unit_id, expected.who[0].person_id) == ("第4单位", JIA.id)


def test_at_noon_whoever_has_lunch_duty_answers_alone() -> None:
    lunch = Shift(WINDOW.id, at("12:00"), at("14:30"), YI.id, kind=SessionKind.LUNCH)
    by = duty(roster=Roster((*ALL_DAY.shifts, lunch)))
    assert by.expectation(WINDOW, at("11:59")).who[0].person_id == JIA.id
    assert [one.person_id for one in by.expectation(WINDOW, at("13:00")).who] == [YI.id]
    own = Shift(WINDOW.id, at("12:00"), at("14:30"), JIA.id, kind=SessionKind.LUNCH)
    alone = duty(roster=Roster((*ALL_DAY.shifts, own))).expectation(WINDOW, at("13:00"))
    assert alone.accountable is not None


def test_leave_counts_only_when_approved_and_from_its_registration() -> None:
    rule = LateRule()
    leave = Notice("L", "p1", NoticeKind.SICK, at("09:00"), at("12:00"), at("10:00"))
    assert leave.effect(at("11:00"), rule) is Effect.NONE
    approved = replace(leave, approved_at=at("10:00"))
    assert approved.effect(at("11:00"), rule) is Effect.EFFECTIVE
    assert approved.effect(at("09:30"), rule) is Effect.LATE_ALLOWED
    assert approved.effect(at("12:00"), rule) is Effect.NONE
    assert replace(approved, cancelled=True).effect(at("11:00"), rule) is Effect.NONE


def test_whoever_is_back_earlier_is_expected_again() -> None:
    by = duty(replace(notice(JIA, "09:00", "12:00"), back_at=at("10:00")))
    assert status(by, "09:59") is Status.UNMANNED
    assert status(by, "10:00") is Status.ON_DUTY


@pytest.mark.parametrize(
    ("registered", "day", "effect"),
    [
        ("13:00", 23, Effect.LATE_ALLOWED),
        ("13:01", 23, Effect.LATE_REFUSED),
        ("00:30", 24, Effect.LATE_REFUSED),
    ],
)
def test_the_late_rule_has_an_hour_and_a_day(registered: str, day: int, effect: Effect) -> None:
    late = notice(JIA, "09:00", "11:30", registered=registered, registered_day=date(2026, 11, day))
    assert late.effect(at("09:30"), LateRule(within=timedelta(hours=4))) is effect


def test_notices_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        notice(JIA, "10:00", "10:00")
    assert caught.value.code == "E120"
    with pytest.raises(InputError) as caught:
        notice(JIA, "09:00", "10:00", cover=JIA)
    assert caught.value.code == "E117"
    with pytest.raises(InputError):
        power_cut("10:00", "09:00")


def test_an_exemption_of_another_hall_or_window_exempts_nobody_here() -> None:
    stop = power_cut("09:00", "10:00")
    elsewhere = replace(stop, hall_id="town-1")
    next_door = replace(stop, window_id="W13")
    assert status(duty(exemptions=(elsewhere, next_door)), "09:30") is Status.ON_DUTY
    assert status(duty(exemptions=(stop,)), "09:30") is Status.EXEMPT
    assert status(duty(exemptions=(stop,)), "10:00") is Status.ON_DUTY


def test_the_same_rows_have_the_same_version_whatever_their_order() -> None:
    one, other = shift(JIA, "08:30", "12:00"), shift(YI, "14:30", "17:30")
    assert Roster((one, other)).version == Roster((other, one)).version
    assert Roster((one,)).version != Roster((one, other)).version
    assert merge([Roster((one,)), Roster((one, other))]).version == Roster((one, other)).version


@given(
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(1, 900), st.sampled_from("ABC")), max_size=12
    ),
    st.integers(-10, 1600),
)
def test_the_index_finds_what_a_plain_search_finds(
    rows: list[tuple[int, int, str]], minute: int
) -> None:
    base = at("00:00")
    shifts = tuple(
        Shift(
            WINDOW.id,
            base + timedelta(minutes=start),
            base + timedelta(minutes=start + length),
            f"p{number}",
            grade,
        )
        for number, (start, length, grade) in enumerate(rows)
    )
    moment = base + timedelta(minutes=minute)
    plain = {one for one in shifts if one.start <= moment < one.end}
    assert set(Roster(shifts).at(WINDOW.id, moment).shifts) == plain
    until = moment + timedelta(minutes=45)
    touching = {one for one in shifts if one.start < until and one.end > moment}
    assert set(Roster(shifts).shifts_of(WINDOW.id, moment, until)) == touching


def test_grades_are_letters() -> None:
    assert [rank_of(grade) for grade in ("A", "b岗", " C ")] == [0, 1, 2]
    for wrong in ("", "AB", "甲", "1"):
        with pytest.raises(InputError):
            rank_of(wrong)


def test_staff_lists_know_same_names_in_two_units() -> None:
    staff = Staff((Person("1", "李伟", "公安"), Person("2", "李伟", "税务")))
    assert len(staff.named("李伟")) == 2
    assert [one.id for one in staff.named("李伟", "税务")] == ["2"]
    with pytest.raises(InputError):
        Staff((JIA, JIA))


@pytest.mark.parametrize(
    ("text", "seconds", "reached"),
    [
        (">=15min", 900, True),
        ("≥15分钟", 899.9, False),
        (">5min", 300, False),
        ("> 300s", 300.1, True),
        (">=0.5m", 30, True),
    ],
)
def test_thresholds_keep_their_operator(text: str, seconds: float, reached: bool) -> None:
    assert Threshold.parse(text).reached(seconds) is reached


@pytest.mark.parametrize("text", ["15min", "<5min", ">=min", ">=5h", ">=99999min"])
def test_other_thresholds_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        Threshold.parse(text)


def test_the_nearest_and_newest_profile_judges() -> None:
    key = DutyProfile("key", off_post=at_least(10))
    old = DutyProfile("default", date(2026, 1, 1), off_post=at_least(20))
    new = DutyProfile("default", date(2026, 11, 1), off_post=more_than(15))
    own = DutyProfile("own", date(2026, 11, 20), off_post=at_least(8))
    book = ProfileBook(
        [
            ProfileChoice(key),
            ProfileChoice(old),
            ProfileChoice(new),
            ProfileChoice(own, window_id="W12"),
        ]
    )
    assert book.of(WINDOW, date(2025, 12, 31)) == DutyProfile()
    assert book.of(WINDOW, date(2026, 10, 31)) is old
    assert book.of(WINDOW, date(2026, 11, 19)) is new
    assert book.of(WINDOW, date(2026, 11, 20)) is own
    other = Window("W13", "main", "13", (), duty_profile="key")
    assert book.of(other, date(2026, 11, 20)) is key


def test_a_profile_says_its_rules_in_its_version() -> None:
    assert "default:>=300s,>=900s" in DutyProfile().version
    with pytest.raises(InputError):
        DutyProfile(alert=at_least(20))


def test_nobody_is_named_where_two_answer_for_a_stretch() -> None:
    roster = Roster((shift(JIA, "08:30", "10:00"), shift(YI, "10:00", "12:00")))
    by = duty(roster=roster)
    assert by.named(WINDOW, at("09:00"), at("09:30")) == JIA
    assert by.named(WINDOW, at("09:50"), at("10:10")) is None
    assert duty(roster=ALL_DAY).named(WINDOW, at("18:00"), at("18:30")) is None
