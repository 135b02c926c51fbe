"""A day's whole plan, and which of its checks are to be written now.

Pure: the same inputs, seed and nonce give the same plan, byte for byte. The plan is recomputed in
memory at every tick and kept nowhere, so that nothing tells what is to come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from models.domain.commitment import PlanInputs
from models.domain.inspection import Check, CheckKey, CheckKind, NotDone
from models.domain.random_plan import campaign_moments, random_moments
from models.domain.register import canonical, moment_text


@dataclass(frozen=True, slots=True)
class Planned:
    """A check that a plan asks for."""

    plan: str
    hall_id: str
    number: int
    kind: CheckKind
    due_at: datetime
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> CheckKey:
        """Its name for good."""
        return CheckKey(self.plan, self.hall_id, self.number)


@dataclass(frozen=True, slots=True)
class Due:
    """A planned check to be written now.

    Attributes:
        reason: Why it cannot be made any more, None where it is to be made.
    """

    planned: Planned
    late_s: float
    reason: NotDone | None = None

    def check(self, now: datetime) -> Check:
        """The check as it is written at `now`."""
        one = self.planned
        return Check(
            one.plan,
            one.hall_id,
            one.number,
            one.kind,
            one.due_at,
            now,
            late_s=self.late_s,
            details=one.details,
        )


def fixed_key(day: date) -> str:
    """Plan key of the fixed checks of a day."""
    return f"fixed:{day.isoformat()}"


def random_key(day: date) -> str:
    """Plan key of the random checks of a day."""
    return f"random:{day.isoformat()}"


def campaign_key(campaign_id: str, day: date) -> str:
    """Plan key of a campaign's checks of a day."""
    return f"campaign:{campaign_id}:{day.isoformat()}"


def open_part(inputs: PlanInputs) -> list[Planned]:
    """The checks whose times are no secret: the fixed ones of the day."""
    plan = fixed_key(inputs.day)
    return sorted(
        (
            one
            for hall in inputs.halls
            for one in _numbered(plan, hall.id, CheckKind.DAILY, hall.fixed)
        ),
        key=_order,
    )


def plan_of(inputs: PlanInputs, seed: bytes, nonce: str) -> list[Planned]:
    """Every check of the day, by moment.

    A campaign's fixed and random checks of a hall are numbered together, by moment.
    """
    found = open_part(inputs)
    for hall_id, moments in random_moments(inputs, seed, nonce).items():
        found += _numbered(random_key(inputs.day), hall_id, CheckKind.RANDOM, moments)
    drawn = campaign_moments(inputs, seed, nonce)
    for one in inputs.campaigns:
        plan = campaign_key(one.id, inputs.day)
        said = {"campaign": one.id, "version": one.version}
        for hall_id, times in one.times:
            moments = sorted({*times, *drawn[one.id, hall_id]})
            found += _numbered(plan, hall_id, one.kind, moments, said)
    return sorted(found, key=_order)


def _numbered(
    plan: str,
    hall_id: str,
    kind: CheckKind,
    moments: Sequence[datetime],
    details: dict[str, Any] | None = None,
) -> Iterator[Planned]:
    for number, moment in enumerate(moments, 1):
        yield Planned(plan, hall_id, number, kind, moment, details or {})


def _order(one: Planned) -> tuple[datetime, str, str, int]:
    return (one.due_at, one.plan, one.hall_id, one.number)


def plan_text(planned: Iterable[Planned]) -> str:
    """The plan as canonical JSON: equal plans are equal bytes."""
    rows = [
        [one.plan, one.hall_id, one.number, one.kind.value, moment_text(one.due_at)]
        for one in sorted(planned, key=_order)
    ]
    return canonical({"checks": rows})


def due_checks(
    planned: Iterable[Planned],
    written: Collection[CheckKey],
    now: datetime,
    *,
    grace: timedelta,
    still_open: Callable[[str, datetime], bool] = lambda _hall, _at: True,
) -> list[Due]:
    """The planned checks to write at `now`, by moment: those whose time has come and that are
    not written yet, so each exactly once.

    Args:
        planned: The day's plan.
        written: Keys that the record holds.
        now: The moment.
        grace: One later than this is not made any more: the system was not running (S27).
        still_open: Whether a hall is open at a moment by what is known now; one that was closed
            after the commitment is not looked at.
    """
    found = []
    for one in sorted(planned, key=_order):
        if one.due_at > now or one.key in written:
            continue
        late = now - one.due_at
        reason = None
        if not still_open(one.hall_id, one.due_at):
            reason = NotDone.CLOSED_AFTER_PLAN
        elif late > grace:
            reason = NotDone.NOT_RUNNING
        found.append(Due(one, late.total_seconds(), reason))
    return found


def days_to_look_at(today: date, first: date | None, look_back: int) -> list[date]:
    """Local dates whose plans may have something due, oldest first, and tomorrow's, whose
    commitment may be.

    Args:
        today: The local date.
        first: The first day that was ever committed, None where none was: then nothing before
            today was planned.
        look_back: At most so many days back.
    """
    oldest = today if first is None else max(first, today - timedelta(days=look_back))
    oldest = min(oldest, today)
    return [oldest + timedelta(days=n) for n in range((today - oldest).days + 2)]
