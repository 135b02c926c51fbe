"""Spot checks (抽查) as one account may see them: a check is of a hall, a result of a unit.

Whoever has halls sees the checks of these halls; whoever has units sees the checks that found
something at windows of these units, and of each only these windows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.auth.visitor import Visitor
from api.errors import missing
from api.queries import Teller
from api.reports.checks import reason_text
from api.schemas.check import CheckChoice, CheckDetail, CheckOut, ResultOut
from api.settings import Settings
from models.domain.access import Scope
from models.domain.check_result import RESULT_NAMES, Result
from models.domain.inspection import (
    KIND_NAMES,
    NOT_DONE_NAMES,
    STATE_NAMES,
    Check,
    CheckQuery,
    CheckResult,
    NotDone,
)
from models.domain.ports import UnitOfWork

PAGE = 500
PENDING = "pending"
PENDING_NAME = "待复核"
Found = Mapping[int, Sequence[CheckResult]]


def query_of(wanted: CheckChoice, scope: Scope, settings: Settings) -> CheckQuery:
    """What is asked for, within a scope."""
    since, until = wanted.since, wanted.until
    if wanted.day is not None:
        start, end = day_bounds(wanted.day, settings)
        since = max(since, start) if since else start
        until = min(until, end) if until else end
    return CheckQuery(
        plan=wanted.plan,
        campaign=wanted.campaign,
        hall_id=wanted.hall_id,
        kind=wanted.kind.value if wanted.kind else "",
        state=wanted.state.value if wanted.state else "",
        since=since,
        until=until,
        halls=scope.halls,
        units=scope.units,
    )


def day_bounds(day: date, settings: Settings) -> tuple[datetime, datetime]:
    """A local day of the settings' time zone as two instants."""
    zone = ZoneInfo(settings.time_zone)
    start = datetime.combine(day, time(0), zone)
    return start, datetime.combine(day + timedelta(days=1), time(0), zone)


def all_of(uow: UnitOfWork, query: CheckQuery) -> Iterator[Check]:
    """Every check of a query, newest first."""
    after = 0
    while page := uow.checks.find(query, after_id=after, limit=PAGE):
        after = page[-1].id
        yield from page


def results_of(uow: UnitOfWork, checks: Iterable[Check], scope: Scope) -> Found:
    """Results of checks at windows of the scope, by check."""
    return uow.checks.results_of([one.id for one in checks], units=scope.units)


def check_in(uow: UnitOfWork, number: int, visitor: Visitor) -> tuple[Check, Sequence[CheckResult]]:
    """One check and its results in the visitor's scope.

    Raises:
        NotThere: there is none, or it is somebody else's.
    """
    check = uow.checks.get(number) if 0 < number < 2**31 else None
    scope = visitor.scope
    if check is None or (scope.halls is not None and check.hall_id not in scope.halls):
        raise missing("抽查", "check", str(number))
    results = results_of(uow, [check], scope).get(check.id, [])
    if not results and scope.units is not None:
        raise missing("抽查", "check", str(number))
    return check, results


def tally(results: Iterable[CheckResult]) -> dict[str, int]:
    """Windows by result, `pending` among them."""
    return dict(Counter(PENDING if one.result is None else one.result.value for one in results))


@dataclass(frozen=True, slots=True)
class CheckTeller:
    """Tells checks with names and in the hall's time zone."""

    teller: Teller
    scope: Scope

    def check(self, check: Check, results: Sequence[CheckResult]) -> CheckOut:
        """A check as lists show it."""
        zone = self.teller.zone(check.hall_id)
        said = check.details
        # What visitors wrote is about the whole hall.
        note = str(said.get("note", "")) if self.scope.units is None else ""
        return CheckOut(
            id=check.id,
            plan=check.plan,
            hall_id=check.hall_id,
            hall=self.teller.hall_name(check.hall_id),
            number=check.number,
            kind=check.kind.value,
            kind_name=KIND_NAMES[check.kind],
            state=check.state.value,
            state_name=STATE_NAMES[check.state],
            due_at=check.due_at.astimezone(zone),
            started_at=_local(check.started_at, zone),
            ended_at=_local(check.ended_at, zone),
            late_s=check.late_s,
            reason=check.reason,
            reason_text=NOT_DONE_NAMES[NotDone(check.reason)][0] if check.reason else "",
            by=check.by,
            why=str(said.get("reason", "")),
            note=note,
            campaign=str(said.get("campaign", "")),
            counted=check.counted,
            windows=len(results),
            results=tally(results),
        )

    def detail(self, check: Check, results: Sequence[CheckResult], uow: UnitOfWork) -> CheckDetail:
        """A check with its windows."""
        numbers = finding_ids(uow, (one.finding_key for one in results))
        zone = self.teller.zone(check.hall_id)
        return CheckDetail(
            **self.check(check, results).model_dump(),
            found=[self._result(one, numbers, zone) for one in results],
        )

    def _result(self, one: CheckResult, numbers: Mapping[str, int], zone: ZoneInfo) -> ResultOut:
        result: Result | None = one.result
        return ResultOut(
            window_id=one.window_id,
            window=self.teller.window_name(one.window_id),
            unit=one.unit_id,
            result=PENDING if result is None else result.value,
            result_name=PENDING_NAME if result is None else RESULT_NAMES[result],
            reason=one.reason,
            reason_text=reason_text(one) if one.reason else "",
            looked_at=_local(one.looked_at, zone),
            settled_at=_local(one.settled_at, zone),
            evidence_sha256=list(one.evidence),
            finding_id=numbers.get(one.finding_key),
            register_seq=one.entry_seq or None,
        )


def finding_ids(uow: UnitOfWork, keys: Iterable[str]) -> dict[str, int]:
    """Numbers of findings by key, of those there are."""
    wanted: Collection[str] = {key for key in keys if key}
    found = {key: uow.findings.by_key(key) for key in wanted}
    return {key: row.id for key, row in found.items() if row is not None}


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None
