"""S19: hours change from a day on; checks follow, and old days stay as they were."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from models.domain.inspection_plan import plan_of, plan_text
from tests.acceptance.plan_city import City, at
from tests.acceptance.town import ZONE

BEFORE, FIRST = date(2026, 4, 30), date(2026, 5, 6)
WINTER = {"sessions": ["08:30-12:00", "14:30-17:30"]}
SUMMER = {"valid_from": "2026-05-01", "sessions": ["08:30-12:00", "15:00-18:00"]}
NAMED: dict[str, Any] = {"fixed": [{"times": ["08:40", "11:30", "14:45", "17:20", "17:45"]}]}


@pytest.mark.parametrize("checks", [{"per_day": 12, "random": 4}, NAMED | {"random": 4}])
def test_s19_the_afternoon_of_summer_begins_and_ends_later(
    tmp_path: Path, checks: dict[str, Any]
) -> None:
    city = City(tmp_path, halls=1, checks=checks, more={"hours": [WINTER, SUMMER]})
    with city.open() as running:
        found = {}
        for day in (BEFORE, FIRST):
            running.day(day)
            found[day] = [one.due_at.astimezone(ZONE).time() for one in running.checks(day)]
    old, new = found[BEFORE], found[FIRST]
    assert all(time(8, 30) <= one < time(17, 30) for one in old)
    assert any(time(14, 30) <= one < time(15) for one in old)
    assert not any(time(12) <= one < time(15) for one in new)
    assert any(time(17, 30) <= one < time(18) for one in new)
    assert max(new) < time(18)


def test_s19_a_day_that_was_keeps_its_plan_when_hours_change(tmp_path: Path) -> None:
    city = City(tmp_path, halls=2, more={"hours": [WINTER]})
    with city.open() as running:
        running.day(BEFORE)
        with running.record.make_uow(read_only=True) as uow:
            plan = uow.checks.day(BEFORE)
        assert plan is not None
        before = plan_text(plan_of(plan.plan_inputs, bytes.fromhex(plan.seed), plan.nonce))
        city.more = {"hours": [WINTER, SUMMER]}
        running.restart()
        running.tick(at("19:00", BEFORE))
        with running.record.make_uow(read_only=True) as uow:
            plan = uow.checks.day(BEFORE)
            assert plan is not None
            assert running.plans.inputs(uow, BEFORE).text == plan.inputs
    assert plan_text(plan_of(plan.plan_inputs, bytes.fromhex(plan.seed), plan.nonce)) == before
    assert (
        "核对通过" in city.good("inspection", "verify", "2026-04-30", now=at("20:00", BEFORE)).out
    )


def test_s19_a_season_of_the_year_has_its_own_times(tmp_path: Path) -> None:
    season = {"first": "05-01", "last": "09-30"}
    fixed = [{"times": ["09:00"]}, {"times": ["16:00"], "season": season}]
    city = City(tmp_path, halls=1, checks={"fixed": fixed})
    for day, clock in (("2026-04-30", "09:00"), ("2026-05-06", "16:00"), ("2026-10-09", "09:00")):
        told = city.good("inspection", "plan", day, "--fixed")
        assert f"{day} {clock}:00" in told.out
        assert told.out.endswith("1 次 / checks\n")


def test_s19_a_time_outside_the_sessions_is_left_out(tmp_path: Path) -> None:
    city = City(tmp_path, halls=1, checks=NAMED, more={"hours": [WINTER, SUMMER]})
    for day, count in (("2026-04-30", 4), ("2026-05-06", 4)):
        told = city.good("inspection", "plan", day, "--fixed")
        assert f"{count} 次" in told.out
    assert "14:45" not in city.good("inspection", "plan", "2026-05-06", "--fixed").out
    assert "17:45" not in city.good("inspection", "plan", "2026-04-30", "--fixed").out
