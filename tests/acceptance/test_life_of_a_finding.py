"""What people decide on a finding: confirmed, dismissed, excused, each an entry."""

from __future__ import annotations

import pytest

from tests.acceptance.test_s15_late_leave import again, entries, stages
from tests.acceptance.town import Town, spans

SHIFTS = ("2026-11-23,W12,公安局,甲,A,08:30,12:00,",)


@pytest.fixture
def found(town: Town) -> Town:
    """One finding of a day that is over."""
    town.roster(*SHIFTS)
    town.watched(spans("W12", ("09:10", "09:30")))
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    town.good("duty", "rejudge", *days, now="11-24 00:10")
    return town


def number(town: Town) -> str:
    (row,) = town.good("finding", "list").lines
    return str(row["id"])


def bodies(town: Town) -> list[str]:
    with town.record() as record, record.make_uow(read_only=True) as uow:
        return [entry.body for entry in uow.register.entries()]


def test_the_person_is_named_by_the_confirmation_and_nowhere_before(found: Town) -> None:
    assert not any("甲" in body for body in bodies(found))
    assert "甲" not in found.good("finding", "list").out
    done = found.good("finding", "confirm", number(found), "--by", "王审核")
    assert "甲" in done.out
    naming = [body for body in bodies(found) if "甲" in body]
    assert len(naming) == 1
    assert entries(found)[-1] == "finding_confirmed"
    (row,) = found.good("finding", "list").lines
    assert (row["state"], row["life"][0]["by"]) == ("确认", "王审核")
    assert "甲" not in found.good("finding", "list").out


def test_a_window_with_two_people_on_duty_names_nobody(town: Town) -> None:
    town.roster(
        "2026-11-23,W12,公安局,甲,A,08:30,10:00,", "2026-11-23,W12,公安局,乙,A,10:00,12:00,"
    )
    town.watched(spans("W12", ("09:50", "10:20")))
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    town.good("duty", "rejudge", *days, now="11-24 00:10")
    done = town.good("finding", "confirm", number(town), "--by", "王审核")
    assert "甲" not in done.out
    assert not any("甲" in body or "乙" in body for body in bodies(town))


@pytest.mark.parametrize("action", ["dismiss", "excuse"])
def test_without_a_reason_nothing_is_dismissed_or_excused(found: Town, action: str) -> None:
    before = entries(found)
    done = found.run("finding", action, number(found), "--by", "王审核", "--reason", " ")
    assert (done.code, "理由" in done.err) == (2, True)
    assert entries(found) == before


def test_what_was_dismissed_names_nobody_and_cannot_be_confirmed_at_once(found: Town) -> None:
    done = found.good("finding", "dismiss", number(found), "--by", "王审核", "--reason", "群众遮挡")
    assert "甲" not in done.out
    assert not any("甲" in body for body in bodies(found))
    refused = found.run("finding", "confirm", number(found), "--by", "李审核")
    assert (refused.code, "不能改为" in refused.err) == (2, True)
    (row,) = found.good("finding", "list").lines
    assert [step["reason"] for step in row["life"]] == ["群众遮挡"]


def test_a_decision_on_what_is_not_there_says_so(found: Town) -> None:
    done = found.run("finding", "confirm", "999", "--by", "王审核")
    assert (done.code, "999" in done.err) == (2, True)


def test_judging_again_keeps_what_a_person_decided(found: Town) -> None:
    found.good("finding", "dismiss", number(found), "--by", "王审核", "--reason", "群众遮挡")
    again(found)
    (row,) = found.good("finding", "list").lines
    assert row["state"] == "误报排除"
    assert len(row["life"]) == 1
    assert [stage for _, stage, _ in stages(found)] == ["dismissed"]


def test_an_excused_finding_can_be_taken_up_again_by_nobody_but_a_person(found: Town) -> None:
    found.good("finding", "excuse", number(found), "--by", "王审核", "--reason", "开会,已补登记")
    assert entries(found)[-1] == "finding_excused"
    with found.record() as record, record.make_uow(read_only=True) as uow:
        (entry,) = uow.register.find(kind="finding_excused")
    assert (entry.payload["by"], entry.payload["reason"]) == ("王审核", "开会,已补登记")
