from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

import api.app as app_module
from api.app import create_app
from models.domain.errors import StorageError
from models.domain.register import Entry
from tests.fakes_web import MORNING, off_post, opened_parts


def test_a_board_that_breaks_ends_the_process_instead_of_standing_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, record = opened_parts(tmp_path)
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(app_module, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.append((pid, number)))

    async def story() -> None:
        app = create_app(parts, pages=False)

        def broken() -> list[Entry]:
            raise RuntimeError("a fault nobody thought of")

        async with app.router.lifespan_context(app):
            monkeypatch.setattr(parts.board, "refresh", broken)
            await asyncio.sleep(0.3)

    with pytest.raises(RuntimeError, match="nobody thought of"):
        asyncio.run(story())
    record.close()
    assert ended == [(os.getpid(), signal.SIGTERM)]


def test_listeners_are_cut_off_when_an_event_cannot_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, record = opened_parts(tmp_path)
    monkeypatch.setattr(app_module, "LOOK_EVERY_S", 0.01)

    def gone(*_: object) -> list[object]:
        raise StorageError("数据库不可用。", "the database is gone.")

    monkeypatch.setattr(parts.teller, "events", gone)

    async def story() -> None:
        app = create_app(parts, pages=False)
        async with app.router.lifespan_context(app), parts.broadcaster.listen() as queue:
            off_post(record, parts.settings, "w01-1", MORNING)
            assert await asyncio.wait_for(queue.get(), 5) is None

    asyncio.run(story())
    record.close()
