"""一键查岗: halls that are open are checked at once, with progress; closed ones need a reason."""

from __future__ import annotations

from datetime import datetime

import pytest

from api.duty_desk import DutyDesk
from api.duty_record import in_force
from api.roll_call import Progress, open_halls, progress, start
from models.domain.errors import ForbiddenMove, InputError
from models.domain.inspection import CheckKind, CheckQuery, CheckState
from models.storage.record import Record
from tests.acceptance.checked_town import EMPTY, Watching, watching
from tests.acceptance.town import Town, at


@pytest.fixture
def rostered(town: Town) -> Town:
    town.windows["W13"] = "民政局"
    town.roster(
        "2026-11-23,W12,公安局,甲,A,08:30,12:00,", "2026-11-23,W13,民政局,丙,A,08:30,12:00,"
    )
    return town


def call(
    watch: Watching, halls: list[str] | None, now: datetime, *, reason: str = "", by: str = "zhang"
) -> str:
    with watch.record.make_uow() as uow:
        plan = start(uow, desk_of(watch), halls, by=by, reason=reason, now=now)
        uow.commit()
    return plan


def desk_of(watch: Watching) -> DutyDesk:
    ruled = in_force(watch.settings, watch.record.make_uow, files=False)
    return DutyDesk(watch.settings, ruled.duty, ruled.calendar)


def far(watch: Watching, plan: str) -> Progress:
    with watch.record.make_uow(read_only=True) as uow:
        return progress(uow, plan, watch.room.windows.values())


def many(record: Record) -> int:
    with record.make_uow(read_only=True) as uow:
        return uow.checks.count(CheckQuery())


def test_progress_goes_from_due_to_settled_and_counts_every_window(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("10:00")
        plan = call(watch, None, watch.now)
        before = far(watch, plan)
        assert (before.states, before.windows, before.told) == ({"due": 1}, 2, 0)
        assert not before.first_looked
        watch.until("10:00:20")
        first = far(watch, plan)
        assert (first.told, first.certain, first.first_looked) == (2, 2, True)
        assert not first.over, "the close looks go on for a minute"
        watch.until("10:01:20")
        done = far(watch, plan)
        assert (done.over, done.results) == (True, {"on_post": 2})
        assert done.halls[0].state is CheckState.SETTLED


def test_empty_windows_are_pending_in_the_progress_until_they_are_certain(rostered: Town) -> None:
    with watching(rostered, "09:50") as watch:
        watch.until("10:00")
        plan = call(watch, ["main"], watch.now)
        watch.until("10:02", sees=EMPTY)
        first = far(watch, plan)
        assert (first.told, first.certain, first.first_looked) == (2, 0, True)
        assert first.results == {"pending": 2}
        watch.until("10:16", sees=EMPTY)
        assert far(watch, plan).results == {"off_post": 2}


def test_s08_a_closed_hall_needs_a_reason_and_its_check_leaves_the_rates(rostered: Town) -> None:
    with watching(rostered, "18:30") as watch:
        assert open_halls(desk_of(watch), watch.now) == frozenset()
        for halls in (["main"], None):
            with pytest.raises(InputError, match="reason"):
                call(watch, halls, watch.now)
        assert many(watch.record) == 0
        call(watch, None, watch.now, reason="夜间巡查")
        with watch.record.make_uow(read_only=True) as uow:
            (check,) = uow.checks.find(CheckQuery(kind=CheckKind.ROLL_CALL.value))
        assert not check.counted
        assert (check.by, check.details["reason"]) == ("zhang", "夜间巡查")


def test_a_second_click_calls_nobody_twice(rostered: Town) -> None:
    with watching(rostered, "10:00") as watch:
        call(watch, None, watch.now)
        with pytest.raises(ForbiddenMove):
            call(watch, ["main"], watch.now)
        assert many(watch.record) == 1
        call(watch, None, at("10:03"))
        assert many(watch.record) == 2


@pytest.mark.parametrize(
    ("halls", "by", "where"),
    [(["mian"], "zhang", "hall"), ([], "zhang", "hall"), (["main"], " ", "by")],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    rostered: Town, halls: list[str], by: str, where: str
) -> None:
    with watching(rostered, "10:00") as watch:
        with pytest.raises(InputError) as refused:
            call(watch, halls, watch.now, by=by)
        assert refused.value.where == where
        assert many(watch.record) == 0


def test_there_is_no_progress_of_what_was_never_called(rostered: Town) -> None:
    with watching(rostered, "10:00") as watch:
        for plan in ("", "manual:none"):
            with pytest.raises(InputError, match="roll-call"):
                far(watch, plan)


def test_the_command_starts_it_and_says_that_nobody_watches(rostered: Town) -> None:
    done = rostered.run("rollcall", "--all", "--by", "li", "--wait", "0.1", now="11-23 10:00")
    assert done.code == 1
    assert "查岗 / roll-call manual:" in done.out
    assert "窗口 / windows 0/2" in done.out
    assert "onpost watch" in done.err
    neither = rostered.run("rollcall", "--by", "li")
    assert (neither.code, "--hall" in neither.err) == (2, True)
    only = rostered.run(
        "rollcall", "--hall", "main", "--by", "li", "--wait", "0", now="11-23 10:05"
    )
    assert only.code == 0
    assert "main 待执行" in only.out
