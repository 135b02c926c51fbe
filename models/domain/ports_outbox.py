"""What the record keeps: notifications to be sent (发件箱), webhooks, clues from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from models.domain.access import Scope
from models.domain.clue_rows import ClueRow
from models.domain.finding import SourceKind
from models.domain.hooks import Hook
from models.domain.notice import ItemState, Notice


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice of the outbox, as kept.

    Attributes:
        at: When its cause was; by the clock of the process that put it.
        state: `waiting` until it was given to its channels, then `sent`, or `no_channel`.
    """

    id: int
    notice: Notice
    at: datetime
    state: ItemState


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to be sent to one receiver.

    Attributes:
        key: Unique name, told to the receiver so that it can drop what comes twice.
        target: `channel:<name>` or `hook:<id>`.
        content: What is sent; JSON values.
        due_at: Not before this moment of real time.
        first_at: When it was due for the first time.
        tries: Tries so far.
        claim: Who sends it now; empty for nobody.
        error: Why the last try failed.
    """

    key: str
    target: str
    content: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime = field(kw_only=True)
    first_at: datetime = field(kw_only=True)
    notice_id: int = 0
    state: ItemState = ItemState.WAITING
    tries: int = 0
    claim: str = ""
    claimed_until: datetime | None = None
    sent_at: datetime | None = None
    error: str = ""
    id: int = 0


class OutboxBook(Protocol):
    """Notifications to be sent (发件箱), what is on its way, and webhooks."""

    def put(self, notice: Notice, at: datetime) -> bool:
        """Keep a notice in this transaction; False where its key is known already."""
        ...

    def unrouted(self, limit: int = 100) -> Sequence[Kept]:
        """Notices that were not yet given to their channels, oldest first."""
        ...

    def route(self, notice_id: int, deliveries: Sequence[Delivery]) -> bool:
        """Give a notice to its channels, `no_channel` where there is none; False where another
        process did so already."""
        ...

    def send(self, deliveries: Sequence[Delivery]) -> int:
        """Keep deliveries; those whose key is known are left out. Returns how many are new."""
        ...

    def claim(
        self, by: str, now: datetime, until: datetime, *, per_target: int = 10
    ) -> Sequence[Delivery]:
        """Take what is due, oldest first, up to `per_target` of each receiver. Nobody else gets
        it before `until`; what somebody took and let lapse is taken again."""
        ...

    def settle(self, delivery: Delivery, claim: str) -> bool:
        """Write what became of a claimed delivery; False where the claim is somebody else's."""
        ...

    def notices(
        self,
        state: ItemState | None = None,
        *,
        scope: Scope = ...,
        after_id: int = 0,
        limit: int = 50,
    ) -> Sequence[Kept]:
        """Newest first."""
        ...

    def of_kinds(self, kinds: Collection[str]) -> Sequence[Kept]:
        """Every notice of some kinds that is kept, oldest first."""
        ...

    def count(self, state: ItemState | None = None, *, scope: Scope = ...) -> int: ...

    def notice(self, notice_id: int) -> Kept | None: ...

    def deliveries(self, notice_ids: Sequence[int]) -> Sequence[Delivery]:
        """What was made of notices, oldest first."""
        ...

    def of_target(
        self, target: str, state: ItemState | None = None, *, limit: int = 20
    ) -> Sequence[Delivery]:
        """Deliveries to one receiver, newest first."""
        ...

    def pending(self, target: str) -> int:
        """Deliveries to one receiver that are not sent yet and not given up."""
        ...

    def again(self, notice_id: int, now: datetime) -> int:
        """Try a notice's dead deliveries again at once, or route it again where no channel took
        it; how many are tried again."""
        ...

    def drop(self, target: str) -> int:
        """Give up everything that waits for a receiver that is no more."""
        ...

    def prune(self, before: datetime) -> int:
        """Remove notices of before a moment that are sent, given up or taken by no channel, and
        what was sent to webhooks before it; how many rows."""
        ...

    def add_hook(self, hook: Hook) -> Hook: ...

    def hooks(self) -> Sequence[Hook]: ...

    def hook(self, hook_id: int) -> Hook | None: ...

    def remove_hook(self, hook_id: int) -> bool: ...

    def switch_hook(self, hook_id: int, *, enabled: bool) -> bool:
        """Stop or go on telling a hook; what it missed is told when it goes on."""
        ...

    def advance(self, hook_id: int, before: int, after: int) -> bool:
        """A hook was told up to `after`; False where another process did so already."""
        ...


class ClueBook(Protocol):
    """Observations from elsewhere (线索); added, never changed."""

    def put(self, clue: ClueRow) -> ClueRow:
        """Keep one; the same source and external id give the first back."""
        ...

    def get(self, number: int) -> ClueRow | None: ...

    def known(self, source_kind: SourceKind, source: str, external_id: str) -> ClueRow | None:
        """The one that came already."""
        ...

    def empty(self, start: datetime, end: datetime) -> Sequence[ClueRow]:
        """Those that say a window was empty in [start, end), by time."""
        ...

    def newest(self, scope: Scope, *, after: int, limit: int) -> Sequence[ClueRow]:
        """Newest first, within a scope; before `after` where it is not 0."""
        ...

    def count(self, scope: Scope) -> int: ...

    def pictured(self) -> Sequence[ClueRow]:
        """Those that have a picture, by number."""
        ...
