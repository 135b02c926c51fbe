"""The jobs about checks on a real record, while clocks are set, zones jump and processes end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.settings import load_settings
from models.domain.duty_rows import DutyKind, day_to_json
from models.domain.inspection import Check, CheckKind, CheckState, NotDone
from models.domain.workdays import CalendarDay, DayKind, DayStatus
from models.storage.record import Record
from tests.fakes_clock import StillClock
from tests.schedule_town import Ticking, write_settings

MONDAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)
"""Of Monday, in Shanghai."""

Town = Callable[..., Ticking]


def clock(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


SEVEN = clock(7)
STEP = 300.0

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules in which the database plays no part."""


@pytest.fixture
def town(record: Record, tmp_path: Path) -> Town:
    def begin(start: datetime = SEVEN, **changes: Any) -> Ticking:
        settings = load_settings(write_settings(tmp_path, **changes))
        settings.data_path.mkdir(exist_ok=True)
        return Ticking(settings, record, StillClock(start))

    return begin


def work(ticking: Ticking, at_once: int = 100) -> None:
    """What a watch does: claims and settles everything that is due."""
    now = ticking.clock.moment
    with ticking.record.make_uow() as uow:
        for check in uow.checks.due(now - timedelta(minutes=5), limit=at_once):
            epoch = uow.checks.claim(check.id, "w", now, epoch=check.epoch)
            assert epoch is not None
        uow.commit()


def sound(ticking: Ticking, day: date = MONDAY) -> list[Check]:
    """Every planned check was written once, never early."""
    checks, wanted = ticking.checks(day), ticking.planned(day)
    assert Counter(one.key for one in checks) == Counter(one.key for one in wanted)
    due = {one.key: one.due_at for one in wanted}
    for one in checks:
        assert one.due_at == due[one.key]
        assert one.late_s >= 0
    return checks


def ended(checks: list[Check]) -> set[tuple[CheckState, str]]:
    return {(one.state, one.reason) for one in checks}


def test_a_day_that_runs_through_writes_every_check_at_its_moment(town: Town) -> None:
    ticking = town(halls=3)
    ticking.go(12 * 3600, STEP)
    checks = sound(ticking)
    assert len(checks) >= 3 * 4
    assert max(one.late_s for one in checks) <= STEP
    assert ended(checks) == {(CheckState.NOT_DONE, NotDone.NOBODY_LOOKED)}
    with ticking.record.make_uow(read_only=True) as uow:
        day = uow.checks.day(MONDAY)
    assert day is not None
    assert day.committed_at < day.opens_at
    assert day.revealed_at is not None
    assert day.revealed_at >= day.closes_at


@pytest.mark.parametrize("seed", range(2))
def test_a_clock_that_is_set_about_and_restarts_lose_and_double_nothing(
    town: Town, seed: int
) -> None:
    chance, ticking = random.Random(seed), town(halls=2)
    ticking.go(3600, STEP)
    for _ in range(14):
        ticking.go(chance.uniform(600, 3600), STEP)
        if chance.random() < 0.5:
            ticking.restart()
        hours = chance.choice([-1, 1, -1, 1, -0.5, 2])
        ticking.at(ticking.clock.moment + timedelta(hours=hours))
        work(ticking)
    while ticking.clock.moment < clock(22):
        ticking.go(1800, STEP)
    checks = sound(ticking)
    assert all(one.ended for one in checks)
    assert all(one.reason for one in checks if one.state is CheckState.NOT_DONE)


@on_sqlite
def test_a_check_of_a_claimer_that_gives_signs_outlives_a_clock_that_is_set(town: Town) -> None:
    ticking = town()
    ticking.go(2 * 3600, 300)
    while not (standing := [one for one in ticking.checks(MONDAY) if not one.ended]):
        ticking.go(60)
    check = standing[0]
    work(ticking)
    for hours in (1, -1, -1, 1):
        ticking.at(ticking.clock.moment + timedelta(hours=hours))
        ticking.go(120, 60)
        with ticking.record.make_uow() as uow:
            now = uow.checks.get(check.id)
            assert now is not None
            assert not now.ended
            assert uow.checks.keep(check.id, now.epoch, ticking.clock.moment)
            uow.commit()
    ticking.go(14 * 60, 60)
    with ticking.record.make_uow(read_only=True) as uow:
        assert uow.checks.open() != []
    ticking.go(4 * 60, 60)
    given_up = next(one for one in ticking.checks(MONDAY) if one.id == check.id)
    assert (given_up.state, given_up.reason) == (CheckState.NOT_DONE, NotDone.INTERRUPTED)


@on_sqlite
def test_what_stood_open_over_night_is_given_up_at_the_first_tick(town: Town) -> None:
    ticking = town()
    while not [one for one in ticking.checks(MONDAY) if not one.ended]:
        ticking.go(300, 300)
    work(ticking)
    ticking.restart()
    ticking.at(clock(24 + 7))
    checks = sound(ticking)
    reasons = Counter(one.reason for one in checks)
    assert reasons[NotDone.INTERRUPTED] >= 1
    assert set(reasons) <= {NotDone.INTERRUPTED, NotDone.NOT_RUNNING, NotDone.NOBODY_LOOKED}


@on_sqlite
@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_on_which_clocks_are_moved_have_all_their_checks(town: Town, change: date) -> None:
    """A hall that is open through the night in which Berlin's clocks are moved."""
    start = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(hours=26)
    ticking = town(
        start,
        time_zone="Europe/Berlin",
        hours=[{"weekdays": list(range(1, 8)), "sessions": ["00:00-12:00", "12:00-23:59"]}],
        checks={"fixed": [{"times": ["00:05", "01:30", "02:30", "03:30", "23:55"]}]},
    )
    with ticking.record.make_uow() as uow:
        for shift in (-1, 0, 1):
            day = change + timedelta(days=shift)
            override = CalendarDay(day, DayKind.MAKE_UP, DayStatus.OVERRIDE, source="test")
            content = day_to_json(override)
            uow.duty.put(DutyKind.OVERRIDE, f":{day}", content, at=start, by="t", reason="t")
        uow.commit()
    ticking.go(52 * 3600, 500)
    checks = sound(ticking, change)
    assert max(one.late_s for one in checks) <= 500
    fixed = [one for one in checks if one.kind is CheckKind.DAILY]
    assert len({one.due_at for one in fixed}) == len(fixed) >= 4
    assert sum(one.kind is CheckKind.RANDOM for one in checks) >= 1


@on_sqlite
def test_a_holiday_has_no_checks(town: Town) -> None:
    ticking = town(datetime(2026, 9, 30, 16, tzinfo=UTC))
    ticking.go(20 * 3600, step=600)
    assert ticking.checks(date(2026, 10, 1)) == []
    with ticking.record.make_uow(read_only=True) as uow:
        assert uow.checks.day(date(2026, 10, 1)) is None


@on_sqlite
def test_nothing_of_a_plan_stands_in_the_record_before_its_moment(town: Town) -> None:
    ticking = town()
    ticking.at(clock(8.49))
    coming = [one for one in ticking.planned(MONDAY) if one.kind is CheckKind.RANDOM]
    assert coming
    with ticking.record.make_uow(read_only=True) as uow:
        told = str([entry.body for entry in uow.register.entries()])
        told += str(uow.checks.day(MONDAY)) + str(uow.jobs.jobs())
    for one in coming:
        for shown in (one.due_at, one.due_at.astimezone()):
            assert f"{shown:%H:%M:%S}" not in told
