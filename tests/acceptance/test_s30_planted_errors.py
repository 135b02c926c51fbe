"""S30: a roster with five planted errors, and what importing means: all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.acceptance.town import Town, onpost

GOOD = "2026-11-24,W12,公安局,甲,A,08:30,12:00,"
PLANTED = (
    "日期,窗口,单位,姓名,岗位,开始,结束",
    "46349,W12,公安局,甲,A,08:30,12:00",  # an Excel serial date: 2026-11-23
    "〃,W13,税务局,丙,A,08:30,12:00",  # 〃
    "2026-11-23,W12,公安局,乙,A,08:30,12:00",  # a second A post
    "2026-11-23,W99,公安局,丁,A,08:30,12:00",  # no such window
)


def planted(town: Town, *, good: bool = False) -> Path:
    town.windows = {"W12": "公安局", "W13": "税务局"}
    lines = PLANTED[:3] if good else PLANTED
    return town.write("排班.csv", "\n".join(lines), encoding="gb18030")


def test_s30_what_can_be_read_is_read_and_what_is_wrong_is_told_with_its_cell(town: Town) -> None:
    done = town.run("roster", "import", planted(town))
    assert done.code == 2
    told = [line for line in done.err.splitlines() if ": E" in line]
    assert len(told) == 2
    assert "排班.csv:4" in told[0] + told[1]
    assert any("E112" in line and "排班.csv:4" in line for line in told)
    assert any("E108" in line and "排班.csv:5 B5" in line and "W12" in line for line in told)
    assert not (town.folder / "data").exists(), "nothing was written"


def test_s30_serial_dates_gb18030_and_ditto_marks_are_accepted(town: Town) -> None:
    done = town.good("roster", "import", planted(town, good=True))
    assert "+2 -0" in done.out
    for window, name in (("W12", "甲"), ("W13", "丙")):
        assert name in town.good("roster", "who", window, "2026-11-23 09:00").out


def test_s30_one_wrong_file_refuses_the_good_ones_beside_it(town: Town) -> None:
    head = PLANTED[0]
    good = town.write("good.csv", f"{head},类别\n{GOOD}\n")
    assert town.run("roster", "import", good, planted(town)).code == 2
    assert not (town.folder / "data").exists()
    town.good("roster", "import", good)


def test_a_dry_run_shows_what_would_change_and_writes_nothing(town: Town) -> None:
    done = town.good("roster", "import", planted(town, good=True), "--dry-run")
    assert "+ 2026-11-23 W12 08:30-12:00 A 公安局/甲" in done.out
    assert "dry run" in done.out
    assert not (town.folder / "data").exists()


def versions(town: Town) -> list[tuple[int, dict[str, list[str]], str]]:
    with town.record() as record, record.make_uow(read_only=True) as uow:
        return [
            (one.number, one.content["import"]["replaces"], one.content["import"]["correction"])
            for one in uow.rosters.list()
        ]


def test_each_import_is_a_version_that_says_which_days_it_replaces(town: Town) -> None:
    town.roster(GOOD, "2026-11-25,W12,公安局,甲,A,08:30,12:00,")
    town.roster("2026-11-25,W12,公安局,乙,A,08:30,12:00,")
    town.roster("2026-11-25,W12,公安局,乙,A,08:30,12:00,")
    assert versions(town) == [
        (2, {"W12": ["2026-11-25"]}, ""),
        (1, {"W12": ["2026-11-24", "2026-11-25"]}, ""),
    ]
    assert "甲" in town.good("roster", "who", "W12", "2026-11-24 09:00").out
    assert "乙" in town.good("roster", "who", "W12", "2026-11-25 09:00").out


def test_a_past_month_changes_only_by_a_correction_that_says_why(town: Town) -> None:
    town.roster(GOOD)
    changed = town.write(
        "更正.csv", "日期,窗口,单位,姓名,岗位,开始,结束\n2026-11-24,W12,公安局,乙,A,08:30,12:00\n"
    )
    done = town.run("roster", "import", changed, now="12-03 09:00")
    assert done.code == 2
    assert "E123" in done.err
    assert len(versions(town)) == 1
    why = ("--correction", "11月24日实际由乙值班", "--by", "王主任")
    town.good("roster", "import", changed, *why)
    assert versions(town)[0] == (2, {"W12": ["2026-11-24"]}, "11月24日实际由乙值班")
    with town.record() as record, record.make_uow(read_only=True) as uow:
        (first, second) = uow.register.find(kind="roster_imported")
    assert (first.payload["correction"], second.payload["correction"]) == (False, True)
    assert second.payload["by"] == "王主任"
    assert "乙" not in second.body, "why a month was corrected may name people"


def test_rows_of_a_past_month_that_stay_as_they_are_do_no_harm(town: Town) -> None:
    town.roster(GOOD)
    december = GOOD.replace("2026-11-24", "2026-12-04")
    head = "日期,窗口,单位,姓名,岗位,开始,结束,类别"
    both = town.write("both.csv", f"{head}\n{GOOD}\n{december}\n")
    assert "+1 -0" in town.good("roster", "import", both, now="12-03 09:00").out


def test_rows_outside_the_month_are_refused(town: Town) -> None:
    file = town.write("a.csv", f"{PLANTED[0]},类别\n{GOOD}\n")
    done = town.run("roster", "import", file, "--month", "2026-12")
    assert (done.code, "E104" in done.err) == (2, True)
    town.good("roster", "import", file, "--month", "2026-11")


def test_what_is_exported_imports_again_without_a_change(town: Town) -> None:
    town.roster(GOOD, "2026-11-24,W12,公安局,乙,B,08:30,12:00,")
    out = town.folder / "out.xlsx"
    town.good("roster", "export", out, "--month", "2026-11")
    assert "nothing changes" in town.good("roster", "import", out).out
    assert len(versions(town)) == 1


@pytest.mark.parametrize("letter", "ABCDEF")
def test_every_layout_has_a_template_with_its_heads(town: Town, letter: str) -> None:
    out = town.folder / f"{letter}.xlsx"
    done = onpost("roster", "template", letter, out, "--month", "2026-11")
    assert done.code == 0, done.err
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert sum(1 for cell in sheet[2] if cell.value) >= 3


def test_a_layout_that_is_none_is_refused(town: Town) -> None:
    done = onpost("roster", "template", "G", town.folder / "g.xlsx")
    assert (done.code, "A、B、C" in done.err) == (2, True)
    assert not (town.folder / "g.xlsx").exists()


def test_a_staff_list_refuses_strangers_and_suggests_who_is_meant(town: Town) -> None:
    people = town.write("人员.csv", "姓名,单位\n张三,公安局\n李四,公安局\n")
    town.good("roster", "staff", people)
    head = PLANTED[0]
    file = town.write("a.csv", f"{head}\n2026-11-24,W12,公安局,张山,A,08:30,12:00\n")
    done = town.run("roster", "import", file)
    assert done.code == 2
    assert "E109" in done.err
    assert "张三" in done.err
