"""A load of the web as a process of its own: requests at fixed moments, over kept connections.

    echo '{…}' | python -m benchmarks._load

An order (JSON) comes on standard input, what was measured (JSON) goes to standard output. A time
runs from the moment when a request was due, so that a server that stands still for a second is
seen by every request of that second. HTTP is spoken by hand: the load runs beside what it
measures, and a client library would cost as much as the server.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

GIVE_UP_S = 10.0
POLL_S = 2.0
"""How often a wall asks, as `wall.js` does."""

AT_ONCE = 6
"""Connections of one browser to one server."""

WARM_S = 5.0
"""Seconds at the beginning that are not counted."""


@dataclass
class Order:
    """What is asked of the load."""

    address: str
    cookies: list[str]
    seconds: float
    thumbnails: Sequence[str] = ()
    thumbnails_per_s: float = 0.0
    calls: Sequence[str] = ()
    calls_per_s: float = 0.0
    operators: int = 0


@dataclass
class Answer:
    """One answer."""

    status: int
    etag: str
    body: bytes


@dataclass
class Tally:
    """What came back, by kind of request."""

    begins: float
    took: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    events: int = 0
    bytes: int = 0

    def add(self, kind: str, due: float, status: str, size: int) -> None:
        """One request; what was due while the server warmed up counts not."""
        if due < self.begins + WARM_S:
            return
        self.took.setdefault(kind, []).append(time.monotonic() - due)
        self.statuses.setdefault(kind, Counter())[status] += 1
        self.bytes += size


class Line:
    """One kept connection, signed in."""

    def __init__(self, address: str, cookie: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._cookie = cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, etag: str = "") -> Answer:
        """A GET and its answer.

        Raises:
            OSError: the connection broke.
            TimeoutError: no answer came.
        """
        try:
            async with asyncio.timeout(GIVE_UP_S):
                return await self._asked(path, etag)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            raise

    async def _asked(self, path: str, etag: str) -> Answer:
        reader, writer = await self.opened()
        writer.write(self.head(path, etag))
        found = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(found[0].split(" ", 2)[1])
        heads = dict(line.lower().split(": ", 1) for line in found[1:] if ": " in line)
        size = int(heads.get("content-length", 0))
        body = await reader.readexactly(size) if size and status != 304 else b""
        return Answer(status, heads.get("etag", ""), body)

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection, made where there is none."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        return self._streams

    def head(self, path: str, etag: str = "") -> bytes:
        """A request without a body."""
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        host = f"{self._host}:{self._port}"
        return (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {self._cookie}\r\n{known}\r\n"
        ).encode("latin-1")

    def close(self) -> None:
        """Closed; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Lines:
    """Connections that take turns."""

    def __init__(self, address: str, cookies: Sequence[str], count: int) -> None:
        self._free: asyncio.Queue[Line] = asyncio.Queue()
        turns = itertools.cycle(cookies)
        self._all = [Line(address, next(turns)) for _ in range(count)]
        for line in self._all:
            self._free.put_nowait(line)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Line]:
        """A free one; waiting for it is part of a request's time."""
        line = await self._free.get()
        try:
            yield line
        finally:
            self._free.put_nowait(line)

    def close(self) -> None:
        """All closed."""
        for line in self._all:
            line.close()


async def counted(  # noqa: PLR0917 - a request
    lines: Lines, tally: Tally, kind: str, due: float, path: str, etag: str = ""
) -> Answer | None:
    """One request, counted; None where no answer came."""
    try:
        async with lines.one() as line:
            answer = await line.ask(path, etag)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        tally.add(kind, due, type(error).__name__, 0)
        return None
    tally.add(kind, due, str(answer.status), len(answer.body))
    return answer


async def at_rate(
    lines: Lines, tally: Tally, kind: str, paths: Sequence[str], order: Order
) -> None:
    """Requests of one kind at fixed moments, whether or not earlier ones were answered."""
    rate = order.thumbnails_per_s if kind == "thumbnail" else order.calls_per_s
    turns, waiting = itertools.cycle(paths), set()
    for number in range(int((order.seconds + WARM_S) * rate)):
        due = tally.begins + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        task = asyncio.create_task(counted(lines, tally, kind, due, next(turns)))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)


async def operator(order: Order, tally: Tally, cookie: str, number: int) -> None:
    """One browser with the wall open: it asks every two seconds, fetches pictures that changed,
    and listens to events."""
    lines = Lines(order.address, [cookie], AT_ONCE - 1)
    ends = tally.begins + WARM_S + order.seconds
    listens = asyncio.create_task(listen(Line(order.address, cookie), tally))
    etag, shown = "", dict[str, str]()
    due = tally.begins + POLL_S * random.Random(number).random()  # noqa: S311  spread, no secret
    while due < ends:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        answer = await counted(lines, tally, "wall", due, "/api/v1/wall", etag)
        if answer is not None and answer.status == 200:
            etag = answer.etag
            cameras = json.loads(answer.body)["cameras"]
            fresh = [one for one in cameras if one["v"] and shown.get(one["id"]) != one["v"]]
            shown |= {one["id"]: one["v"] for one in fresh}
            now = time.monotonic()
            paths = [f"/api/v1/cameras/{one['id']}/thumbnail.jpg?v={one['v']}" for one in fresh]
            asked = (counted(lines, tally, "thumbnail", now, path) for path in paths)
            await asyncio.gather(*asked)
        due = max(due + POLL_S, time.monotonic())
    listens.cancel()
    with suppress(asyncio.CancelledError):
        await listens
    lines.close()


async def listen(line: Line, tally: Tally) -> None:
    """Events as they come, until cancelled."""
    try:
        reader, writer = await line.opened()
        writer.write(line.head("/api/v1/events"))
        while said := await reader.readline():
            tally.events += said.startswith(b"event:")
        tally.add("events", time.monotonic(), "closed", 0)
    finally:
        line.close()


async def run(order: Order) -> dict[str, Any]:
    """The whole load."""
    tally = Tally(time.monotonic() + 0.5)
    if order.operators:
        cookies = itertools.cycle(order.cookies)
        people = [operator(order, tally, next(cookies), n) for n in range(order.operators)]
        await asyncio.gather(*people)
    else:
        pictures = Lines(order.address, order.cookies, 24)
        calls = Lines(order.address, order.cookies, 24)
        await asyncio.gather(
            at_rate(pictures, tally, "thumbnail", order.thumbnails, order),
            at_rate(calls, tally, "call", order.calls, order),
        )
        pictures.close()
        calls.close()
    return {
        "kinds": {
            kind: {"statuses": tally.statuses[kind], **shares(took)}
            for kind, took in tally.took.items()
        },
        "events": tally.events,
        "bytes": tally.bytes,
        "processor_s": time.process_time(),
    }


def shares(took: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    ordered = sorted(took)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}
    last = len(ordered) - 1
    return {name: 1000 * ordered[round(share * last)] for name, share in places.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(Order(**json.load(sys.stdin))))))
