"""A day's checks counted as they stand now (当日核查情况); what is to come is in no figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from api.check_view import all_of, day_bounds, results_of, tally
from api.schemas.check import KindSummary, SummaryOut
from api.settings import Settings
from models.domain.access import Scope
from models.domain.check_counts import CheckCounts
from models.domain.inspection import (
    KIND_NAMES,
    Check,
    CheckKind,
    CheckQuery,
    CheckResult,
    CheckState,
)
from models.domain.ports import UnitOfWork


def summary_of(
    uow: UnitOfWork, settings: Settings, day: date, scope: Scope, now: datetime
) -> SummaryOut:
    """The checks that were due on a local day and are written, within a scope."""
    since, until = day_bounds(day, settings)
    query = CheckQuery(since=since, until=until, halls=scope.halls, units=scope.units)
    checks = list(all_of(uow, query))
    found = results_of(uow, checks, scope)
    own = [(check, found.get(check.id, ())) for check in checks]
    counts = CheckCounts.of(
        one.result
        for check, results in own
        for one in results
        if check.ended and check.counted and one.result is not None
    )
    states = [check.state for check in checks]
    return SummaryOut(
        day=day.isoformat(),
        at=now,
        done=states.count(CheckState.SETTLED),
        running=sum(not check.ended for check in checks),
        not_done=states.count(CheckState.NOT_DONE),
        not_counted=sum(check.ended and not check.counted for check in checks),
        kinds=[_of_kind(kind, own) for kind in CheckKind if any(c.kind is kind for c in checks)],
        results=_all(own),
        planned=counts.planned,
        effective=counts.effective,
        on_post_rate=str(counts.on_post_rate),
        vacancy_rate=str(counts.vacancy_rate),
        unverifiable_rate=str(counts.unverifiable_rate),
    )


def _of_kind(kind: CheckKind, own: Sequence[tuple[Check, Sequence[CheckResult]]]) -> KindSummary:
    mine = [(check, results) for check, results in own if check.kind is kind]
    states = [check.state for check, _ in mine]
    return KindSummary(
        kind=kind.value,
        name=KIND_NAMES[kind],
        done=states.count(CheckState.SETTLED),
        running=sum(not check.ended for check, _ in mine),
        not_done=states.count(CheckState.NOT_DONE),
        results=_all(mine),
    )


def _all(own: Sequence[tuple[Check, Sequence[CheckResult]]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for _, results in own:
        found.update(tally(results))
    return dict(sorted(found.items()))
