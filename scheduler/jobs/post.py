"""Notifications: a round of the postman at each tick, in a lane of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Sent(Protocol):
    """What one round did."""

    @property
    def routed(self) -> int: ...

    @property
    def sent(self) -> int: ...

    @property
    def failed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Post:
    """The work of a tick.

    Attributes:
        send: Routes what is new and sends what is due at a moment of the machine's time.
        now: The machine's time.
    """

    send: Callable[[datetime], Sent]
    now: Callable[[], datetime]

    def __call__(self) -> str:
        """One round; says what it did."""
        done = self.send(self.now())
        told = {"routed": done.routed, "sent": done.sent, "failed": done.failed}
        return ", ".join(f"{name} {count}" for name, count in told.items() if count)
