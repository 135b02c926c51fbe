"""Nothing that the scheduling process leaves tells a random check before it has come.

Searched: its log at the most talkative level, every table, every file but the key, what the
command lists.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.plan_keys import PLAN_KEY, plan_key
from api.settings import load_settings
from models.domain.inspection import CheckKind
from tests.acceptance.town import onpost
from tests.schedule_town import opened, planned, scheduling, write_settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

START = datetime(2026, 11, 23, 0, 24, tzinfo=UTC)
MONDAY = START.date()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def spellings(moment: datetime) -> set[str]:
    """How a moment could be told."""
    local = moment.astimezone(SHANGHAI)
    texts = {f"{one:%Y-%m-%d{between}%H:%M:%S}" for one in (moment, local) for between in "T "}
    return (
        texts
        | {f"{one:%H:%M:%S}.{one:%f}"[:12] for one in (moment, local) if one.microsecond}
        | {str(int(moment.timestamp()))}
    )


def everything_left(data: Path, log: Path) -> Iterator[tuple[str, str]]:
    """(where, text) of all that an operator could read."""
    yield "log", log.read_text("utf-8")
    with closing(sqlite3.connect(data / "onpost.db")) as connection:
        yield "tables", "\n".join(connection.iterdump())
    for file in data.rglob("*"):
        if file.is_file() and file != data / PLAN_KEY:
            yield str(file), file.read_bytes().decode("latin-1")


def test_no_log_table_file_or_list_tells_a_random_check_that_is_to_come(tmp_path: Path) -> None:
    clock = {
        "kind": "simulated",
        "start": START.isoformat(),
        "speed": 60,
        "anchored_at": time.time(),
    }
    file = write_settings(tmp_path, halls=20, clock=clock, log={"level": "debug", "format": "json"})
    log = tmp_path / "schedule.log"
    with scheduling(file, log) as process:
        process.wait_for(
            lambda: [one for one in process.events("plan") if one["what"] == "nonce_drawn"]
        )
        process.wait_for(lambda: process.events("plan")[-1]["check"] > 0)
        listed = onpost("schedule", "-s", file, "--list").out
        listed += onpost("schedule", "-s", file, "--json").out
        process.kill()
    settings = load_settings(file)
    record = opened(file)
    try:
        plan = planned(record, plan_key(settings, create=False), MONDAY)
        with record.make_uow(read_only=True) as uow:
            written = uow.checks.written(MONDAY)
    finally:
        record.close()
    coming = [one for one in plan if one.kind is CheckKind.RANDOM and one.key not in written]
    assert len(coming) > 10
    left = [*everything_left(settings.data_path, log), ("list", listed)]
    assert any("plan_committed" in text for _, text in left)
    told = [
        (where, spelling)
        for one in coming
        for spelling in spellings(one.due_at)
        for where, text in left
        if spelling in text
    ]
    assert told == []
    came = [one for one in plan if one.key in written]
    assert came, "the search finds what has come"
    assert any(spelling in text for spelling in spellings(came[0].due_at) for _, text in left)
    assert min(one.due_at for one in coming) > START + timedelta(minutes=5)
