"""What re-judging does to what is registered, and how clues join (S15, S16, S20)."""

from __future__ import annotations

from dataclasses import replace

from models.domain.clues import Clue, merge_clues
from models.domain.finding import Finding, Kind, Level, SourceKind
from models.domain.leave import NoticeKind
from models.domain.presence import State
from models.domain.profiles import DutyProfile, Threshold
from models.domain.reconcile import Action, Move, reconcile
from models.domain.roster import Roster
from tests.duty_builders import (
    ALL_DAY,
    JIA,
    WINDOW,
    YI,
    at,
    day_of,
    duty,
    judged,
    notice,
    power_cut,
    shift,
    span,
)


def moves(actions: list[Action]) -> list[tuple[Move, str]]:
    return [(one.move, one.reference) for one in actions]


def test_the_first_judging_opens() -> None:
    (action,) = reconcile([], judged(day_of(("10:00", "10:30"))), duty())
    assert (action.move, action.before) == (Move.OPEN, None)


def test_notes_are_not_registered() -> None:
    by = duty(exemptions=(power_cut("09:00", "11:00"),))
    assert reconcile([], judged(day_of(("10:00", "10:30")), by), by) == []


def live(clock: str, ended: bool = False) -> list[Finding]:
    empty = span(State.ABSENT, at("10:00"), at(clock) if ended else None, proven_until=at(clock))
    before = span(State.PRESENT, at("08:00"), at("10:00"))
    after = [span(State.PRESENT, at(clock), None)] if ended else []
    return judged([before, empty, *after], now=at(clock))


def test_a_growing_absence_is_one_entry_that_goes_on() -> None:
    steps = [live("10:06"), live("10:10"), live("10:16"), live("10:20"), live("10:20", ended=True)]
    known: dict[str, Finding] = {}
    seen = []
    for judgement in steps:
        (action,) = reconcile(known.values(), judgement, duty())
        assert action.after is not None
        known[action.key] = action.after
        seen.append(action.move)
    assert seen == [Move.OPEN, Move.EXTEND, Move.CHANGE_KIND, Move.EXTEND, Move.END]
    assert reconcile(known.values(), live("10:20", ended=True), duty()) == []


def test_s15_a_late_notice_excuses_the_person_and_opens_the_units() -> None:
    spans = day_of(("09:20", "09:50"))
    before = judged(spans)
    by = duty(notice(JIA, "09:00", "11:30", registered="11:00", kind=NoticeKind.SICK))
    excused, opened = reconcile(before, judged(spans, by), by)
    assert (excused.move, excused.reference, excused.before) == (Move.EXCUSE, "N-p1", before[0])
    assert opened.after is not None
    assert (opened.move, opened.after.kind, opened.after.late_notice) == (
        Move.OPEN,
        Kind.UNMANNED,
        True,
    )


def test_s15_filed_too_late_it_is_amended_with_a_remark_only() -> None:
    spans = day_of(("09:20", "09:50"))
    by = duty(notice(JIA, "09:00", "11:30", registered="17:00"))
    (action,) = reconcile(judged(spans), judged(spans, by), by)
    assert (action.move, action.reference) == (Move.AMEND, "N-p1")
    assert action.after is not None
    assert action.after.kind is Kind.OFF_POST


def test_s20_a_power_cut_approved_later_exempts_with_its_reference() -> None:
    spans = day_of(("09:10", "09:50"))
    by = duty(exemptions=(power_cut("09:00", "10:00"),))
    assert moves(reconcile(judged(spans), judged(spans, by), by)) == [(Move.EXEMPT, "X1")]


def test_s20_the_part_outside_the_power_cut_stays() -> None:
    spans = day_of(("09:30", "10:30"))
    by = duty(exemptions=(power_cut("09:00", "10:00"),))
    assert moves(reconcile(judged(spans), judged(spans, by), by)) == [
        (Move.EXEMPT, "X1"),
        (Move.OPEN, ""),
    ]


def test_a_corrected_roster_leaves_its_version_as_the_trace() -> None:
    spans = day_of(("09:10", "09:50"))
    corrected = Roster((shift(JIA, "10:00", "17:30"),))
    by = duty(roster=corrected)
    (action,) = reconcile(judged(spans), judged(spans, by), by)
    assert (action.move, action.reference) == (Move.WITHDRAW, corrected.version)


def test_another_person_on_the_same_post_changes_nothing_about_the_window() -> None:
    spans = day_of(("09:10", "09:50"))
    by = duty(roster=Roster((shift(YI, "08:30", "17:30"),)))
    assert ALL_DAY.version != by.roster.version
    found = judged(spans, by)
    assert found[0].post == "W12/A"
    assert reconcile(judged(spans), found, by) == []
    assert by.named(WINDOW, found[0].since, found[0].until_at_least) == YI


def test_s16_monitor_webhook_and_spot_check_are_one_finding() -> None:
    profile = DutyProfile(off_post=Threshold.parse(">=5min"))
    spans = [
        span(State.PRESENT, at("08:00"), at("09:59:30")),
        span(State.ABSENT, at("10:00"), at("10:05")),
        span(State.UNKNOWN, at("10:05"), at("10:06")),  # the restart
        span(State.ABSENT, at("10:06"), at("10:13")),
        span(State.PRESENT, at("10:13:30"), at("18:00")),
    ]
    clues = [
        Clue("W12", at("10:06"), SourceKind.WEBHOOK, "hook-9"),
        Clue("W12", at("10:07"), SourceKind.SPOT_CHECK, "C-2/3"),
        Clue("W13", at("10:07"), SourceKind.SPOT_CHECK, "C-2/3"),
        Clue("W12", at("11:00"), SourceKind.WEBHOOK, "hook-10"),
    ]
    (found,), loose = merge_clues(judged(spans, profile=profile), clues)
    assert (found.since, found.until_at_least) == (at("10:00"), at("10:13"))
    assert [(one.kind, one.ref) for one in found.sources] == [
        (SourceKind.MONITOR, ""),
        (SourceKind.WEBHOOK, "hook-9"),
        (SourceKind.SPOT_CHECK, "C-2/3"),
    ]
    assert [(one.window_id, one.ref) for one in loose] == [("W13", "C-2/3"), ("W12", "hook-10")]


def test_a_clue_that_came_in_between_is_not_lost_when_judged_again() -> None:
    found = judged(day_of(("10:00", "10:30")))
    (known,), _ = merge_clues(found, [Clue("W12", at("10:10"), SourceKind.WEBHOOK, "h")])
    assert reconcile([known], found, duty()) == []


def test_between_two_findings_a_clue_goes_to_the_graver_one() -> None:
    alert, grave = judged(day_of(("09:50", "09:59"), ("10:00", "10:20")))
    assert (alert.level, grave.level) == (Level.ALERT, Level.FINDING)
    clue = Clue("W12", at("09:59:30"), SourceKind.WEBHOOK, "h")
    joined, _ = merge_clues([alert, replace(grave, sources=())], [clue])
    assert joined[1].sources == (clue.source,)
