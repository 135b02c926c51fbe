"""The desk that enters calls into the audit log: each by itself, or counted and entered together.

A wall asks for eighty thumbnails a second; an entry for each would be as many synced writes, and
the log would tell nothing by its length. Reads are therefore counted per account, session and
endpoint and entered once a minute; refusals are entered at once, and counted when they repeat.
What a `kill -9` can lose is the last minute of counted reads: docs/adr/0030.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog

from api.auth.audit import Acting, Actor, note
from models.domain.audit import SECRET, Action, Outcome
from models.domain.errors import RegisterError, StorageError
from models.domain.ports import Clock, MakeUnitOfWork

log = structlog.get_logger("onpost.audit")

EVERY_S: Final = 60.0
NOBODY_EVERY_S: Final = 3600.0
"""Calls that need no account (health checks) are told once an hour."""

MOST_GROUPS: Final = 500
"""Groups at a time; callers beyond that share one, so that no flood fills memory or disk."""

AT_ONCE: Final = 60
"""Refusals a minute that are entered at once; those beyond are counted."""


class AuditFailed(StorageError):
    """The audit log cannot be written; what was asked for is not given."""


@dataclass(slots=True)
class _Group:
    """Calls counted since the last entry."""

    visitor: Acting
    due: float
    first: datetime
    last: datetime
    calls: dict[str, int] = field(default_factory=dict)
    status: int = 0

    def count(self, endpoint: str, now: datetime) -> None:
        if not self.calls:
            self.first = now
        self.calls[endpoint] = self.calls.get(endpoint, 0) + 1
        self.last = now


_Key = tuple[str, ...]


class AuditDesk:
    """Enters calls. Safe from any thread; `flush_due` once a second, `flush` at the end."""

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._groups: dict[_Key, _Group] = {}
        self._at_once: list[float] = []

    def enter(
        self, visitor: Acting, action: str, target: str, *, outcome: str = "done", **said: Any
    ) -> None:
        """Enter one deed by itself, before the answer is made.

        Raises:
            AuditFailed: it cannot be written; the call must be refused.
        """
        try:
            with self._make_uow() as uow:
                note(uow, visitor, action, target, self._clock.now(), outcome=outcome, **said)
                uow.commit()
        except (StorageError, RegisterError) as error:
            raise AuditFailed(
                f"审计日志无法写入,本次请求未执行:{error.zh}",
                f"the audit log cannot be written, so the call was refused: {error.en}",
                where="audit",
            ) from error

    def each(
        self, visitor: Acting, endpoint: str, path: str, query: Mapping[str, str] | None = None
    ) -> None:
        """Enter a call of an endpoint whose calls are entered one by one.

        Raises:
            AuditFailed: it cannot be written; the call must be refused.
        """
        asked = {name: text for name, text in (query or {}).items() if not SECRET.search(name)}
        self.enter(visitor, Action.READ, path, endpoint=endpoint, query=asked)

    def read(self, visitor: Acting, endpoint: str) -> None:
        """Count a read; it is entered with the others of its account within a minute."""
        every = EVERY_S if visitor.name else NOBODY_EVERY_S
        self._count(("read", visitor.name, visitor.means, visitor.ip), visitor, endpoint, every)

    def refused(self, visitor: Acting, endpoint: str, path: str, status: int) -> None:
        """Enter a refusal at once, or count it where it repeats.

        A refusal stays one even where it cannot be entered: then it is kept and tried again.
        """
        key = ("refused", visitor.name, visitor.means, visitor.ip, endpoint, str(status))
        if not self._first(key, visitor, status):
            self._count(key, visitor, endpoint, EVERY_S, status)
            return
        try:
            self.enter(
                visitor, Action.REFUSED, path, outcome=Outcome.REFUSED, endpoint=endpoint,
                status=status, count=1,
            )  # fmt: skip
        except AuditFailed as error:
            log.warning("a refusal is entered later", error=str(error))
            self._count(key, visitor, endpoint, EVERY_S, status)

    def _first(self, key: _Key, visitor: Acting, status: int) -> bool:
        """Whether this refusal is entered at once; then its repetitions are counted."""
        instant, now = self._monotonic(), self._clock.now()
        with self._lock:
            self._at_once = [moment for moment in self._at_once if moment > instant - EVERY_S]
            full = len(self._at_once) >= AT_ONCE or len(self._groups) >= MOST_GROUPS
            if key in self._groups or full:
                return False
            self._at_once.append(instant)
            self._groups[key] = _Group(visitor, instant + EVERY_S, now, now, status=status)
        return True

    def _count(
        self, key: _Key, visitor: Acting, endpoint: str, every: float, status: int = 0
    ) -> None:
        instant, now = self._monotonic(), self._clock.now()
        with self._lock:
            group = self._groups.get(key)
            if group is None and len(self._groups) >= MOST_GROUPS:
                key, visitor = (key[0], "…", str(status)), Actor("", ip="…")
                group = self._groups.get(key)
            if group is None:
                group = _Group(visitor, instant + every, now, now, status=status)
                self._groups[key] = group
            group.count(endpoint, now)

    def flush_due(self) -> None:
        """Enter what has been counted for long enough."""
        instant = self._monotonic()
        with self._lock:
            due = {key for key, group in self._groups.items() if group.due <= instant}
        self._enter(due)

    def flush(self) -> None:
        """Enter everything that was counted."""
        with self._lock:
            everything = set(self._groups)
        self._enter(everything)

    def _enter(self, keys: set[_Key]) -> None:
        with self._lock:
            taken = {key: self._groups.pop(key) for key in keys if key in self._groups}
        counted = {key: group for key, group in taken.items() if group.calls}
        if not counted:
            return
        try:
            with self._make_uow() as uow:
                now = self._clock.now()
                for group in counted.values():
                    note(uow, group.visitor, *_told(group), now, **_said(group))
                uow.commit()
        except (StorageError, RegisterError) as error:
            log.warning("counted calls are entered later", error=str(error))
            self._put_back(counted)

    def _put_back(self, groups: Mapping[_Key, _Group]) -> None:
        again = self._monotonic() + EVERY_S
        with self._lock:
            for key, old in groups.items():
                newer = self._groups.get(key)
                old.due = again
                if newer is not None:
                    for endpoint, count in newer.calls.items():
                        old.calls[endpoint] = old.calls.get(endpoint, 0) + count
                    old.last = max(old.last, newer.last)
                self._groups[key] = old


def _told(group: _Group) -> tuple[str, str]:
    return (Action.REFUSED if group.status else Action.READ), ""


def _said(group: _Group) -> dict[str, Any]:
    """A group as details of one entry: what was called how often, from when to when."""
    said: dict[str, Any] = {
        "calls": dict(sorted(group.calls.items())),
        "count": sum(group.calls.values()),
        "first": group.first,
        "last": group.last,
    }
    if group.status:
        said |= {"outcome": Outcome.REFUSED, "status": group.status}
    return said
