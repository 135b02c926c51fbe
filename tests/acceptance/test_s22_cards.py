"""S22: a promise of ten working days with a special procedure; each card once, at its moment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.domain.deadline import CARD_NAMES, Card
from models.domain.notice import Notice
from tests.acceptance.town import Town

HEADS = "办件编号,单位,受理时间,承诺时限,法定时限,特别程序开始,特别程序结束,特别程序名称,办结时间"
SUSPENDED = "B1,公安局,2026-11-02 09:30,10,20,2026-11-05,2026-11-12,听证,"
PLAIN = "B1,公安局,2026-11-02 09:30,10,20,,,,"


def imported(town: Town, *rows: str, now: str) -> str:
    file = town.write("办件.csv", "\n".join([HEADS, *rows]))
    return town.good("case", "import", file, now=now).out


def reviewed(town: Town, now: str) -> dict[str, str]:
    """The standing cards of B1 after the job's tick at a moment: level and moment."""
    lines = town.good("case", "cards", "--review", now=now).out.splitlines()[1:]
    assert all(line.endswith(" B1") for line in lines)
    return {line.split()[2]: " ".join(line.split()[:2]) for line in lines}


def shown(town: Town) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(town.good("case", "show", "B1").out)
    return told


def entered(town: Town) -> list[tuple[str, str]]:
    """What the register says of cards, oldest first."""
    with town.record() as record, record.make_uow(read_only=True) as uow:
        entries = [one for one in uow.register.entries() if one.kind.startswith("case_card_")]
    return [(one.kind.removeprefix("case_card_"), one.payload["card"]) for one in entries]


def notices(town: Town) -> list[Notice]:
    with town.record() as record, record.make_uow(read_only=True) as uow:
        return [one.notice for one in uow.outbox.unrouted() if one.notice.kind == "case_card"]


REMINDER, YELLOW, RED, SERIOUS = (CARD_NAMES[card] for card in Card)


def test_s22_each_card_comes_once_at_its_moment(town: Town) -> None:
    imported(town, SUSPENDED, now="11-03 08:00")
    assert shown(town)["due_at"] == "2026-11-24T17:30:00+08:00"
    assert reviewed(town, "11-19 17:00") == {}
    reminder = {REMINDER: "2026-11-20 00:00"}
    assert reviewed(town, "11-20 08:00") == reminder
    assert reviewed(town, "11-22 23:59") == reminder
    yellow = reminder | {YELLOW: "2026-11-23 00:00"}
    assert reviewed(town, "11-23 00:00") == yellow
    assert reviewed(town, "11-23 12:00") == yellow
    assert reviewed(town, "11-24 17:29") == yellow
    red = yellow | {RED: "2026-11-24 17:30"}
    assert reviewed(town, "11-24 17:31") == red
    assert reviewed(town, "12-01 09:00") == red
    serious = red | {SERIOUS: "2026-12-08 17:30"}
    for moment in ("12-08 17:31", "12-08 17:31", "12-20 08:00"):
        assert reviewed(town, moment) == serious
    assert entered(town) == [("raised", card.value) for card in Card]


def test_s22_without_the_special_procedure_it_is_due_eight_days_earlier(town: Town) -> None:
    imported(town, PLAIN, now="11-03 08:00")
    assert shown(town)["due_at"] == "2026-11-16T17:30:00+08:00"


def test_s22_holidays_do_not_count(town: Town) -> None:
    row = "B1,公安局,2026-04-30 09:30,5,,,,,"
    imported(town, row, now="04-30 10:00")
    assert shown(town)["due_at"].startswith("2026-05-11T17:30")


def test_s22_who_is_told_of_which_card(town: Town) -> None:
    imported(town, SUSPENDED, "B2,公安局,2026-11-02 09:30,10,20,2026-11-05,2026-11-12,听证,",
             now="11-03 08:00")  # fmt: skip
    for moment in ("11-20 08:00", "11-23 08:00", "11-24 18:00", "12-08 18:00"):
        town.good("case", "cards", "--review", now=moment)
    yellow, red, serious = notices(town)
    assert yellow.data == {
        "unit": "公安局",
        "card": "yellow",
        "count": 2,
        "cases": ["B1", "B2"],
    }
    assert {role.value for role in yellow.audience.roles} == {"liaison"}
    for notice in (red, serious):
        assert {"liaison", "reviewer", "supervisor"} <= set(notice.audience.roles)
        assert (notice.severity, notice.audience.unit_id) == ("serious", "公安局")
    assert "红牌" in red.title_zh


LATE = "办件编号,特别程序开始,特别程序结束,特别程序名称\nB1,2026-11-05,2026-11-12,听证\n"


def test_s22_a_special_procedure_told_late_takes_cards_back_and_they_come_again(
    town: Town,
) -> None:
    imported(town, PLAIN, now="11-03 08:00")
    assert set(reviewed(town, "11-17 09:00")) == {REMINDER, YELLOW, RED}
    town.good("case", "import", town.write("特别程序.csv", LATE), now="11-17 10:00")
    history = {one["card"]: one for one in shown(town)["history"]}
    assert {card: one["reason"] for card, one in history.items()} == dict.fromkeys(
        ("reminder", "yellow", "red"), "补录特别程序"
    )
    assert reviewed(town, "11-17 10:01") == {}
    told = json.loads(town.good("case", "kpi", "2026-11", "--json").out)
    assert told["total"]["cards"] == dict.fromkeys((card.value for card in Card), 0)
    assert set(reviewed(town, "11-24 17:31")) == {REMINDER, YELLOW, RED}
    assert entered(town) == [
        *[("raised", card) for card in ("reminder", "yellow", "red")],
        *[("taken_back", card) for card in ("reminder", "yellow", "red")],
        *[("raised", card) for card in ("reminder", "yellow", "red")],
    ]
    told = json.loads(town.good("case", "kpi", "2026-11", "--json").out)
    assert told["total"]["cards"] == {"reminder": 1, "yellow": 1, "red": 1, "serious": 0}


def test_s22_due_dates_follow_a_changed_calendar_and_that_is_entered(town: Town) -> None:
    imported(town, SUSPENDED, now="11-03 08:00")
    assert set(reviewed(town, "11-24 18:00")) == {REMINDER, YELLOW, RED}
    town.good("calendar", "override", "2026-11-20", "--rest", "--reason", "停电")
    assert shown(town)["due_at"] == "2026-11-25T17:30:00+08:00"
    assert reviewed(town, "11-24 18:01") == {
        REMINDER: "2026-11-23 00:00",
        YELLOW: "2026-11-24 00:00",
    }
    assert sorted(entered(town)[3:]) == [
        ("moved", "reminder"),
        ("moved", "yellow"),
        ("taken_back", "red"),
    ]
    with town.record() as record, record.make_uow(read_only=True) as uow:
        (entry,) = uow.register.find(kind="case_card_taken_back")
        (_, reckoned) = uow.register.find(kind="case_deadlines_reckoned")
    assert entry.payload["reason"] == "工作日历或工作时间变更"
    assert (reckoned.payload["cases"], reckoned.payload["changes"]) == (1, 3)
    assert RED in reviewed(town, "11-25 17:31")


def test_a_case_that_ends_in_time_gets_no_later_card_and_a_late_end_told_late_one(
    town: Town,
) -> None:
    imported(town, SUSPENDED, now="11-03 08:00")
    assert set(reviewed(town, "11-23 08:00")) == {REMINDER, YELLOW}
    imported(town, SUSPENDED + "2026-11-24 17:00", now="11-25 08:00")
    assert set(reviewed(town, "12-20 08:00")) == set(), "it is open no more"
    told = shown(town)
    assert (told["cards"], told["on_time"]) == (["reminder", "yellow"], True)
    imported(town, SUSPENDED.replace("B1", "B2") + "2026-11-26 09:00", now="12-01 08:00")
    second = json.loads(town.good("case", "show", "B2").out)
    assert (second["cards"], second["on_time"]) == (["reminder", "yellow", "red"], False)
    assert not [one for one in notices(town) if one.data["cases"] == ["B2"]]


def test_a_case_of_the_same_day_is_due_at_close_of_business(town: Town) -> None:
    heads = "办件编号,单位,办件类型,受理时间"
    file = town.write("即办.csv", f"{heads}\nB1,公安局,即办件,2026-11-23 09:30\n")
    town.good("case", "import", file, now="11-23 10:00")
    assert reviewed(town, "11-23 17:29") == {}
    assert reviewed(town, "11-23 17:31") == {RED: "2026-11-23 17:30"}


@pytest.mark.parametrize("word", ["red", "红牌"])
def test_lists_show_cases_by_signal(town: Town, word: str) -> None:
    other = SUSPENDED.replace("B1", "B2").replace("2026-11-02", "2026-11-16")
    imported(town, SUSPENDED, other, now="11-16 10:00")
    town.good("case", "cards", "--review", now="11-24 18:00")
    found = town.good("case", "list", "--signal", word, "--open").lines
    assert [one["project_no"] for one in found] == ["B1"]
    done = town.run("case", "list", "--signal", "blue")
    assert done.code == 2
    assert "reminder" in done.err
