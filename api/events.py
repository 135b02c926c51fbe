"""Server-sent events: one look at the register a second, told to every listener."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from models.domain.register import Entry

EventType = Literal["new", "update", "end"]
WAITING_EVENTS = 1000
"""Events that may wait for one slow listener; a slower one is cut off and comes back."""


class Broadcaster:
    """Hands events to every listener of this process; used from the event loop only."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def tell(self, events: list[dict[str, Any]]) -> None:
        """Hand events on; whoever does not keep up is cut off."""
        for queue in list(self._listeners):
            for event in events:
                if queue.qsize() >= WAITING_EVENTS:
                    self._listeners.discard(queue)
                    queue.put_nowait(None)
                    break
                queue.put_nowait(event)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[dict[str, Any] | None]]:
        """A queue of events from now on; None on it means: cut off."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """Let every listener go: the process stops, or events were missed."""
        for queue in self._listeners:
            queue.put_nowait(None)
        self._listeners.clear()


def type_of(entry: Entry) -> EventType:
    """What an entry is to a listener: something new, a change, or an end."""
    return TYPES.get(entry.kind.rpartition("_")[2], "update")


TYPES: Final[Mapping[str, EventType]] = {
    "opened": "new",
    "clue": "new",
    "registered": "new",
    "received": "new",
    "ended": "end",
    "closed": "end",
    "withdrawn": "end",
}
"""By the last word of an entry's kind."""
