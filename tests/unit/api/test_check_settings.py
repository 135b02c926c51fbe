"""Settings of spot checks, and what plans make of them; campaigns and commands as typed."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from api.inspection_plans import plan_rules, tick_rules
from models.domain.errors import SettingsError
from models.domain.hours import Season
from tests.acceptance.plan_city import City, at

OWN = {
    "per_day": 2,
    "random": 3,
    "fixed": [
        {"times": ["9:05", "16:00"], "weekdays": [1, 5]},
        {"times": ["10:00"], "season": {"first": "11-01", "last": "2-28"}},
    ],
    "halls": {"h01": {"fixed": [{"times": ["11:11"]}], "random": 0}, "h02": {"per_day": 7}},
    "grace_min": 3,
    "commit_ahead_min": 60,
}


def test_the_settings_become_rules(tmp_path: Path) -> None:
    settings = City(tmp_path, checks=OWN).settings
    rules = plan_rules(settings)
    monday, winter, own = rules.fixed.rows
    assert (monday.times, monday.weekdays) == ((time(9, 5), time(16)), frozenset({0, 4}))
    assert winter.season == Season((11, 1), (2, 28))
    assert (own.hall_id, own.times, own.weekdays) == ("h01", (time(11, 11),), frozenset(range(7)))
    assert (rules.fixed.per_day, rules.fixed.per_hall) == (2, {"h02": 7})
    assert (rules.mean_for("h01", []), rules.mean_for("h02", [])) == (0, 3)
    assert (rules.draws.gap_s, rules.draws.vary, rules.draws.most) == (1800, True, 8)
    ticks = tick_rules(settings)
    assert (ticks.grace, ticks.commit_ahead) == (timedelta(minutes=3), timedelta(hours=1))
    assert ticks.look_back_days == 7


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ({"fixed": [{"times": ["25:00"]}]}, "25:00"),
        ({"fixed": [{"times": []}]}, "times"),
        ({"fixed": [{"times": ["09:00"], "season": {"first": "13-01", "last": "02-01"}}]}, "13-01"),
        ({"fixed": [{"times": ["09:00"], "weekdays": [8]}]}, "weekdays"),
        ({"halls": {"h99": {"per_day": 1}}}, "h99"),
        ({"random": 9}, "random"),
        ({"per_day": -1}, "per_day"),
        ({"gap": 30}, "gap"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    tmp_path: Path, checks: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        _ = City(tmp_path, checks=checks).settings


PUT = ("campaign", "put", "slack", "--name", "慵懒散专项治理", "--from", "2026-11-24")


def test_a_campaign_is_put_listed_and_withdrawn(tmp_path: Path) -> None:
    city = City(tmp_path, halls=2)
    whole = (
        *PUT,
        "--to",
        "2026-11-27",
        "--hall",
        "h01",
        "--at",
        "9:15",
        "--lead",
        "甲",
        "--by",
        "li",
    )
    made = city.good(*whole, "--lead", "乙", now=at("10:00"))
    assert "联合督查 慵懒散专项治理 2026-11-24..2026-11-27 v1" in made.out
    assert "v1" in city.good(*whole, "--lead", "乙").out
    city.good("campaign", "withdraw", "slack", "--reason", "取消", "--by", "li")
    (listed,) = city.good("campaign", "list").lines
    assert (listed["version"], listed["withdrawn"], listed["times"]) == (2, True, ["09:15"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--to", "2026-11-23", "--at", "09:15"), "结束日期早于"),
        (("--to", "2026-11-27"), "时刻或随机次数"),
        (("--to", "2026-11-27", "--at", "9点"), "9点"),
        (("--to", "2026-11-27", "--at", "09:15", "--hall", "h77"), "h77"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_and_nothing_is_kept(
    tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    city = City(tmp_path, halls=2)
    refused = city.run(*PUT, *more, now=at("10:00"))
    assert (refused.code, said in refused.err) == (2, True), refused.err
    assert city.good("campaign", "list").out == ""
    assert city.run("campaign", "withdraw", "slack", "--reason", "x").code == 2
    bad = city.run("campaign", "put", "a b", *PUT[3:], "--to", "2026-11-27", "--at", "09:15")
    assert (bad.code, "标识" in bad.err) == (2, True)


def test_checks_are_listed_and_shown(tmp_path: Path) -> None:
    city = City(tmp_path, halls=2, checks={"random": 0})
    assert city.good("inspection", "list").out == ""
    with city.open() as running:
        running.day(start="08:00")
    listed = city.good("inspection", "list", "--date", "2026-11-23", "--hall", "h02").lines
    assert [one["number"] for one in listed] == [4, 3, 2, 1]
    assert {(one["state"], one["kind_zh"]) for one in listed} == {("settled", "日常检查")}
    assert listed[0]["results"] == {"on_post": 1}
    shown = city.good("inspection", "show", str(listed[0]["id"])).lines
    assert [one.get("window") for one in shown] == [None, "w-h02"]
    assert shown[1]["result"] == "on_post"
    assert city.run("inspection", "show", "9999").code == 2
    assert city.good("inspection", "list", "--limit", "3", "--after", str(listed[0]["id"])).lines
    assert date.fromisoformat(shown[0]["due_at"][:10]) == date(2026, 11, 23)
