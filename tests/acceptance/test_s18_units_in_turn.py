"""S18: nine units share a window in turn; an empty half hour goes to the one whose week it is."""

from __future__ import annotations

from datetime import date, timedelta

from tests.acceptance.town import Town, spans

WEDNESDAY, NEXT_MONDAY = date(2026, 11, 25), date(2026, 11, 30)


def rota(first: date = date(2026, 11, 2), count: int = 9) -> str:
    rows = ["综合窗口轮值表", "日期段,窗口,值班单位,值班人,联系电话"]
    for number in range(1, count + 1):
        last = first + timedelta(days=4)
        rows.append(f"{first:%m.%d}-{last:%m.%d},ZH,第{number}单位,人{number},")
        first += timedelta(days=7)
    return "\n".join(rows)


def test_s18_the_finding_goes_to_the_unit_whose_week_it_is(town: Town) -> None:
    town.windows = {"ZH": ""}
    done = town.good("roster", "import", town.write("轮值表.csv", rota()))
    assert "layout D" in done.out
    lines = [
        *spans("ZH", ("09:00", "09:30"), day=WEDNESDAY),
        *spans("ZH", ("09:00", "09:30"), day=NEXT_MONDAY),
    ]
    found = town.judge(lines).findings
    assert [one["unit"] for one in found] == ["第4单位", "第5单位"]
    asked = town.good("roster", "who", "ZH", "2026-11-25 09:10").out
    assert "人4" in asked


def test_s18_two_units_on_one_day_are_refused_and_nothing_is_written(town: Town) -> None:
    town.windows = {"ZH": ""}
    text = rota().replace("11.30-12.04", "11.27-12.04")
    done = town.run("roster", "import", town.write("轮值表.csv", text))
    assert done.code == 2
    assert "E125" in done.err
    assert not (town.folder / "data" / "onpost.db").exists()


def test_s18_a_week_without_a_unit_is_refused(town: Town) -> None:
    town.windows = {"ZH": ""}
    lines = rota().splitlines()
    done = town.run("roster", "import", town.write("轮值表.csv", "\n".join(lines[:4] + lines[5:])))
    assert (done.code, "E125" in done.err) == (2, True)
