from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.daily import Daily

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
FORWARD = date(2026, 3, 29)
BACK = date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        (date(2026, 11, 23), time(17, 45), datetime(2026, 11, 23, 16, 45, tzinfo=UTC)),
        (FORWARD, time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (FORWARD, time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (FORWARD, time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (BACK, time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (BACK, time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_every_day_has_one_moment_also_where_clocks_are_moved(
    day: date, at: time, moment: datetime
) -> None:
    assert Daily(at).moment(day, BERLIN) == moment


def test_the_newest_due_day_is_yesterday_until_the_moment_comes() -> None:
    daily = Daily(time(17, 45))
    before = datetime(2026, 11, 23, 9, 44, 59, tzinfo=UTC)
    assert daily.newest_due(before, SHANGHAI) == date(2026, 11, 22)
    assert daily.newest_due(before + timedelta(seconds=1), SHANGHAI) == date(2026, 11, 23)
    assert daily.next_after(before, SHANGHAI) == before + timedelta(seconds=1)


def test_midnight_belongs_to_the_day_that_begins() -> None:
    daily = Daily(time(0))
    midnight = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert daily.newest_due(midnight, SHANGHAI) == date(2026, 11, 23)
    assert daily.newest_due(midnight - timedelta(seconds=1), SHANGHAI) == date(2026, 11, 22)


@given(
    st.integers(0, 3 * 365 * 1440),
    st.times(),
    st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_a_tick_every_minute_meets_every_day_once(minute: int, at: time, name: str) -> None:
    zone, daily = ZoneInfo(name), Daily(at)
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    days = [daily.newest_due(start + timedelta(minutes=7 * n), zone) for n in range(3 * 206)]
    assert days == sorted(days)
    seen = sorted(set(days))
    assert seen == [seen[0] + timedelta(days=n) for n in range(len(seen))]
    assert daily.moment(days[0], zone) <= start < daily.next_after(start, zone)
