from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from api.clock import RealClock, SimulatedClock
from api.wiring import make_clock
from models.domain.errors import InputError, SettingsError
from tests.fakes_web import settings_of, town

START = datetime(2026, 11, 23, 8, 20, tzinfo=timezone(timedelta(hours=8)))


def test_the_real_clock_shows_the_machine_s_time_in_utc() -> None:
    clock = RealClock()
    assert clock.speed == 1.0
    assert clock.now().tzinfo is UTC
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1


def test_simulated_time_runs_as_much_faster_as_told() -> None:
    clock = SimulatedClock(START, 60.0)
    before, real = clock.now(), time.monotonic()
    clock.sleep(6.0)
    passed = (clock.now() - before).total_seconds()
    assert clock.speed == 60.0
    assert passed == pytest.approx(60 * (time.monotonic() - real), rel=0.1)
    assert passed >= 6.0
    assert abs((before - START).total_seconds()) < 5


def test_the_same_anchor_gives_the_same_time_in_another_process() -> None:
    anchor = time.time() - 100
    clock = SimulatedClock(START, 8.0, anchor)
    code = (
        "from datetime import datetime; from api.clock import SimulatedClock; "
        f"print(SimulatedClock(datetime.fromisoformat({START.isoformat()!r}), 8.0, {anchor!r})"
        ".now().isoformat())"
    )
    before = clock.now()
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert before <= datetime.fromisoformat(said.stdout.strip()) <= clock.now()
    assert (before - START).total_seconds() == pytest.approx(800, abs=8)


def test_simulated_time_never_goes_back_when_the_machine_s_clock_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimulatedClock(START, 10.0)
    before = clock.now()
    real = time.time()
    monkeypatch.setattr(time, "time", lambda: real - 3600)
    assert clock.now() >= before


def test_a_negative_wait_is_none() -> None:
    begun = time.monotonic()
    RealClock().sleep(-5)
    SimulatedClock(START, 1.0).sleep(-5)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("start", "speed", "where"),
    [(START.replace(tzinfo=None), 1.0, "clock.start"), (START, 0.0, "clock.speed")],
)
def test_a_clock_without_zone_or_speed_is_refused(
    start: datetime, speed: float, where: str
) -> None:
    with pytest.raises(InputError, match=where):
        SimulatedClock(start, speed)


def test_a_start_without_offset_is_in_the_settings_zone(tmp_path: Path) -> None:
    values = town(tmp_path) | {
        "clock": {
            "kind": "simulated",
            "start": datetime(2026, 11, 23, 8, 20),  # noqa: DTZ001
            "speed": 2.0,
            "anchored_at": time.time(),
        }
    }
    clock = make_clock(settings_of(values, tmp_path))
    assert clock.speed == 2.0
    assert abs((clock.now() - START).total_seconds()) < 10


def test_a_simulated_clock_needs_a_start(tmp_path: Path) -> None:
    values = town(tmp_path) | {"clock": {"kind": "simulated"}}
    with pytest.raises(SettingsError, match="start"):
        make_clock(settings_of(values, tmp_path))
