"""Spot checks: what is due is written, what nobody makes is given up.

What is to come is worked out in memory at each tick and told to nobody, least of all to a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from models.domain.inspection import VISITS, Check, CheckState, NotDone
from models.domain.inspection_record import give_up
from models.domain.inspection_tick import Did, Done
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork

log = structlog.get_logger("onpost.schedule")

_WORTH_A_WARNING: Final = frozenset({Did.LATE_COMMIT, Did.CHECK_MISSED, Did.KEY_CHANGED})

AT_ONCE: Final = 100
"""Checks that one transaction of the sweep gives up; the next tick goes on."""


class Plans(Protocol):
    """What the moment asks for; see `models.domain.inspection_tick.Planner`."""

    def tick(self, uow: UnitOfWork, now: datetime) -> list[Done]: ...


@dataclass(frozen=True, slots=True)
class CheckTick:
    """Commits days, writes what is due, reveals days that are over; all in one transaction."""

    plans: Plans
    make_uow: MakeUnitOfWork
    clock: Clock

    def __call__(self) -> str:
        """One tick; says what it did."""
        with self.make_uow() as uow:
            done = self.plans.tick(uow, self.clock.now())
            if done:
                uow.commit()
        for one in done:
            tell = log.warning if one.what in _WORTH_A_WARNING else log.info
            day = one.day.isoformat()
            tell("plan", what=one.what.value, day=day, check=one.check_id, said=one.said)
        counts = {what: sum(one.what is what for one in done) for what in Did}
        return ", ".join(f"{what.value} {count}" for what, count in counts.items() if count)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a check may stand still.

    Attributes:
        unclaimed: One that nobody claims, from when it was written.
        silent: One whose claimer gives no sign; from half of it on another may claim it.
        longest: By the clock alone, however long this process runs.
    """

    unclaimed: timedelta = timedelta(minutes=10)
    silent: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=2)


class CheckSweep:
    """Gives up checks that nobody makes: the only one that says 未执行 of a written check.

    A claimer's silence is timed here, by steady seconds without a new sign, because the clock
    may be set while a check is under way.

    Args:
        windows: Windows of a hall with their units, as they are now.
        make_uow: Makes transactions that the lease fences.
        clock: The process's clock.
        stopwatch: Steady seconds.
        patience: How long a check may stand still.
    """

    def __init__(
        self,
        windows: Callable[[str], Mapping[str, str]],
        make_uow: MakeUnitOfWork,
        clock: Clock,
        stopwatch: Callable[[], float],
        patience: Patience | None = None,
    ) -> None:
        self._windows = windows
        self._make_uow = make_uow
        self._clock = clock
        self._stopwatch = stopwatch
        self._patience = patience or Patience()
        self._seen: dict[int, tuple[tuple[int, datetime | None], float]] = {}

    def __call__(self) -> str:
        """One tick; says what it gave up."""
        now, steady = self._clock.now(), self._stopwatch()
        with self._make_uow(read_only=True) as uow:
            found = [one for one in uow.checks.open() if one.kind not in VISITS]
        self._watch(found, steady)
        late = [(one, why) for one in found if (why := self._why(one, now, steady))][:AT_ONCE]
        if not late:
            return ""
        ended: list[Check] = []
        with self._make_uow() as uow:
            for check, why in late:
                gone = give_up(uow, check, why, self._windows(check.hall_id), now)
                if gone is not None:
                    ended.append(gone[0])
            uow.commit()
        for one in ended:
            log.warning("check_given_up", check=one.id, hall=one.hall_id, reason=one.reason)
        return f"given up {len(ended)}" if ended else ""

    def _watch(self, found: list[Check], steady: float) -> None:
        before, self._seen = self._seen, {}
        for one in found:
            sign = one.epoch, one.claimed_at
            known = before.get(one.id)
            self._seen[one.id] = known if known and known[0] == sign else (sign, steady)

    def _why(self, check: Check, now: datetime, steady: float) -> NotDone | None:
        """Why to give a check up now, None to leave it."""
        patience = self._patience
        if check.state is CheckState.DUE:
            waited = now - max(check.due_at, check.written_at)
            return NotDone.NOBODY_LOOKED if waited > patience.unclaimed else None
        silent = timedelta(seconds=(steady - self._seen[check.id][1]) * self._clock.speed)
        long_ago = check.claimed_at is not None and now - check.claimed_at > patience.longest
        return NotDone.INTERRUPTED if silent > patience.silent or long_ago else None
