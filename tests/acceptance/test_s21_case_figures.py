"""S21: 2,078 cases accepted, 1,990 closed: from files as people have them to the figures."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.reports.gather import gather
from models.domain.audit import AUDIT_CHAIN
from models.domain.ratio import NOTHING, Ratio
from tests.acceptance.town import Town

HEADS = (
    "办件编号,单位,事项名称,办件类型,受理时间,承诺时限,法定时限,办结时间,办结结果,申请人,联系电话"
)
POLICE, CIVIL, TAX, MARKET = "公安局", "民政局", "税务局", "市场监管局"
DECEMBER = "12-01 09:00"


def row(number: int, unit: str, accepted: date, closed: date | None = None) -> str:
    end = f"{closed} 15:00,办结" if closed else ","
    return f"B{number:05},{unit},户口迁移,承诺件,{accepted} 09:30,10,20,{end},王大锤,13800000000"


def cases(unit: str, first: int, accepted: int, closed: int) -> list[str]:
    """`accepted` cases of November, `closed` of them closed two days later."""
    days = [date(2026, 11, 2) + timedelta(days=7 * (n % 3)) for n in range(accepted)]
    return [
        row(first + n, unit, day, day + timedelta(days=2) if n < closed else None)
        for n, day in enumerate(days)
    ]


@pytest.fixture
def centre(town: Town) -> Town:
    town.windows = {"W12": POLICE, "W13": CIVIL, "W14": TAX}
    return town


def imported(town: Town, file: Path) -> str:
    return town.good("case", "import", file, now=DECEMBER).out


def november(town: Town) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(town.good("case", "kpi", "2026-11", "--json").out)
    return told


def by_unit(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["unit"]: one for one in told["units"]}


def test_s21_the_figures_of_a_month(centre: Town) -> None:
    rows = [*cases(CIVIL, 1, 147, 145), *cases(POLICE, 1000, 2078 - 147, 1990 - 145)]
    file = centre.write("办件.csv", "\n".join([HEADS, *rows]), encoding="gb18030")
    assert "新增 / new 2078" in imported(centre, file)
    told = november(centre)
    total, units = told["total"], by_unit(told)
    assert (total["opening"], total["accepted"], total["closed"]) == (0, 2078, 1990)
    assert total["closing"] == 88
    assert total["closing_rate"] == {"text": "95.8%", "part": 1990, "whole": 2078}
    assert units[CIVIL]["closing_rate"]["text"] == "98.6%"
    assert total["on_time_rate"]["text"] == "100.0%"
    assert total["average_days"] == "2.0"
    nothing = units[TAX]
    assert (nothing["accepted"], nothing["closing_rate"]["text"]) == (0, NOTHING)
    assert nothing["on_time_rate"]["text"] == nothing["average_days"] == NOTHING
    assert all(one["balanced"] for one in (*units.values(), total))
    for name in ("accepted", "closed", "closing", "opening", "left"):
        assert sum(one[name] for one in units.values()) == total[name]
    assert "期初在办+受理-办结-退回/撤销=期末在办" in told["formulas"]
    shown = centre.good("case", "kpi", "2026-11").out
    assert "税务局: 期初在办0 受理0" in shown
    assert "办结率A 95.8%" in shown


def test_s21_the_report_has_the_same_figures(centre: Town) -> None:
    rows = [*cases(CIVIL, 1, 14, 12), *cases(POLICE, 1000, 30, 30)]
    imported(centre, centre.write("办件.csv", "\n".join([HEADS, *rows])))
    told = by_unit(november(centre))
    with centre.record() as record, record.make_uow(read_only=True) as uow:
        report = gather(uow, centre.settings, "2026-11", datetime(2026, 12, 1, tzinfo=UTC)).report
    lines = {line.unit_id: line.cases for line in report.rows}
    assert set(lines) == set(told) == {POLICE, CIVIL, TAX}
    for unit, counts in lines.items():
        assert counts.closing == told[unit]["closing"]
        assert str(counts.closing_rate) == told[unit]["closing_rate"]["text"]


def test_s21_closed_may_exceed_accepted(centre: Town) -> None:
    old = [row(n, MARKET, date(2026, 10, 30), date(2026, 11, 4)) for n in range(94)]
    new = [row(n, MARKET, date(2026, 11, 27)) for n in range(100, 155)]
    done = imported(centre, centre.write("办件.csv", "\n".join([HEADS, *old, *new])))
    assert "W203" in done, "a unit without a window is told"
    one = by_unit(november(centre))[MARKET]
    assert (one["opening"], one["accepted"], one["closed"], one["closing"]) == (94, 55, 94, 55)
    assert one["closing_rate"]["text"] == "170.9%"
    assert one["own_closing_rate"]["text"] == "0.0%"
    assert one["balanced"]


def test_s21_the_numbers_of_the_documents() -> None:
    assert str(Ratio(177 - 91, 177)) == "48.6%"
    assert str(Ratio(145, 147)) == "98.6%"
    assert str(Ratio(1990, 2078)) == "95.8%"


def test_s21_a_workbook_is_the_same_import_and_changes_nothing(centre: Town) -> None:
    lines = [HEADS, *cases(POLICE, 1, 40, 30)]
    imported(centre, centre.write("办件.csv", "\n".join(lines), encoding="gb18030"))
    book = openpyxl.Workbook()
    for line in lines:
        book.worksheets[0].append(line.split(","))
    book.save(centre.folder / "办件.xlsx")
    done = imported(centre, centre.folder / "办件.xlsx")
    assert "新增 / new 0, 更新 / changed 0, 无变化 / same 40" in done


def test_s21_who_applied_is_nowhere_and_an_import_is_entered(centre: Town) -> None:
    lines = [HEADS, *cases(POLICE, 1, 3, 1)]
    done = imported(centre, centre.write("办件.csv", "\n".join(lines)))
    assert "W209" in done
    more = [HEADS, *cases(POLICE, 1, 3, 2)]
    imported(centre, centre.write("办件2.csv", "\n".join(more)))
    shown = centre.good("case", "list").out
    assert "王**" in shown
    with centre.record() as record, record.make_uow(read_only=True) as uow:
        entries = uow.register.find(kind="cases_imported")
        deeds = uow.register.entries(chain=AUDIT_CHAIN)
    first, second = (one.payload for one in entries)
    assert (first["new"], first["changed"], first["units"]) == (3, 0, {POLICE: 3})
    assert len(first["files"][0]["sha256"]) == 64
    assert second["changed"] == 1
    (fields,) = second["changes"].values()
    assert set(fields) == {"ended_at", "ending"}
    assert [one.kind for one in deeds] == ["cases_imported"] * 2
    kept = [f.read_bytes() for f in (centre.folder / "data").rglob("*") if f.is_file()]
    for secret in ("大锤", "13800000000"):
        assert secret not in shown
        assert not any(secret.encode() in data for data in kept)


PLANTED = (
    "办件编号,单位,办件类型,受理时间,承诺时限,法定时限,办结时间",
    "B1,公安局,承诺件,2026-11-02 09:30,10,20,",
    ",公安局,承诺件,2026-11-02 09:30,10,20,",  # no number
    "B3,,承诺件,2026-11-02 09:30,10,20,",  # no unit
    "B4,公安局,加急件,2026-11-02 09:30,10,20,",  # no such type
    "B5,公安局,承诺件,2026-11-31,10,20,",  # no such day
    "B6,公安局,承诺件,2026-11-02,十天,20,",  # no number of days
    "B7,公安局,承诺件,2026-11-02,10,20,2026-10-30",  # ended before it began
    "B8,公安局,承诺件,2026-11-02,,20,",  # no promise
)
PLACES = ("3 A3", "4 B4", "5 C5", "6 D6", "7 E7", "8 G8", "9 A9")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_s21_every_planted_error_is_named_and_nothing_is_written(
    centre: Town, encoding: str
) -> None:
    file = centre.write("坏.csv", "\n".join(PLANTED), encoding=encoding)
    good = centre.write("好.csv", "\n".join([HEADS, *cases(POLICE, 1, 2, 1)]))
    for words in (["import"], ["import", "--dry-run"]):
        done = centre.run("case", *words, good, file)
        assert done.code == 2
        told = [line for line in done.err.splitlines() if ": E2" in line]
        assert len(told) == len(PLACES)
        for place in PLACES:
            assert any(f"坏.csv:{place}: E2" in line for line in told), place
        assert not (centre.folder / "data").exists()


def test_a_dry_run_on_nothing_and_on_a_record_writes_nothing(centre: Town) -> None:
    file = centre.write("办件.csv", "\n".join([HEADS, *cases(POLICE, 1, 5, 3)]))
    assert "new 5" in centre.good("case", "import", "--dry-run", file).out
    assert not (centre.folder / "data").exists()
    imported(centre, file)
    more = centre.write("办件.csv", "\n".join([HEADS, *cases(POLICE, 1, 6, 4)]))
    assert "new 1, 更新 / changed 1, 无变化 / same 4" in (
        centre.good("case", "import", "--dry-run", more).out
    )
    assert len(centre.good("case", "list").lines) == 5


def test_items_that_promise_too_long_and_cases_asked_twice_are_clues(centre: Town) -> None:
    heads = "办件编号,单位,事项名称,受理时间,承诺时限,法定时限,补正次数"
    rows = (
        "B1,公安局,护照,2026-11-02,14,20,1",
        "B2,公安局,护照,2026-11-03,14,20,0",
        "B3,公安局,户口,2026-11-03,13,20,2",
        "B4,民政局,低保,2026-11-03,13,20,0",
    )
    imported(centre, centre.write("办件.csv", "\n".join([heads, *rows])))
    told = centre.good("case", "items", "2026-11").out.splitlines()
    assert len(told) == 2
    assert "公安局 护照 B1 (2): 承诺 14 个工作日" in told[0]
    assert "不超过 13 个" in told[0]
    assert "公安局 户口 B3 (1): 补正 2 次" in told[1]
