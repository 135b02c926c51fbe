"""一键查岗: every hall that is open now, or the named ones, checked at once; how far it has come.

`start` only writes checks that are due; the watch claims and makes them like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final
from uuid import uuid4

from api.duty_desk import DutyDesk
from models.domain.errors import ForbiddenMove, InputError
from models.domain.hall import Window
from models.domain.inspection import Check, CheckKind, CheckQuery, CheckState
from models.domain.inspection_manual import by_hand
from models.domain.ports import UnitOfWork

JUST_NOW: Final = timedelta(minutes=2)
"""A hall whose roll-call began so short a time ago is not called again: a second click."""

PENDING: Final = "pending"
"""Windows that are 待复核, among the results that are counted."""


@dataclass(frozen=True, slots=True)
class HallCalled:
    """How far a roll-call has come in one hall.

    Attributes:
        windows: How many it has.
        results: Windows by result; `pending` for those that are 待复核.
    """

    hall_id: str
    check_id: int
    state: CheckState
    windows: int
    results: Mapping[str, int]

    @property
    def told(self) -> int:
        """Windows of which something is known, 待复核 among them."""
        return sum(self.results.values())

    @property
    def certain(self) -> int:
        """Windows that have their result."""
        return self.told - self.results.get(PENDING, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a roll-call has come."""

    plan: str
    halls: tuple[HallCalled, ...]

    @property
    def windows(self) -> int:
        """All windows that are called."""
        return sum(hall.windows for hall in self.halls)

    @property
    def told(self) -> int:
        """Windows of which something is known, 待复核 among them."""
        return sum(hall.told for hall in self.halls)

    @property
    def certain(self) -> int:
        """Windows that have their result."""
        return sum(hall.certain for hall in self.halls)

    @property
    def ended(self) -> int:
        """Halls that are done with, made or not."""
        return sum(hall.state in {CheckState.SETTLED, CheckState.NOT_DONE} for hall in self.halls)

    @property
    def states(self) -> dict[str, int]:
        """Halls by the state of their check; only those there are."""
        return dict(Counter(hall.state.value for hall in self.halls))

    @property
    def results(self) -> dict[str, int]:
        """Windows by result, of all halls; only those there are."""
        found: Counter[str] = Counter()
        for hall in self.halls:
            found.update(hall.results)
        return dict(found)

    @property
    def first_looked(self) -> bool:
        """Every window of a check that was not given up has been told something of."""
        return all(
            hall.told >= hall.windows or hall.state is CheckState.NOT_DONE for hall in self.halls
        )

    @property
    def over(self) -> bool:
        """Every hall is done with."""
        return self.ended == len(self.halls)


def open_halls(desk: DutyDesk, now: datetime) -> frozenset[str]:
    """Halls with a window in an open session now."""
    return frozenset(
        window.hall_id
        for window in desk.windows.values()
        if any(
            session.start <= now < session.end
            for session in desk.sessions(window, desk.local_day(window, now))
        )
    )


def start(
    uow: UnitOfWork,
    desk: DutyDesk,
    halls: Iterable[str] | None,
    *,
    by: str,
    reason: str,
    now: datetime,
    within: Collection[str] | None = None,
) -> str:
    """Write a check of every hall, due now, in the caller's transaction.

    Args:
        uow: The open transaction.
        desk: Halls, windows and sessions by what is known now.
        halls: Which; None for every hall that is open, and with a reason every hall at all.
        by: Login of who asks.
        reason: Why; needed for a hall that is closed now, whose check counts in no rate (S08).
        now: The moment.
        within: Of these halls alone, where all are wanted; the caller's scope.

    Returns:
        The plan's key; `progress` tells how far it has come.

    Raises:
        InputError: nobody asks, a hall does not exist or has no window, or one is closed now
            and there is no reason.
        ForbiddenMove: all of them were called a moment ago.
    """
    opened = open_halls(desk, now)
    everything: Collection[str] = desk.halls if reason.strip() else opened
    if within is not None:
        everything = [one for one in everything if one in within]
    wanted = _wanted(desk, halls, everything)
    name = str(uuid4())
    checks = [
        by_hand(
            name,
            one,
            by=by,
            reason=reason,
            now=now,
            day=desk.day(one, now),
            is_open=one in opened,
        )
        for one in wanted
    ]
    called = _just_called(uow, now)
    left = [one for one in checks if one.hall_id not in called]
    if not left:
        raise ForbiddenMove(
            "这些大厅刚刚查过岗,请查看其进度。",
            "these halls were called a moment ago; look at that roll-call's progress.",
            where="halls",
        )
    for one in left:
        uow.checks.put_check(one)
    return left[0].plan


def progress(
    uow: UnitOfWork, plan: str, windows: Iterable[Window], halls: frozenset[str] | None = None
) -> Progress:
    """How far a roll-call has come.

    Args:
        uow: The record.
        plan: What `start` gave.
        windows: All windows of the settings.
        halls: Of these halls alone, None for all: the caller's scope.

    Raises:
        InputError: there is no such roll-call.
    """
    query = CheckQuery(plan=plan, kind=CheckKind.ROLL_CALL.value, halls=halls)
    checks = uow.checks.find(query, limit=10_000) if plan else ()
    if not checks:
        raise InputError(
            f"没有查岗任务“{plan}”。", f"there is no roll-call {plan!r}.", where="plan"
        )
    tallies = uow.checks.tallies([check.id for check in checks])
    many = Counter(window.hall_id for window in windows)
    by_hall = sorted(checks, key=lambda one: one.hall_id)
    return Progress(plan, tuple(_called(one, many[one.hall_id], tallies) for one in by_hall))


def _called(check: Check, windows: int, tallies: Mapping[int, Mapping[str, int]]) -> HallCalled:
    results = {name: count for name, count in tallies.get(check.id, {}).items() if count}
    # What was told stands, also where a window was added to or taken from the settings since.
    many = sum(results.values()) if check.ended else max(windows, sum(results.values()))
    return HallCalled(check.hall_id, check.id, check.state, many, results)


def _wanted(
    desk: DutyDesk, halls: Iterable[str] | None, everything: Collection[str]
) -> Sequence[str]:
    with_windows = {window.hall_id for window in desk.windows.values()}
    if halls is None:
        found = [one for one in desk.halls if one in everything and one in with_windows]
        if not found:
            raise InputError(
                "当前没有大厅在工作时间内;非工作时间查岗须填写事由。",
                "no hall is open now; outside working hours a reason is needed.",
                where="reason",
            )
        return found
    named = list(dict.fromkeys(halls))
    for one in named:
        if one not in desk.halls:
            near = get_close_matches(one, list(desk.halls), 1, 0.5)
            hint = (f";是否想写“{near[0]}”?", f"; did you mean {near[0]!r}?") if near else ("", "")
            raise InputError(
                f"没有大厅“{one}”{hint[0]}", f"there is no hall {one!r}{hint[1]}", where="hall"
            )
        if one not in with_windows:
            raise InputError(f"大厅“{one}”没有窗口。", f"hall {one!r} has no window.", where="hall")
    if not named:
        raise InputError("请至少选择一个大厅。", "name a hall at least.", where="hall")
    return named


def _just_called(uow: UnitOfWork, now: datetime) -> frozenset[str]:
    """Halls whose roll-call began a moment ago and is under way."""
    query = CheckQuery(kind=CheckKind.ROLL_CALL.value, since=now - JUST_NOW)
    return frozenset(one.hall_id for one in uow.checks.find(query, limit=10_000) if not one.ended)
