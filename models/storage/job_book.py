"""Leases, and what the jobs of the scheduling process did, in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, tuple_, update

from models.domain.lease import SCHEDULE, Lease, lease_lost
from models.domain.ports_jobs import JobDay, JobRow, Outcome
from models.storage.statements import insert_or
from models.storage.tables import leases, schedule_days, schedule_jobs

_PAUSED_S: Final = 8
"""PostgreSQL ends a holder's transaction that stood idle so long (a paused process), which
frees the lease's row for the one that waits."""

_SAID: Final = 200


class StoredJobs:
    """JobBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lease(self, name: str = SCHEDULE) -> Lease | None:
        row = self._connection.execute(select(leases).where(leases.c.name == name)).first()
        return None if row is None else Lease(row.holder, row.epoch, row.beat, row.beat_at)

    def take(self, holder: str, seen: Lease | None, at: datetime, name: str = SCHEDULE) -> Lease:
        self._bound()
        statement: Any
        if seen is None:
            taken = Lease(holder, 1, 1, at)
            statement = insert_or(self._connection, leases).on_conflict_do_nothing()
        else:
            taken = Lease(holder, seen.epoch + 1, seen.beat + 1, at)
            unchanged = leases.c.epoch == seen.epoch, leases.c.beat == seen.beat
            statement = update(leases).where(leases.c.name == name, *unchanged)
        statement = statement.values(name=name, **asdict(taken)).returning(leases.c.epoch)
        if self._connection.execute(statement).first() is None:
            raise lease_lost(taken.epoch, name)
        return taken

    def beat(self, epoch: int, at: datetime) -> None:
        self._sign(epoch, at)

    def give_back(self, epoch: int, at: datetime) -> None:
        self._sign(epoch, at, holder="")

    def _sign(self, epoch: int, at: datetime, **changes: str) -> None:
        self._bound()
        done = self._connection.execute(
            update(leases)
            .where(leases.c.name == SCHEDULE, leases.c.epoch == epoch, leases.c.holder != "")
            .values(beat=leases.c.beat + 1, beat_at=at, **changes)
        )
        if done.rowcount != 1:
            raise lease_lost(epoch)

    def hold(self, epochs: Mapping[str, int]) -> None:
        self._bound()
        wanted = tuple_(leases.c.name, leases.c.epoch).in_(list(epochs.items()))
        query = select(leases.c.name).where(wanted, leases.c.holder != "")
        # In the order of names, as they are taken, so that nobody waits in a ring. On PostgreSQL
        # FOR KEY SHARE lets beats by (they leave name and epoch alone, which are a key) and
        # makes a taking wait; on SQLite the writer's place does.
        query = query.order_by(leases.c.name).with_for_update(read=True, key_share=True)
        held = set(self._connection.execute(query).scalars())
        for name in sorted(epochs.keys() - held):
            raise lease_lost(epochs[name], name)

    def _bound(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(
                f"SET LOCAL idle_in_transaction_session_timeout = '{_PAUSED_S}s'"
            )

    def jobs(self) -> list[JobRow]:
        rows = self._connection.execute(select(schedule_jobs).order_by(schedule_jobs.c.id))
        return [_job(row) for row in rows]

    def save(self, rows: Iterable[JobRow]) -> None:
        for row in rows:
            values: dict[str, Any] = asdict(row) | {"said": row.said[:_SAID]}
            statement = insert_or(self._connection, schedule_jobs).values(values)
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=values)
            )

    def remove(self, job_id: str) -> None:
        self._connection.execute(delete(schedule_jobs).where(schedule_jobs.c.id == job_id))

    def settle(self, day: JobDay) -> None:
        self._connection.execute(schedule_days.insert(), asdict(day) | {"said": day.said[:_SAID]})

    def last_day(self, job_id: str) -> JobDay | None:
        days = schedule_days.c
        query = select(schedule_days).where(days.job_id == job_id).order_by(days.day.desc())
        row = self._connection.execute(query.limit(1)).first()
        if row is None:
            return None
        return JobDay(row.job_id, row.day, Outcome(row.outcome), row.at, row.said)


def _job(row: Row[Any]) -> JobRow:
    values = dict(row._mapping)
    outcome = values.pop("outcome")
    return JobRow(**values, outcome=Outcome(outcome) if outcome else None)
