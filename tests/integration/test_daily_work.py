"""Daily jobs on a real record, with a clock that tests move as they like."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.domain.daily import Daily
from models.domain.ports_jobs import Outcome
from models.storage.record import Record
from scheduler.daily_work import DailyWork, Turn
from tests.fakes_clock import StillClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 11, 23, 9, 45, tzinfo=UTC)
"""17:45 in Shanghai."""


class Digest:
    """A daily job that notes for which day it ran, in the transaction that settles the day."""

    def __init__(self, record: Record, clock: StillClock, zone: ZoneInfo = SHANGHAI) -> None:
        self.days: list[date] = []
        self.after: list[date | None] = []
        self.failing = False
        self.settles = True
        self.record = record
        self.tick = DailyWork(
            "digest",
            Daily(time(17, 45), late_s=3600),
            self.do,
            make_uow=record.make_uow,
            clock=clock,
            zone=zone,
        )

    def do(self, turn: Turn) -> str:
        if self.failing:
            raise ValueError("no network")
        if self.settles:
            with turn.make_uow() as uow:
                turn.settle(uow, "sent")
                uow.commit()
        self.days.append(turn.day)
        self.after.append(turn.after)
        return "sent"

    def outcome(self) -> tuple[date, Outcome] | None:
        with self.record.make_uow(read_only=True) as uow:
            last = uow.jobs.last_day("digest")
        return (last.day, last.outcome) if last else None


@pytest.fixture
def clock() -> StillClock:
    return StillClock(EVENING - timedelta(hours=1))


def test_it_runs_once_a_day_from_its_moment_on(record: Record, clock: StillClock) -> None:
    digest = Digest(record, clock)
    assert digest.tick() == ""
    for _ in range(3):
        clock.moment = EVENING
        digest.tick()
        clock.moment += timedelta(minutes=30)
        digest.tick()
        clock.moment += timedelta(hours=13)
        digest.tick()
        clock.moment = EVENING
    assert digest.days == [date(2026, 11, 23)]
    assert digest.outcome() == (date(2026, 11, 23), Outcome.DONE)


def test_a_clock_set_back_an_hour_runs_nothing_twice(record: Record, clock: StillClock) -> None:
    digest = Digest(record, clock)
    for offset in (0, -60, -5, 0, 5, -1440, 60, 1440, 1380, 1441):
        clock.moment = EVENING + timedelta(minutes=offset)
        digest.tick()
    assert digest.days == [date(2026, 11, 23), date(2026, 11, 24)]


def test_one_that_failed_is_tried_again_until_it_is_too_late(
    record: Record, clock: StillClock
) -> None:
    digest = Digest(record, clock)
    digest.failing = True
    clock.moment = EVENING
    with pytest.raises(ValueError, match="no network"):
        digest.tick()
    assert digest.outcome() is None
    digest.failing = False
    clock.moment += timedelta(minutes=59)
    assert digest.tick() == "sent"
    assert digest.days == [date(2026, 11, 23)]


def test_days_that_were_missed_are_noted_and_told_to_the_next_run(
    record: Record, clock: StillClock
) -> None:
    digest = Digest(record, clock)
    clock.moment = EVENING
    digest.tick()
    clock.moment = EVENING + timedelta(days=2, hours=2)
    assert digest.tick() == "missed 1"
    assert digest.outcome() == (date(2026, 11, 25), Outcome.MISSED)
    clock.moment = EVENING + timedelta(days=5)
    digest.tick()
    assert digest.days == [date(2026, 11, 23), date(2026, 11, 28)]
    assert digest.after == [None, date(2026, 11, 25)]


def test_the_first_start_does_not_make_up_for_the_day_before(
    record: Record, clock: StillClock
) -> None:
    digest = Digest(record, clock)
    clock.moment = EVENING - timedelta(hours=17)
    assert digest.tick() == ""
    assert digest.outcome() is None


def test_work_that_settles_nothing_is_settled_after_it(record: Record, clock: StillClock) -> None:
    digest = Digest(record, clock)
    digest.settles = False
    clock.moment = EVENING
    digest.tick()
    digest.tick()
    assert digest.days == [date(2026, 11, 23)]


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_every_day_runs_once_where_clocks_are_moved(
    record: Record, clock: StillClock, change: date
) -> None:
    digest = Digest(record, clock, BERLIN)
    first = change - timedelta(days=1)
    clock.moment = datetime(first.year, first.month, first.day, tzinfo=UTC)
    for _ in range(3 * 24 * 2):
        clock.moment += timedelta(minutes=30)
        digest.tick()
    assert digest.days == [first, change, change + timedelta(days=1)]
