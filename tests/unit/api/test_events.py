from __future__ import annotations

import asyncio

import pytest

from api.events import WAITING_EVENTS, Broadcaster, type_of
from models.domain.register import GENESIS, Entry


def event(number: int) -> dict[str, object]:
    return {"id": number, "type": "new"}


def test_every_listener_hears_every_event_from_then_on() -> None:
    async def story() -> None:
        told = Broadcaster()
        told.tell([event(1)])
        async with told.listen() as first, told.listen() as second:
            told.tell([event(2), event(3)])
            for queue in (first, second):
                assert [await queue.get() for _ in range(2)] == [event(2), event(3)]
                assert queue.empty()
        assert told.listeners == 0

    asyncio.run(story())


def test_a_listener_that_does_not_keep_up_is_cut_off_and_holds_up_nobody() -> None:
    async def story() -> None:
        told = Broadcaster()
        async with told.listen() as slow, told.listen() as quick:
            for number in range(WAITING_EVENTS + 5):
                told.tell([event(number)])
                assert await quick.get() == event(number)
            assert slow.qsize() == WAITING_EVENTS + 1
            heard = [await slow.get() for _ in range(WAITING_EVENTS + 1)]
            assert heard[-1] is None
            assert told.listeners == 1

    asyncio.run(story())


def test_closing_lets_everybody_go() -> None:
    async def story() -> None:
        told = Broadcaster()
        async with told.listen() as queue:
            told.close()
            assert await queue.get() is None

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("finding_opened", "new"),
        ("finding_changed", "update"),
        ("finding_ended", "end"),
        ("finding_withdrawn", "end"),
        ("something_else", "update"),
    ],
)
def test_the_kind_of_an_entry_says_what_it_is_to_a_listener(kind: str, expected: str) -> None:
    entry = Entry(1, "register", "2026-11-23T01:40:00+00:00", kind, "", "{}", GENESIS, "0" * 64)
    assert type_of(entry) == expected
