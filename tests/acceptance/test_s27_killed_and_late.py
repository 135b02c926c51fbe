"""S27: the process is killed before a random check is due and comes back after it.

Within the grace the check is written late, with its real time stamped; after it, it is 未执行 with
its reason. It is never lost and never there twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.plan_keys import plan_key
from api.settings import load_settings
from models.domain.inspection import Check, CheckKind, CheckState, NotDone
from models.domain.inspection_plan import Planned
from tests.schedule_town import Process, checks_of, opened, planned, scheduling, write_settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

MONDAY = date(2026, 11, 23)
EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
SPEED = 5.0
MINUTE = timedelta(minutes=1)


class Installation:
    """One hall whose scheduling process is started and killed at moments of a fast clock."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "schedule.log"
        self.settings = write_settings(
            folder,
            schedule={"heartbeat_s": 0.1, "takeover_s": 0.5},
            clock={"kind": "simulated", "start": EIGHT.isoformat(), "speed": SPEED},
        )

    @contextmanager
    def running_from(self, moment: datetime) -> Iterator[Process]:
        """The process, on a clock that begins at `moment`; killed (-9) at the end."""
        clock = {
            "ONPOST_CLOCK__START": moment.isoformat(),
            "ONPOST_CLOCK__ANCHORED_AT": repr(time.time() + 1.0),
        }
        with scheduling(self.settings, self._log, clock) as process:
            process.wait_for_event("lease_taken", len(process.events("lease_taken")) + 1)
            yield process

    def checks(self) -> list[Check]:
        record = opened(self.settings)
        try:
            return checks_of(record, MONDAY)
        finally:
            record.close()

    def random_check(self) -> Planned:
        """A random check with nothing else around it, read from the plan with the key."""
        record = opened(self.settings)
        try:
            key = plan_key(load_settings(self.settings), create=False)
            plan = planned(record, key, MONDAY)
        finally:
            record.close()
        return next(one for one in reversed(plan) if one.kind is CheckKind.RANDOM)

    def found(self, wanted: Planned) -> list[Check]:
        return [one for one in self.checks() if one.key == wanted.key]


@pytest.fixture
def committed(tmp_path: Path) -> Installation:
    """An installation whose day is committed and whose nonce is drawn."""
    installation = Installation(tmp_path)
    with installation.running_from(EIGHT + 28 * MINUTE) as process:
        process.wait_for(lambda: [one for one in process.events("plan") if "nonce" in one["what"]])
    return installation


def test_back_within_the_grace_it_is_written_late_with_its_real_time(
    committed: Installation,
) -> None:
    wanted = committed.random_check()
    with committed.running_from(wanted.due_at - 2 * MINUTE):
        assert committed.found(wanted) == []
    with committed.running_from(wanted.due_at + 6 * MINUTE) as process:
        process.wait_for(lambda: committed.found(wanted))
    (check,) = committed.found(wanted)
    assert check.due_at == wanted.due_at
    assert check.state is CheckState.DUE
    assert check.written_at - check.due_at >= 5.5 * MINUTE
    assert check.late_s == pytest.approx((check.written_at - check.due_at).total_seconds())


def test_back_after_the_grace_it_is_not_done_and_says_why(committed: Installation) -> None:
    wanted = committed.random_check()
    with committed.running_from(wanted.due_at - 2 * MINUTE):
        assert committed.found(wanted) == []
    with committed.running_from(wanted.due_at + 11 * MINUTE) as process:
        process.wait_for(lambda: committed.found(wanted))
    (check,) = committed.found(wanted)
    assert (check.state, check.reason) == (CheckState.NOT_DONE, NotDone.NOT_RUNNING)


def test_killed_again_and_again_around_its_moment_it_is_there_once(
    committed: Installation,
) -> None:
    wanted = committed.random_check()
    for minutes in (-0.2, 0.1, 0.5):
        with committed.running_from(wanted.due_at + minutes * MINUTE):
            time.sleep(0.1 * abs(minutes))
    with committed.running_from(wanted.due_at + 3 * MINUTE) as process:
        process.wait_for(lambda: committed.found(wanted))
    assert len(committed.found(wanted)) == 1
    keys = [one.key for one in committed.checks()]
    assert len(set(keys)) == len(keys)
