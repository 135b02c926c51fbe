"""The outbox (发件箱) in the database: notices, what is on its way, webhooks.

Two senders never hold the same delivery: each takes it by compare-and-set for a time. One that
dies after sending and before it wrote so lets it lapse, and it is sent once more under its key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from models.domain.access import EVERYWHERE, Scope
from models.domain.hooks import Hook
from models.domain.notice import ItemState, Notice
from models.domain.ports_outbox import Delivery, Kept
from models.storage.outbox_rows import (
    content_of,
    delivery_of,
    hook_of,
    notice_of,
    row_of,
    scope_row,
)
from models.storage.statements import insert_or, within
from models.storage.tables.outbox import deliveries, hooks, notices

_ON_ITS_WAY = (ItemState.WAITING.value, ItemState.SENDING.value)
LONGEST_ERROR = 500


class StoredOutbox:
    """OutboxBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, notice: Notice, at: datetime) -> bool:
        row = {
            "key": notice.key,
            "kind": notice.kind,
            "severity": notice.severity.value,
            "hall_id": notice.audience.hall_id,
            "unit_id": notice.audience.unit_id,
            "content": content_of(notice),
            "at": at,
            "state": ItemState.WAITING.value,
        }
        return self._is_new(notices, row)

    def unrouted(self, limit: int = 100) -> Sequence[Kept]:
        query = select(notices).where(notices.c.state == ItemState.WAITING.value)
        return self._kept(query.order_by(notices.c.id).limit(limit))

    def route(self, notice_id: int, deliveries: Sequence[Delivery]) -> bool:
        state = ItemState.SENT if deliveries else ItemState.NO_CHANNEL
        done = self._connection.execute(
            update(notices)
            .where(notices.c.id == notice_id, notices.c.state == ItemState.WAITING.value)
            .values(state=state.value)
        )
        if done.rowcount != 1:
            return False
        self.send(deliveries)
        return True

    def send(self, deliveries: Sequence[Delivery]) -> int:
        return sum(self._add(one) for one in deliveries)

    def _add(self, one: Delivery) -> bool:
        return self._is_new(deliveries, row_of(one))

    def _is_new(self, table: Table, row: dict[str, Any]) -> bool:
        statement = insert_or(self._connection, table).on_conflict_do_nothing()
        found = self._connection.execute(statement.returning(table.c.id), row)
        return found.first() is not None

    def claim(
        self, by: str, now: datetime, until: datetime, *, per_target: int = 10
    ) -> Sequence[Delivery]:
        due = _due(now)
        targets = self._connection.execute(select(deliveries.c.target).where(due).distinct())
        taken = []
        for (target,) in targets.all():
            query = (
                select(deliveries)
                .where(due, deliveries.c.target == target)
                .order_by(deliveries.c.id)
                .limit(per_target)
            )
            for row in self._connection.execute(query).all():
                if self._take(row, by, now, until):
                    taken.append(row.id)
        mine = select(deliveries).where(deliveries.c.id.in_(taken), deliveries.c.claim == by)
        return self._deliveries(mine.order_by(deliveries.c.id)) if taken else []

    def _take(self, row: Row[Any], by: str, now: datetime, until: datetime) -> bool:
        done = self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id, deliveries.c.claim == row.claim, _due(now))
            .values(state=ItemState.SENDING.value, claim=by, claimed_until=until)
        )
        return bool(done.rowcount == 1)

    def settle(self, delivery: Delivery, claim: str) -> bool:
        done = self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.id == delivery.id,
                deliveries.c.claim == claim,
                deliveries.c.state == ItemState.SENDING.value,
            )
            .values(
                state=delivery.state.value,
                due_at=delivery.due_at,
                tries=delivery.tries,
                sent_at=delivery.sent_at,
                error=delivery.error[:LONGEST_ERROR],
                claim="",
                claimed_until=None,
            )
        )
        return bool(done.rowcount == 1)

    def notices(
        self,
        state: ItemState | None = None,
        *,
        scope: Scope = EVERYWHERE,
        after_id: int = 0,
        limit: int = 50,
    ) -> Sequence[Kept]:
        query = within(_in_state(select(notices), state), notices, scope)
        if after_id:
            query = query.where(notices.c.id < after_id)
        return self._kept(query.order_by(notices.c.id.desc()).limit(limit))

    def of_kinds(self, kinds: Collection[str]) -> Sequence[Kept]:
        query = select(notices).where(notices.c.kind.in_([str(one) for one in kinds]))
        return self._kept(query.order_by(notices.c.id))

    def count(self, state: ItemState | None = None, *, scope: Scope = EVERYWHERE) -> int:
        every = select(func.count()).select_from(notices)
        query = within(_in_state(every, state), notices, scope)
        return int(self._connection.execute(query).scalar_one())

    def notice(self, notice_id: int) -> Kept | None:
        found = self._kept(select(notices).where(notices.c.id == notice_id))
        return found[0] if found else None

    def deliveries(self, notice_ids: Sequence[int]) -> Sequence[Delivery]:
        query = select(deliveries).where(deliveries.c.notice_id.in_(notice_ids))
        return self._deliveries(query.order_by(deliveries.c.id))

    def of_target(
        self, target: str, state: ItemState | None = None, *, limit: int = 20
    ) -> Sequence[Delivery]:
        query = select(deliveries).where(deliveries.c.target == target)
        if state is not None:
            query = query.where(deliveries.c.state == state.value)
        return self._deliveries(query.order_by(deliveries.c.id.desc()).limit(limit))

    def pending(self, target: str) -> int:
        query = (
            select(func.count())
            .select_from(deliveries)
            .where(deliveries.c.target == target, deliveries.c.state.in_(_ON_ITS_WAY))
        )
        return int(self._connection.execute(query).scalar_one())

    def again(self, notice_id: int, now: datetime) -> int:
        tried = self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.notice_id == notice_id,
                deliveries.c.state == ItemState.DEAD.value,
            )
            .values(state=ItemState.WAITING.value, due_at=now, first_at=now, tries=0, claim="")
        ).rowcount
        routed = self._connection.execute(
            update(notices)
            .where(notices.c.id == notice_id, notices.c.state == ItemState.NO_CHANNEL.value)
            .values(state=ItemState.WAITING.value)
        ).rowcount
        return int(tried + routed)

    def drop(self, target: str) -> int:
        done = self._connection.execute(
            update(deliveries)
            .where(deliveries.c.target == target, deliveries.c.state.in_(_ON_ITS_WAY))
            .values(state=ItemState.DEAD.value, claim="", claimed_until=None, error="removed")
        )
        return int(done.rowcount)

    def prune(self, before: datetime) -> int:
        over = [one.value for one in ItemState if one.value not in _ON_ITS_WAY]
        old = notices.c.at < before, notices.c.state.in_(over)
        going = select(deliveries.c.notice_id).where(deliveries.c.state.in_(_ON_ITS_WAY))
        chosen = select(notices.c.id).where(*old, notices.c.id.not_in(going))
        mine = deliveries.c.notice_id.in_(chosen) & deliveries.c.state.in_(over)
        told = (deliveries.c.notice_id == 0) & (deliveries.c.first_at < before)
        count = 0
        for statement in (
            delete(deliveries).where(mine),
            delete(deliveries).where(told, deliveries.c.state.in_(over)),
            delete(notices).where(*old, notices.c.id.not_in(going)),
        ):
            count += self._connection.execute(statement).rowcount
        return count

    def add_hook(self, hook: Hook) -> Hook:
        row = asdict(hook) | scope_row(hook) | {"topics": sorted(hook.topics)}
        del row["id"], row["scope"]
        result = self._connection.execute(hooks.insert(), row)
        key = result.inserted_primary_key
        found = self.hook(int(key[0])) if key else None
        if found is None:
            raise LookupError("the hook that was just added is not there")
        return found

    def hooks(self) -> Sequence[Hook]:
        return [
            hook_of(row) for row in self._connection.execute(select(hooks).order_by(hooks.c.id))
        ]

    def hook(self, hook_id: int) -> Hook | None:
        row = self._connection.execute(select(hooks).where(hooks.c.id == hook_id)).first()
        return None if row is None else hook_of(row)

    def remove_hook(self, hook_id: int) -> bool:
        done = self._connection.execute(hooks.delete().where(hooks.c.id == hook_id))
        return bool(done.rowcount == 1)

    def switch_hook(self, hook_id: int, *, enabled: bool) -> bool:
        done = self._connection.execute(
            update(hooks).where(hooks.c.id == hook_id).values(enabled=enabled)
        )
        return bool(done.rowcount == 1)

    def advance(self, hook_id: int, before: int, after: int) -> bool:
        done = self._connection.execute(
            update(hooks)
            .where(hooks.c.id == hook_id, hooks.c.after_seq == before)
            .values(after_seq=after)
        )
        return bool(done.rowcount == 1)

    def _kept(self, query: Select[Any]) -> list[Kept]:
        return [
            Kept(row.id, notice_of(row), row.at, ItemState(row.state))
            for row in self._connection.execute(query)
        ]

    def _deliveries(self, query: Select[Any]) -> list[Delivery]:
        return [delivery_of(row) for row in self._connection.execute(query)]


def _due(now: datetime) -> ColumnElement[bool]:
    waiting = and_(deliveries.c.state == ItemState.WAITING.value, deliveries.c.due_at <= now)
    lapsed = and_(deliveries.c.state == ItemState.SENDING.value, deliveries.c.claimed_until <= now)
    return or_(waiting, lapsed)


def _in_state(query: Select[Any], state: ItemState | None) -> Select[Any]:
    """Notices in a state; for what is on its way or given up, by their deliveries."""
    if state is None:
        return query
    if state is ItemState.NO_CHANNEL:
        return query.where(notices.c.state == state.value)
    inside = select(deliveries.c.notice_id).where(deliveries.c.state == state.value)
    found: ColumnElement[bool] = notices.c.id.in_(inside)
    if state is ItemState.WAITING:
        found = or_(found, notices.c.state == state.value)
    return query.where(found)
