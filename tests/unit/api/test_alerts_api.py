"""Alerts over the API: in whose hand they are, and what stands first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.app import create_app
from models.domain.access import Role
from models.storage.record import Record
from tests.fakes_web import MORNING, StillClock, Web, off_post, opened_parts

TEN = timedelta(minutes=10)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Web, Record]]:
    parts, record = opened_parts(tmp_path)
    off_post(record, parts.settings, "w01-1", MORNING)
    parts.board.refresh()
    yield Web(create_app(parts, pages=False)), record
    record.close()


def clock_of(web: Web) -> StillClock:
    clock = web.parts.clock
    assert isinstance(clock, StillClock)
    return clock


def test_one_claims_and_the_other_is_told_so(opened: tuple[Web, Record]) -> None:
    web, _ = opened
    one, other = web.as_(Role.OPERATOR, login="li.na"), web.as_(Role.OPERATOR)
    told = one.post("/api/v1/alerts/1/claim").json()
    assert (told["claimed_by"], told["escalated"], told["finding_id"]) == ("li.na", False, 1)
    refused = other.post("/api/v1/alerts/1/claim")
    assert refused.status_code == 409
    assert "li.na" in refused.json()["detail_zh"]
    assert one.post("/api/v1/alerts/1/release").json()["claimed_by"] == ""
    assert other.post("/api/v1/alerts/1/claim").is_success
    assert other.post("/api/v1/alerts/9/claim").status_code == 404


def test_a_snooze_and_time_change_the_list_and_its_etag(opened: tuple[Web, Record]) -> None:
    web, _ = opened
    caller = web.as_(Role.OPERATOR)
    first = caller.get("/api/v1/alerts")
    known = {"If-None-Match": first.headers["etag"]}
    assert caller.get("/api/v1/alerts", headers=known).status_code == 304
    clock_of(web).moment = MORNING + TEN
    (late,) = caller.get("/api/v1/alerts", headers=known).json()
    assert late["escalated"] is True
    caller.post("/api/v1/alerts/1/snooze", json={"minutes": 5})
    web.parts.board.refresh()
    (quiet,) = caller.get("/api/v1/alerts").json()
    assert (quiet["escalated"], quiet["snoozed_until"]) == (False, "2026-11-23T09:55:00+08:00")
    assert quiet["why"]["zh"] == ""
    assert caller.post("/api/v1/alerts/1/snooze", json={"minutes": 0}).status_code == 422


def test_what_is_over_is_in_nobodys_hand(opened: tuple[Web, Record]) -> None:
    web, record = opened
    with record.make_uow() as uow:
        uow.alerts.clear("w01-1", "away", MORNING + TEN)
        uow.commit()
    caller = web.as_(Role.REVIEWER)
    for what in ("claim", "release", "escalate"):
        assert caller.post(f"/api/v1/alerts/1/{what}").status_code == 409
