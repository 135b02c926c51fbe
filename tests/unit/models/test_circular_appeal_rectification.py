from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.appeal import Appeal, AppealState, check_in_time, last_day
from models.domain.circular import (
    MOVES,
    CircularKind,
    CircularLife,
    CircularState,
    DocumentNumber,
    Variant,
    check_names,
)
from models.domain.errors import ForbiddenMove, InputError, OnPostError
from models.domain.rectification import Rectification, RectifyState
from models.domain.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.builtin().with_year(2027, [])
NOTICED = datetime(2026, 12, 3, 10, tzinfo=ZONE)
NUMBER = DocumentNumber("汨监整", 2026, 7)


def test_a_number_has_hexagonal_brackets_and_no_leading_nought() -> None:
    assert str(DocumentNumber("汨监通", 2026, 3)) == "汨监通〔2026〕3号"


def test_a_circular_goes_from_draft_to_issued_by_different_hands() -> None:
    life = CircularLife.begin("li", NOTICED).move(CircularState.REVIEW, "li", NOTICED)
    with pytest.raises(ForbiddenMove, match="drafted"):
        life.move(CircularState.SIGNED, "li", NOTICED)
    issued = life.move(CircularState.SIGNED, "chen", NOTICED).move(
        CircularState.ISSUED, "li", NOTICED
    )
    assert issued.state is CircularState.ISSUED
    for state in CircularState:
        with pytest.raises(ForbiddenMove):
            issued.move(state, "chen", NOTICED, reason="change")


def test_sending_a_circular_back_needs_a_reason() -> None:
    life = CircularLife.begin("li", NOTICED).move(CircularState.REVIEW, "li", NOTICED)
    with pytest.raises(InputError, match="reason"):
        life.move(CircularState.DRAFT, "chen", NOTICED)


@given(st.lists(st.sampled_from(list(CircularState)), max_size=12))
def test_no_way_leads_out_of_issued_and_none_into_it_without_a_signature(
    wanted: list[CircularState],
) -> None:
    life = CircularLife.begin("li", NOTICED)
    for number, state in enumerate(wanted):
        try:
            life = life.move(state, f"p{number}", NOTICED, reason="r")
        except OnPostError:
            continue
    states = [one.state for one in life.steps]
    assert all(after in MOVES[before] for before, after in pairwise(states))
    if CircularState.ISSUED in states:
        assert states.index(CircularState.ISSUED) == len(states) - 1
        assert states[-2] is CircularState.SIGNED


def test_persons_are_named_in_a_criticism_after_a_second_approval_and_never_in_public() -> None:
    check_names(CircularKind.CRITICISM, Variant.FULL, {"张三"}, {"张三"})
    check_names(CircularKind.MONTHLY, Variant.PUBLIC, set(), set())
    with pytest.raises(ForbiddenMove, match="second approver"):
        check_names(CircularKind.CRITICISM, Variant.FULL, {"张三", "李四"}, {"张三"})
    with pytest.raises(ForbiddenMove, match="names anybody"):
        check_names(CircularKind.CRITICISM, Variant.PUBLIC, {"张三"}, {"张三"})
    with pytest.raises(ForbiddenMove, match="names anybody"):
        check_names(CircularKind.MONTHLY, Variant.FULL, {"张三"}, {"张三"})


def test_appeals_are_taken_for_five_working_days() -> None:
    assert last_day(NOTICED.date(), CALENDAR) == date(2026, 12, 10)
    check_in_time(NOTICED, datetime(2026, 12, 10, 23, tzinfo=ZONE), CALENDAR, ZONE)
    late = datetime(2026, 12, 11, 0, 1, tzinfo=ZONE)
    with pytest.raises(ForbiddenMove, match="2026-12-10"):
        check_in_time(NOTICED, late, CALENDAR, ZONE)
    with pytest.raises(InputError, match="reason"):
        check_in_time(NOTICED, late, CALENDAR, ZONE, overridden_by="chen")
    check_in_time(
        NOTICED, late, CALENDAR, ZONE, overridden_by="chen", override_reason="the post was late"
    )


def an_appeal() -> Appeal:
    return Appeal("off_post:W12:1", "公安局", "liaison", NOTICED, "was ill", "wang")


def test_an_appeal_is_decided_by_somebody_else_and_once() -> None:
    for one in ("wang", "liaison"):
        with pytest.raises(ForbiddenMove, match="neither confirmed nor filed"):
            an_appeal().decide(grant=True, by=one, reason="r", now=NOTICED)
    granted = an_appeal().decide(grant=True, by="zhao", reason="a certificate", now=NOTICED)
    assert granted.state is AppealState.GRANTED
    with pytest.raises(ForbiddenMove, match="already"):
        granted.decide(grant=False, by="zhao", reason="r", now=NOTICED)
    with pytest.raises(InputError):
        an_appeal().decide(grant=False, by="zhao", reason=" ", now=NOTICED)


def a_notice() -> Rectification:
    return Rectification.issue(
        NUMBER, "公安局", "窗口脱岗", ("#17",), on=date(2026, 11, 27), by="li", calendar=CALENDAR
    )


def test_a_notice_is_due_after_five_working_days_and_goes_round_until_accepted() -> None:
    notice = a_notice()
    assert notice.due == date(2026, 12, 4)
    assert not notice.overdue(date(2026, 12, 4))
    assert notice.overdue(date(2026, 12, 5))
    told = notice.claim("liaison").report("trained", NOTICED)
    assert not told.overdue(date(2026, 12, 31))
    back = told.give_back("no proof", on=date(2026, 12, 7), calendar=CALENDAR)
    assert (len(back.rounds), back.due) == (2, date(2026, 12, 14))
    assert back.overdue(date(2026, 12, 15))
    closing = DocumentNumber("汨监销", 2026, 1)
    done = back.report("with photographs", NOTICED + timedelta(days=6)).accept(closing)
    assert (done.state, done.closing_number) == (RectifyState.CLOSED, closing)
    with pytest.raises(ForbiddenMove):
        done.report("more", NOTICED)


def test_a_notice_without_a_ground_is_refused() -> None:
    with pytest.raises(InputError, match="rests on"):
        Rectification.issue(
            NUMBER, "公安局", "x", (), on=date(2026, 11, 27), by="li", calendar=CALENDAR
        )
