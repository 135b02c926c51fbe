"""Spot checks (抽查) in the database: checks and their results. Plans: `check_plan_book`.

Every move is one UPDATE whose WHERE names the state and the epoch it moves from, so that two
processes never both make it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, literal, select, update

from models.domain.check_result import Result
from models.domain.inspection import (
    OPEN_STATES,
    VISITS,
    Check,
    CheckKey,
    CheckKind,
    CheckQuery,
    CheckResult,
    CheckState,
    NotDone,
    StaleClaim,
    came_from,
    result_fixed,
    unfinished,
)
from models.storage.check_plan_book import StoredPlans
from models.storage.statements import insert_or
from models.storage.tables import check_results, checks
from models.storage.types import UtcDateTime

EVERYTHING: Final = CheckQuery()
PENDING: Final = "pending"
_OPEN: Final = tuple(sorted(state.value for state in OPEN_STATES))


class StoredChecks(StoredPlans):
    """CheckBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._connection = connection

    def put_check(self, check: Check) -> Check:
        row = asdict(check)
        del row["id"]
        self._connection.execute(
            insert_or(self._connection, checks).on_conflict_do_nothing(
                index_elements=["plan", "hall_id", "number"]
            ),
            row | {"state": CheckState.DUE.value, "kind": check.kind.value},
        )
        standing = self.by_key(check.key)
        assert standing is not None  # noqa: S101  it was there, or is now
        return standing

    def get(self, check_id: int) -> Check | None:
        return self._one(select(checks).where(checks.c.id == check_id))

    def by_key(self, key: CheckKey) -> Check | None:
        return self._one(
            select(checks).where(
                checks.c.plan == key.plan,
                checks.c.hall_id == key.hall_id,
                checks.c.number == key.number,
            )
        )

    def _one(self, query: Select[Any]) -> Check | None:
        row = self._connection.execute(query).first()
        return None if row is None else _check(row)

    def _all(self, query: Select[Any]) -> list[Check]:
        return [_check(row) for row in self._connection.execute(query)]

    def written(self, day: date) -> set[CheckKey]:
        query = select(checks.c.plan, checks.c.hall_id, checks.c.number).where(
            checks.c.plan.like(f"%:{day.isoformat()}"), *_around(day)
        )
        found = self._connection.execute(query)
        return {CheckKey(row.plan, row.hall_id, row.number) for row in found}

    def due(self, stale_before: datetime, *, limit: int = 100) -> list[Check]:
        by_hand = [kind.value for kind in VISITS]
        free = (checks.c.state == CheckState.DUE.value) | (checks.c.claimed_at < stale_before)
        query = select(checks).where(checks.c.state.in_(_OPEN), checks.c.kind.not_in(by_hand), free)
        return self._all(query.order_by(checks.c.due_at, checks.c.id).limit(limit))

    def open(self) -> list[Check]:
        query = select(checks).where(checks.c.state.in_(_OPEN))
        return self._all(query.order_by(checks.c.due_at, checks.c.id))

    def claim(self, check_id: int, by: str, at: datetime, *, epoch: int) -> int | None:
        looking = CheckState.LOOKING.value
        moved = self._connection.execute(
            update(checks)
            .where(checks.c.id == check_id, checks.c.epoch == epoch, checks.c.state.in_(_OPEN))
            .values(
                epoch=epoch + 1,
                claimed_by=by,
                claimed_at=at,
                state=case((checks.c.state == looking, looking), else_=CheckState.CLAIMED.value),
            )
        )
        return epoch + 1 if moved.rowcount == 1 else None

    def keep(self, check_id: int, epoch: int, at: datetime) -> bool:
        return self._move(check_id, epoch, _OPEN, {"claimed_at": at})

    def look(self, check_id: int, epoch: int, at: datetime) -> None:
        first = func.coalesce(checks.c.started_at, literal(at, UtcDateTime()))
        values = {"state": CheckState.LOOKING.value, "claimed_at": at, "started_at": first}
        if not self._move(check_id, epoch, came_from(CheckState.LOOKING), values):
            raise StaleClaim(check_id, epoch)

    def save_results(
        self, check_id: int, epoch: int, results: Iterable[CheckResult], at: datetime
    ) -> None:
        looking = (CheckState.LOOKING.value,)
        if not self._move(check_id, epoch, looking, {"claimed_at": at}):
            raise StaleClaim(check_id, epoch)
        standing = {one.window_id: one for one in self.results(check_id)}
        for result in results:
            self._save(replace(result, check_id=check_id), standing.get(result.window_id))

    def _save(self, result: CheckResult, standing: CheckResult | None) -> None:
        if standing is not None and not standing.pending:
            if standing.result is not result.result:
                raise result_fixed(result.check_id, result.window_id)
            return
        row = asdict(result) | {"result": PENDING if result.result is None else result.result.value}
        if standing is None:
            self._connection.execute(check_results.insert(), row)
            return
        self._connection.execute(
            update(check_results).where(
                check_results.c.check_id == result.check_id,
                check_results.c.window_id == result.window_id,
                check_results.c.result == PENDING,
            ),
            row,
        )

    def settle(self, check_id: int, epoch: int, at: datetime) -> Check:
        found = self.results(check_id)
        left = sum(one.pending for one in found)
        if left or not found:
            raise unfinished(check_id, left)
        values = {"state": CheckState.SETTLED.value, "ended_at": at, "claimed_at": at}
        if not self._move(check_id, epoch, came_from(CheckState.SETTLED), values):
            raise StaleClaim(check_id, epoch)
        return self._standing(check_id)

    def not_done(
        self,
        check_id: int,
        epoch: int,
        reason: NotDone,
        windows: Mapping[str, str],
        at: datetime,
    ) -> Check | None:
        # A move that changes nothing holds the row, so that no claimer comes in between.
        if not self._move(check_id, epoch, came_from(CheckState.NOT_DONE), {"epoch": epoch}):
            return None
        standing = {one.window_id: one for one in self.results(check_id)}
        certain = any(not one.pending for one in standing.values())
        given_up = {
            **{one.window_id: one.unit_id for one in standing.values() if one.pending},
            **{window: unit for window, unit in windows.items() if window not in standing},
        }
        for window_id, unit_id in given_up.items():
            before = standing.get(window_id) or CheckResult(window_id, unit_id)
            ended = replace(
                before,
                result=Result.NOT_DONE,
                reason=reason.value,
                settled_at=at,
                check_id=check_id,
            )
            self._save(ended, standing.get(window_id))
        to = CheckState.SETTLED if certain else CheckState.NOT_DONE
        values = {"state": to.value, "ended_at": at, "reason": reason.value}
        self._move(check_id, epoch, _OPEN, values)
        return self._standing(check_id)

    def _standing(self, check_id: int) -> Check:
        found = self.get(check_id)
        assert found is not None  # noqa: S101  it was just written
        return found

    def _move(
        self, check_id: int, epoch: int, states: Sequence[str], values: Mapping[str, Any]
    ) -> bool:
        moved = self._connection.execute(
            update(checks)
            .where(checks.c.id == check_id, checks.c.epoch == epoch, checks.c.state.in_(states))
            .values(dict(values))
        )
        return moved.rowcount == 1

    def find(
        self, query: CheckQuery = EVERYTHING, *, after_id: int = 0, limit: int = 100
    ) -> Sequence[Check]:
        chosen = _chosen(select(checks), query)
        if query.units is not None:  # newest first: each is asked whether it is theirs
            mine = select(check_results.c.check_id).where(check_results.c.check_id == checks.c.id)
            chosen = chosen.where(_of(mine, query.units).exists())
        number: ColumnElement[int] = checks.c.id
        if query.day or (query.since is not None and query.until is not None):
            number = checks.c.id + 0  # a day's few are sorted: SQLite would read years by number
        if after_id:
            chosen = chosen.where(number < after_id)
        return self._all(chosen.order_by(number.desc()).limit(limit))

    def count(self, query: CheckQuery = EVERYTHING) -> int:
        chosen = _chosen(select(func.count()).select_from(checks), query)
        if query.units is not None:
            chosen = chosen.where(
                checks.c.id.in_(_of(select(check_results.c.check_id), query.units))
            )
        return int(self._connection.execute(chosen).scalar_one())

    def results(self, check_id: int, *, units: frozenset[str] | None = None) -> list[CheckResult]:
        return self.results_of([check_id], units=units).get(check_id, [])

    def results_of(
        self, check_ids: Collection[int], *, units: frozenset[str] | None = None
    ) -> dict[int, list[CheckResult]]:
        query = select(check_results).where(check_results.c.check_id.in_(list(check_ids)))
        if units is not None:
            query = query.where(check_results.c.unit_id.in_(sorted(units)))
        found: dict[int, list[CheckResult]] = {}
        for row in self._connection.execute(query.order_by(check_results.c.window_id)):
            found.setdefault(row.check_id, []).append(_result(row))
        return found

    def pictured(self) -> list[tuple[str, tuple[str, ...]]]:
        columns = check_results.c
        none = literal([], columns.evidence.type)
        query = select(columns.finding_key, columns.evidence).where(columns.evidence != none)
        return [(row.finding_key, tuple(row.evidence)) for row in self._connection.execute(query)]

    def tallies(self, check_ids: Collection[int]) -> dict[int, dict[str, int]]:
        columns = check_results.c
        query = select(columns.check_id, columns.result, func.count().label("windows")).where(
            columns.check_id.in_(list(check_ids))
        )
        found: dict[int, dict[str, int]] = {check_id: {} for check_id in check_ids}
        for row in self._connection.execute(query.group_by(columns.check_id, columns.result)):
            found[row.check_id][row.result] = row.windows
        return found


def _around(day: date) -> tuple[ColumnElement[bool], ...]:
    """Due on a day in any time zone: by the index, not by reading years of checks."""
    midnight = datetime.combine(day, time(0), UTC)
    return (
        checks.c.due_at >= midnight - timedelta(days=1),
        checks.c.due_at < midnight + timedelta(days=2),
    )


def _chosen(statement: Select[Any], query: CheckQuery) -> Select[Any]:
    for name in ("plan", "hall_id", "kind", "state"):
        wanted = getattr(query, name)
        if wanted:
            statement = statement.where(checks.c[name] == wanted)
    if query.day:
        statement = statement.where(checks.c.plan.endswith(f":{query.day}", autoescape=True))
        with suppress(ValueError):  # another name of a day is looked for among all
            statement = statement.where(*_around(date.fromisoformat(query.day)))
    if query.campaign:
        begins = f"campaign:{query.campaign}:"
        statement = statement.where(checks.c.plan.startswith(begins, autoescape=True))
    if query.since is not None:
        statement = statement.where(checks.c.due_at >= query.since)
    if query.until is not None:
        statement = statement.where(checks.c.due_at < query.until)
    if query.halls is not None:
        statement = statement.where(checks.c.hall_id.in_(sorted(query.halls)))
    return statement


def _of(results: Select[Any], units: frozenset[str]) -> Select[Any]:
    return results.where(check_results.c.unit_id.in_(sorted(units)))


def _check(row: Row[Any]) -> Check:
    values = dict(row._mapping)
    return Check(
        **values | {"kind": CheckKind(values["kind"]), "state": CheckState(values["state"])}
    )


def _result(row: Row[Any]) -> CheckResult:
    values = dict(row._mapping)
    said = values["result"]
    return CheckResult(
        **values
        | {
            "result": None if said == PENDING else Result(said),
            "evidence": tuple(values["evidence"]),
        }
    )
