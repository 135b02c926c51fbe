"""The calendar and the leave book as typed: what they change, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from models.domain.duty_rows import DutyKind
from tests.acceptance.town import Town, spans

SHIFT = "2026-11-23,W12,公安局,甲,A,08:30,12:00,"
NEXT_YEAR = (
    '{"year": 2027, "days": ['
    '{"name": "元旦", "date": "2027-01-01", "isOffDay": true},'
    '{"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}'
)


def test_s29_a_year_without_a_plan_says_so_until_it_is_imported(town: Town) -> None:
    before = town.good("calendar", "show", "2027").out
    assert "2027年放假安排未发布" in before
    assert "No holiday plan" in before
    done = town.good("calendar", "import", town.write("2027.json", NEXT_YEAR))
    assert "2027: 1 放假日" in done.out
    after = town.good("calendar", "show", "2027").out
    assert "未发布" not in after
    assert "2027-01-01 休 / off 元旦 [official] 2027.json" in after
    assert "2027-01-03 班 / work" in after
    with town.record() as record, record.make_uow(read_only=True) as uow:
        assert [entry.kind for entry in uow.register.entries()] == ["duty_changed"]


def test_this_years_plan_is_built_in(town: Town) -> None:
    out = town.good("calendar", "show", "2026").out
    assert "2026-05-09 班 / work" in out
    assert "21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23 = 248 工作日" in out
    assert not (town.folder / "data").exists(), "looking makes no record"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"year": 2027}', "days"),
        ("2027-01-01,也许\n", "休 或 班"),
        ("", "没有任何日期"),
        ("2027-01-01,休\n2027-01-01,班\n", "矛盾"),
    ],
)
def test_a_year_file_that_is_wrong_is_refused_with_its_line(
    town: Town, text: str, said: str
) -> None:
    done = town.run("calendar", "import", town.write("year.csv", text))
    assert (done.code, said in done.err, "year.csv:" in done.err) == (2, True, True)
    assert not (town.folder / "data").exists()


def test_a_hall_that_is_closed_for_a_day_is_not_judged(town: Town) -> None:
    town.roster(SHIFT)
    lines = spans("W12", ("08:00", "12:30"))
    assert len(town.judge(lines).findings) == 1
    day = ("2026-11-23", "--rest", "--hall", "main", "--reason", "搬迁")
    town.good("calendar", "override", *day)
    assert town.judge(lines).lines == []
    assert "搬迁,不检查" in town.good("roster", "who", "W12", "2026-11-23 09:00").out
    assert town.run("calendar", "override", *day[:-1], " ").code == 2
    elsewhere = ("2026-11-23", "--rest", "--reason", "搬迁", "--hall", "elsewhere")
    assert town.run("calendar", "override", *elsewhere).code == 2


def test_whoever_is_back_early_answers_again_from_then_on(town: Town) -> None:
    town.roster(SHIFT)
    times = ("--from", "2026-11-23 09:00", "--to", "2026-11-23 12:00")
    number = town.good("leave", "add", "甲", "--kind", "外出", *times).out.split()[0]
    assert [one["post"] for one in town.judge(spans("W12", ("10:30", "11:00"))).findings] == [""]
    town.good("leave", "back", number, "--at", "2026-11-23 10:00")
    (one,) = town.judge(spans("W12", ("10:30", "11:00"))).findings
    assert one["post"] == "W12/A"
    assert "09:00 — 2026-11-23 10:00" in town.good("leave", "list", "--month", "2026-11").out
    assert town.run("leave", "back", number, "--at", "2026-11-24 10:00").code == 2
    assert town.run("leave", "back", "L-nothing").code == 2
    with town.record() as record, record.make_uow(read_only=True) as uow:
        assert len(uow.duty.history(DutyKind.NOTICE, number)) == 2, "the first form stays"


@pytest.mark.parametrize(
    ("person", "kind", "hours", "said"),
    [
        ("丁", "病假", ("09:00", "10:00"), "E109"),
        ("甲", "打游戏", ("09:00", "10:00"), "事假"),
        ("甲", "病假", ("10:00", "09:00"), "E120"),
        ("甲", "病假", ("九点", "10:00"), "--from"),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused_and_nothing_is_written(
    town: Town, person: str, kind: str, hours: tuple[str, str], said: str
) -> None:
    town.roster(SHIFT)
    day = date(2026, 11, 23).isoformat()
    times = ("--from", f"{day} {hours[0]}", "--to", f"{day} {hours[1]}")
    done = town.run("leave", "add", person, "--kind", kind, *times)
    assert (done.code, said in done.err) == (2, True), done.err
    assert "0 条" in town.good("leave", "list").out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"window": "W99", "state": "absent"}', "W99"),
        ('{"window": "W12", "state": "gone", "start": "2026-11-23T09:00:00+08:00"}', "gone"),
        ('{"window": "W12", "state": "absent", "start": "2026-11-23T09:00:00"}', "时区"),
        ("nothing", "无法识别"),
        (
            '{"window": "W12", "state": "absent", "start": "2026-11-23T09:00:00+08:00"}',
            "--now",
        ),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_its_number(town: Town, line: str, said: str) -> None:
    town.roster(SHIFT)
    file = town.write("spans.jsonl", f"\n{line}\n")
    done = town.run("duty", "judge", "--spans", file)
    assert (done.code, said in done.err, "spans.jsonl:2" in done.err) == (2, True, True), done.err
