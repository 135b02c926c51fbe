"""One tick of planning: commit, nonce, write what is due, reveal; all in one transaction.

The process that schedules calls `Planner.tick` every few seconds. Nothing is remembered between
ticks, so that a process killed at any moment goes on where the record stands: a check is written
once, and one that was missed by more than the grace ends as 未执行.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from models.domain.commitment import SYSTEM, DayPlan, PlanInputs
from models.domain.inspection_plan import Planned, days_to_look_at, due_checks, open_part, plan_of
from models.domain.inspection_record import (
    commit_day,
    give_nonce,
    note_change,
    note_lost,
    reveal_day,
    write_due,
)
from models.domain.ports import UnitOfWork
from models.domain.ports_checks import PlanSecret


class PlanSource(Protocol):
    """What the settings, the calendar and the campaigns say now."""

    def today(self, now: datetime) -> date:
        """The local date."""
        ...

    def inputs(self, uow: UnitOfWork, day: date, since: datetime | None = None) -> PlanInputs:
        """The inputs of a day by what is known now; no hall in them where none opens."""
        ...

    def closed(self, uow: UnitOfWork, day: date) -> str:
        """Why no hall opens on a day: 法定节假日 with its name, 休息日, or 无开放时段."""
        ...

    def windows(self, hall_id: str) -> Mapping[str, str]:
        """Windows of a hall that is there now, each with its unit; none of one that is gone."""
        ...

    def still_open(self, uow: UnitOfWork) -> Callable[[str, datetime], bool]:
        """Whether a hall is open at a moment by what is known now."""
        ...


@dataclass(frozen=True, slots=True)
class TickRules:
    """When things are done.

    Attributes:
        commit_ahead: Before the first opening the commitment is published so early.
        nonce_before: So long before it the system draws a nonce, where nobody gave one.
        grace: A check later than this is not made any more.
        look_back_days: Days back that are caught up with after the system was down.
    """

    commit_ahead: timedelta = timedelta(hours=2)
    nonce_before: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(minutes=10)
    look_back_days: int = 7


class Did(StrEnum):
    """What a tick did."""

    COMMITTED = "committed"
    NO_CHECKS = "no_checks"
    LATE_COMMIT = "late_commit"
    NONCE_DRAWN = "nonce_drawn"
    CHECK_WRITTEN = "check_written"
    CHECK_MISSED = "check_missed"
    INPUTS_CHANGED = "inputs_changed"
    REVEALED = "revealed"
    KEY_CHANGED = "key_changed"


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that a tick did; it tells nothing that is still to come.

    Attributes:
        check_id: The check that was written, 0 for none.
    """

    what: Did
    day: date
    check_id: int = 0
    said: str = ""


class Planner:
    """Does at each tick what the moment asks for.

    Args:
        source: What is known now.
        secret: The master key.
        rules: When things are done.
        draw_nonce: Gives a fresh nonce from a good source of chance.
    """

    def __init__(
        self,
        source: PlanSource,
        secret: PlanSecret,
        rules: TickRules,
        draw_nonce: Callable[[], str],
    ) -> None:
        self._source = source
        self._secret = secret
        self._rules = rules
        self._draw_nonce = draw_nonce
        self._told: date | None = None

    def tick(self, uow: UnitOfWork, now: datetime) -> list[Done]:
        """What was done in the open transaction; the caller, who has checked its lease in it,
        commits where that is anything."""
        first = uow.checks.first_day()
        done: list[Done] = []
        today = self._source.today(now)
        # A committed day is carried to its end however long the system was down.
        begun = {one.day for one in uow.checks.unrevealed() if one.key_id == self._secret.key_id}
        near = days_to_look_at(today, first, self._rules.look_back_days)
        for day in sorted({*begun, *near}):
            plan = uow.checks.day(day)
            if plan is None:
                plan = self._commit(uow, day, now, begin=first is None or day < first)
                if plan is not None:
                    what = Did.LATE_COMMIT if plan.late else Did.COMMITTED
                    done.append(Done(what, day, said=plan.commitment))
                elif day == today:
                    done += self._closed(uow, today)
            if plan is not None and not plan.seed:
                done += self._work(uow, plan, now)
        return done

    def _closed(self, uow: UnitOfWork, today: date) -> list[Done]:
        """Once a day, and after each start: why there is nothing to check."""
        if self._told == today or self._source.inputs(uow, today).halls:
            return []
        self._told = today
        return [Done(Did.NO_CHECKS, today, said=self._source.closed(uow, today))]

    def _commit(self, uow: UnitOfWork, day: date, now: datetime, *, begin: bool) -> DayPlan | None:
        inputs = self._source.inputs(uow, day)
        if begin and inputs.opens_at is not None and inputs.opens_at <= now:
            # The first day of all: what was due before the system ever ran was never planned.
            inputs = self._source.inputs(uow, day, since=now)
        if inputs.opens_at is None or now < inputs.opens_at - self._rules.commit_ahead:
            return None
        return commit_day(uow, inputs, self._secret, now)

    def _work(self, uow: UnitOfWork, plan: DayPlan, now: datetime) -> list[Done]:
        done: list[Done] = []
        day, inputs = plan.day, plan.plan_inputs
        if now < plan.closes_at and self._changed(uow, plan, inputs, now):
            done.append(Done(Did.INPUTS_CHANGED, day))
        if not plan.nonce and now >= plan.opens_at - self._rules.nonce_before:
            plan = give_nonce(uow, day, self._draw_nonce(), SYSTEM, now)
            done.append(Done(Did.NONCE_DRAWN, day))
        if now < plan.opens_at:
            return done
        whole = plan.key_id == self._secret.key_id
        planned = self._planned(plan, inputs) if whole else open_part(inputs)
        done += self._write(uow, day, planned, now)
        if now >= plan.closes_at and _over(uow, day, planned):
            if whole:
                reveal_day(uow, day, self._secret, len(planned), now)
                done.append(Done(Did.REVEALED, day))
            elif note_lost(uow, plan, now):
                done.append(Done(Did.KEY_CHANGED, day))
        return done

    def _changed(self, uow: UnitOfWork, plan: DayPlan, inputs: PlanInputs, now: datetime) -> bool:
        present = self._source.inputs(uow, plan.day, inputs.since)
        return note_change(uow, plan, present, now)

    def _planned(self, plan: DayPlan, inputs: PlanInputs) -> list[Planned]:
        return plan_of(inputs, self._secret.seed(plan.day), plan.nonce)

    def _write(
        self, uow: UnitOfWork, day: date, planned: list[Planned], now: datetime
    ) -> list[Done]:
        due = due_checks(
            planned,
            uow.checks.written(day),
            now,
            grace=self._rules.grace,
            still_open=self._source.still_open(uow),
        )
        done = []
        for one in due:
            windows = self._source.windows(one.planned.hall_id)
            check, ended = write_due(uow, one, windows, now)
            what = Did.CHECK_WRITTEN if ended is None else Did.CHECK_MISSED
            done.append(Done(what, day, check.id, check.reason))
        return done


def _over(uow: UnitOfWork, day: date, planned: list[Planned]) -> bool:
    """Whether every planned check was written and has ended."""
    if {one.key for one in planned} - uow.checks.written(day):
        return False
    return not any(one.plan.endswith(f":{day.isoformat()}") for one in uow.checks.open())
