"""S08: on a holiday nothing is planned and the log says why; by hand only with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.domain.check_result import Result
from models.domain.errors import InputError
from models.domain.inspection import Check, CheckKind, CheckResult
from models.domain.inspection_manual import by_hand
from models.domain.inspection_record import settle
from models.domain.inspection_tick import Did
from models.domain.workdays import WorkCalendar
from tests.acceptance.plan_city import City, Running, at

HOLIDAY = date(2026, 10, 1)
CALENDAR = WorkCalendar.builtin()


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path, halls=2)


def test_s08_on_a_holiday_no_check_is_planned_and_the_reason_is_told_once(city: City) -> None:
    with city.open() as running:
        done = running.day(HOLIDAY)
        assert running.checks(HOLIDAY) == []
        with running.record.make_uow(read_only=True) as uow:
            assert uow.checks.day(HOLIDAY) is None, "nothing to commit to"
            assert uow.register.entries() == []
    assert [one.what for one in done] == [Did.NO_CHECKS]
    assert done[0].said == "法定节假日(国庆节)"


def test_s08_the_command_says_so_too(city: City) -> None:
    for arguments in (("plan", "2026-10-01", "--fixed"), ("commit", "2026-10-01")):
        said = city.good("inspection", *arguments, now=at("06:00", HOLIDAY))
        assert "法定节假日(国庆节),不安排抽查" in said.out


def test_s08_after_the_holiday_planning_goes_on_and_nothing_is_made_up_for(city: City) -> None:
    with city.open() as running:
        running.day(date(2026, 9, 30))
        for day in range(1, 8):
            assert not running.tick(at("12:00", date(2026, 10, day)))[1:]
        running.day(date(2026, 10, 8))
        written = {one.due_at.astimezone(UTC).date() for one in _all(running)}
    assert written == {date(2026, 9, 30), date(2026, 10, 8)}


def _all(running: Running) -> Sequence[Check]:
    with running.record.make_uow(read_only=True) as uow:
        return uow.checks.find(limit=1000)


def test_s08_a_check_by_hand_needs_a_reason_is_marked_and_stays_out_of_the_rates(
    city: City,
) -> None:
    now, today = at("10:00", HOLIDAY), CALENDAR.day(HOLIDAY)
    asked: dict[str, Any] = {"by": "值班员甲", "now": now, "day": today, "is_open": False}
    with pytest.raises(InputError, match=r"国庆节.*须写明理由"):
        by_hand("r1", "h01", reason=" ", **asked)
    check = by_hand("r1", "h01", reason="群众反映有人值守", **asked)
    with city.open() as running, running.record.make_uow() as uow:
        kept = uow.checks.put_check(check)
        epoch = uow.checks.claim(kept.id, "w", now, epoch=0)
        assert epoch is not None
        uow.checks.look(kept.id, epoch, now)
        found = CheckResult("w-h01", "公安局", Result.NO_ROSTER, "empty", now, now)
        uow.checks.save_results(kept.id, epoch, [found], now)
        ended, entry = settle(uow, kept.id, epoch, now + timedelta(minutes=1))
    assert (ended.kind, ended.counted) == (CheckKind.ROLL_CALL, False)
    assert entry.payload["counted"] is False
    assert entry.payload["by"] == "值班员甲"
    assert ended.details["reason"] == "群众反映有人值守"


def test_s08_inside_working_hours_no_reason_is_needed_and_it_counts() -> None:
    now = at("10:00")
    day = CALENDAR.day(now.date())
    check = by_hand("r2", "h01", by="甲", reason="", now=now, day=day, is_open=True)
    assert check.counted
    with pytest.raises(InputError, match="操作人"):
        by_hand("r2", "h01", by=" ", reason="", now=now, day=day, is_open=True)
