"""The postman (投递): takes what the record wants told and brings it to channels and webhooks.

Several may run at once, in the web's process and in the scheduling one: a notice is routed once,
a delivery is held by one of them at a time. One that is killed after sending and before writing
so sends that delivery again, under the same key. Moments here are of real time, however fast the
clock of a rehearsal runs.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final

import structlog

from api.notify.channels import Channel
from api.notify.hooks import HookPoster
from api.notify.wording import Writer
from api.queries import Teller
from models.domain.access import Role
from models.domain.errors import DeliveryError, OnPostError
from models.domain.hooks import Hook
from models.domain.notice import (
    Audience,
    ItemState,
    Notice,
    NoticeKind,
    Severity,
    next_try,
)
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.ports_outbox import Delivery, Kept

log = structlog.get_logger("onpost.notify")

LEASE_S: Final = 300.0
"""How long a delivery is held: longer than everything that one holder sends may take."""

EVENTS_AT_ONCE: Final = 200
WORKERS: Final = 4
PER_TARGET: Final = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round did."""

    routed: int = 0
    sent: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        return bool(self.routed or self.sent or self.failed)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one delivery; `tried` is False where one before it had failed."""

    row: Delivery
    error: str | None
    tried: bool


class Postman:
    """Routes and sends, one round at a time.

    Args:
        make_uow: The record.
        channels: The channels of the settings.
        writer: Puts notices into words.
        teller: Tells register entries as events.
        hooks: Posts to webhooks.
        give_up: After how long a delivery is given up.
    """

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        *,
        channels: Sequence[Channel],
        writer: Writer,
        teller: Teller,
        hooks: HookPoster,
        give_up: timedelta,
    ) -> None:
        self._make_uow = make_uow
        self._channels = {one.name: one for one in channels}
        self._writer = writer
        self._teller = teller
        self._hooks = hooks
        self._give_up = give_up

    @property
    def channels(self) -> Mapping[str, Channel]:
        """By name."""
        return self._channels

    def round(self, now: datetime) -> Sent:
        """Route what is new and send what is due.

        Args:
            now: Real time.

        Raises:
            StorageError: the record cannot be used; nothing is lost, the next round goes on.
        """
        routed = self._route_notices(now) + self._route_events(now)
        due = self._claim(now)
        if not due:
            return Sent(routed)
        by_target = groupby(sorted(due, key=lambda one: one.target), lambda one: one.target)
        batches = [list(rows) for _, rows in by_target]
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="postman") as pool:
            brought = pool.map(partial(self._bring, now=now), batches)
            outcomes = [done for batch in brought for done in batch]
        for outcome in outcomes:
            self._write(outcome, now)
        failed = sum(1 for one in outcomes if one.error is not None)
        return Sent(routed, len(outcomes) - failed, failed)

    def _route_notices(self, now: datetime) -> int:
        with self._make_uow(read_only=True) as uow:
            fresh = uow.outbox.unrouted()
        if not fresh:
            return 0
        with self._make_uow() as uow:
            done = [uow.outbox.route(one.id, self._deliveries(one, now)) for one in fresh]
            uow.commit()
        return sum(done)

    def _deliveries(self, kept: Kept, now: datetime) -> list[Delivery]:
        only = kept.notice.data.get("channel") if kept.notice.kind == NoticeKind.TEST else None
        taking = [
            name
            for name, one in self._channels.items()
            if (name == only if only else one.reach.takes(kept.notice))
        ]
        if not taking:
            return []
        content = content_of(self._writer.worded(kept.notice))
        return [
            Delivery(
                f"{kept.notice.key}#{name}",
                f"channel:{name}",
                content,
                due_at=now,
                first_at=now,
                notice_id=kept.id,
            )
            for name in taking
        ]

    def _route_events(self, now: datetime) -> int:
        """The register itself is what webhooks are told from: each hook has a place in it."""
        with self._make_uow(read_only=True) as uow:
            head = uow.register.head().seq
            behind = [one for one in uow.outbox.hooks() if one.enabled and one.after_seq < head]
            told = {one.id: self._events(uow, one, now) for one in behind}
        if not behind:
            return 0
        count = 0
        with self._make_uow() as uow:
            for hook in behind:
                last, rows = told[hook.id]
                if uow.outbox.advance(hook.id, hook.after_seq, last):
                    count += uow.outbox.send(rows)
            uow.commit()
        return count

    def _events(self, uow: UnitOfWork, hook: Hook, now: datetime) -> tuple[int, list[Delivery]]:
        entries = uow.register.entries(hook.after_seq, EVENTS_AT_ONCE)
        events = self._teller.events(entries, uow)
        wanted = [one for one in events if hook.wants(one.kind, one.hall_id, one.unit)]
        target = f"hook:{hook.id}"
        rows = [
            Delivery(
                f"{target}#{one.id}",
                target,
                one.model_dump(mode="json"),
                due_at=now,
                first_at=now,
            )
            for one in wanted
        ]
        return (entries[-1].seq if entries else hook.after_seq), rows

    def _claim(self, now: datetime) -> Sequence[Delivery]:
        claim = uuid.uuid4().hex
        until = now + timedelta(seconds=LEASE_S)
        with self._make_uow() as uow:
            due = uow.outbox.claim(claim, now, until, per_target=PER_TARGET)
            if due:
                uow.commit()
        return due

    def _bring(self, rows: Sequence[Delivery], now: datetime) -> list[_Outcome]:
        """Bring one receiver what is due, oldest first, until it refuses one; the rest waits
        as long as that one."""
        outcomes: list[_Outcome] = []
        error: str | None = None
        for row in rows:
            tried = error is None
            if tried:
                error = self._one(row, now)
            outcomes.append(_Outcome(row, error, tried))
        return outcomes

    def _one(self, row: Delivery, now: datetime) -> str | None:
        kind, _, name = row.target.partition(":")
        try:
            if kind == "channel":
                self._to_channel(name, row)
            else:
                self._to_hook(int(name), row, now)
        except OnPostError as error:
            return f"{error.zh} / {error.en}"
        return None

    def _to_channel(self, name: str, row: Delivery) -> None:
        channel = self._channels.get(name)
        if channel is None:
            raise DeliveryError(
                f"设置中已没有渠道“{name}”。", f"no channel {name!r} in the settings any more."
            )
        channel.send(row.content, f"N{row.notice_id}")

    def _to_hook(self, hook_id: int, row: Delivery, now: datetime) -> None:
        with self._make_uow(read_only=True) as uow:
            hook = uow.outbox.hook(hook_id)
        if hook is None:
            raise DeliveryError("该回调已删除。", "this webhook was removed.")
        self._hooks.post(hook, row.key, row.content, now)

    def _write(self, outcome: _Outcome, now: datetime) -> None:
        row, error = outcome.row, outcome.error
        tries = row.tries + int(outcome.tried)
        after = replace(row, state=ItemState.SENT, tries=tries, sent_at=now, error="")
        if error is not None:
            due = next_try(max(tries, 1), row.first_at, now, self._give_up)
            after = replace(
                row,
                state=ItemState.DEAD if due is None else ItemState.WAITING,
                due_at=due or row.due_at,
                tries=tries,
                error=error,
            )
        with self._make_uow() as uow:
            if not uow.outbox.settle(after, row.claim):
                return
            if after.state is ItemState.DEAD:
                self._tell_undelivered(uow, after, now)
            uow.commit()
        if error is not None:
            log.warning("not_delivered", target=row.target, key=row.key, tries=tries, why=error)

    @staticmethod
    def _tell_undelivered(uow: UnitOfWork, row: Delivery, now: datetime) -> None:
        """Once a day and receiver; what cannot be told by a channel is told on the page."""
        key = f"undelivered:{row.target}:{now.date().isoformat()}"
        if row.key.startswith("undelivered:"):
            return
        data = {"target": row.target, "key": row.key, "tries": row.tries, "error": row.error}
        audience = Audience(frozenset({Role.SYSTEM_ADMIN}))
        uow.outbox.put(Notice(NoticeKind.UNDELIVERED, key, Severity.IMPORTANT, audience, data), now)


def content_of(worded: Notice) -> dict[str, str]:
    """What a channel is given of a worded notice."""
    return {
        "severity": worded.severity.value,
        "title_zh": worded.title_zh,
        "title_en": worded.title_en,
        "body_zh": worded.body_zh,
        "body_en": worded.body_en,
    }
